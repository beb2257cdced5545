// Energy of one image, built from counted events and the chip's constants.

import type { ChipSpec } from '../chips/index.ts';
import { activationsPerImage } from '../core/feature-map.ts';
import {
  type Cycle,
  durationOf,
  energyOf,
  femtoToPico,
  type Picojoules,
  picojoules,
} from '../core/units.ts';
import type { MappedMacroLayer, MappedPoolLayer, Mapping } from '../mapping/map-to-chip.ts';
import { layerStorage } from '../mapping/mapping-summary.ts';
import { poolReads } from '../mapping/pool-reads.ts';
import type { LayerActivity } from '../simulate/activity.ts';

/** Energy of one image by where it goes, pJ. */
export interface EnergyBreakdown {
  /** Bit lines read, ADC included; reads in phases that drive no word line cost a share. */
  readonly macro: Picojoules;
  /** Words read for macro-ops, residuals and pools, activations written. */
  readonly featureMap: Picojoules;
  /** Shift-accumulators behind the macros, and partial sums that spill between weight loads. */
  readonly accumulate: Picojoules;
  /** Scaling, rounding and clipping of sums, with the residual's addition. */
  readonly requantize: Picojoules;
  /** Weights and index codes read from the weight SRAM, weights written into macros. */
  readonly weightPath: Picojoules;
  /** Leakage, clock and control for as long as the image takes. */
  readonly static: Picojoules;
  readonly total: Picojoules;
}

/** Names of the parts, in the order of reports. */
export const energyParts: readonly Exclude<keyof EnergyBreakdown, 'total'>[] = [
  'macro',
  'featureMap',
  'accumulate',
  'requantize',
  'weightPath',
  'static',
];

/** What a person calls the parts. */
export const energyPartNames: Readonly<Record<(typeof energyParts)[number], string>> = {
  macro: 'macros and ADCs',
  featureMap: 'feature maps',
  accumulate: 'accumulators',
  requantize: 'requantizer',
  weightPath: 'weight path',
  static: 'static',
};

const none: Omit<EnergyBreakdown, 'total'> = {
  macro: picojoules(0),
  featureMap: picojoules(0),
  accumulate: picojoules(0),
  requantize: picojoules(0),
  weightPath: picojoules(0),
  static: picojoules(0),
};

/**
 * Energy of one image in one macro layer.
 * @param activity counted over `images` images
 */
export function macroEnergy(
  chip: ChipSpec,
  mapped: MappedMacroLayer,
  activity: LayerActivity,
  run: { readonly images: number; readonly cycles: Cycle },
): EnergyBreakdown {
  const { energy } = chip;
  const { layer } = mapped;
  const activations = activationsPerImage(layer.outputShape);
  const outputBits = layer.requantize?.outputBits ?? 0;
  const events = layerEvents(chip, mapped);
  const driven = activity.columnReads - activity.zeroPhaseReads;
  const reads = (driven + activity.zeroPhaseReads * energy.zeroPhaseShare.value) / run.images;
  const residualBits = layer.residual ? activations * outputBits : 0;
  const accumulated = femtoToPico(
    events.accumulations * chip.accumulator.bits.value * energy.accumulatorBit.value,
  );
  return withTotal({
    macro: femtoToPico(reads * energy.columnPhase.value),
    featureMap: picojoules(
      (events.wordBits + residualBits) * energy.featureMapRead.value +
        activations * outputBits * energy.featureMapWrite.value,
    ),
    accumulate: picojoules(accumulated + events.spilledBits * energy.partialSum.value),
    requantize: femtoToPico(outputBits > 0 ? activations * energy.requantize.value : 0),
    weightPath: picojoules(
      (events.loadedBits + events.indexBits) * energy.weightSramRead.value +
        events.writtenBits * energy.macroWrite.value,
    ),
    static: staticEnergy(chip, run.cycles),
  });
}

/** Energy of one image in one pool: its activations are read (see {@link poolReads}), the pooled ones are written. */
export function poolEnergy(
  mapping: Mapping,
  { layer }: MappedPoolLayer,
  time: Cycle,
): EnergyBreakdown {
  const { chip, network } = mapping;
  const { featureMapRead: read, featureMapWrite: write } = chip.energy;
  const featureMap =
    poolReads(layer) * read.value + activationsPerImage(layer.outputShape) * write.value;
  return withTotal({
    ...none,
    featureMap: picojoules(network.activationBits * featureMap),
    static: staticEnergy(chip, time),
  });
}

/** Writing the image into its bank. */
export const imageEnergy = ({ chip, network }: Mapping): EnergyBreakdown =>
  withTotal({
    ...none,
    featureMap: picojoules(
      activationsPerImage(network.input) *
        network.activationBits *
        chip.energy.featureMapWrite.value,
    ),
  });

/** Part by part sum. */
export function sumEnergy(all: readonly EnergyBreakdown[]): EnergyBreakdown {
  const sums = { ...none };
  for (const one of all)
    for (const part of energyParts) sums[part] = picojoules(sums[part] + one[part]);
  return withTotal(sums);
}

/** Reading the stored network from DRAM once per image; never part of the chip's energy. */
export const dramEnergy = (chip: ChipSpec, storedBits: number): Picojoules =>
  picojoules(storedBits * chip.energy.dram.value);

interface LayerEvents {
  /** Bits of feature-map words read for macro-ops. */
  readonly wordBits: number;
  /** Additions of a kernel's macro-op to its accumulator. */
  readonly accumulations: number;
  /** Bits of partial sums written and read back between weight loads. */
  readonly spilledBits: number;
  /** Weight bits read to be loaded, bits of the cells that they are written into, and index bits read for them. */
  readonly loadedBits: number;
  readonly writtenBits: number;
  readonly indexBits: number;
}

/** What happens in a layer for one image, whatever the data. */
function layerEvents(chip: ChipSpec, mapped: MappedMacroLayer): LayerEvents {
  const { layer, geometry, tiles, runs } = mapped;
  const isHalved = chip.controller.overlap.value === 'macroPingPong';
  const { indexBits: listBits, groupsKept } = layerStorage(mapped);
  const groupWeights = geometry.wordLinesOn * geometry.kernelsPerCore;
  const cellBits = geometry.columnsPerKernel * mapped.columns.cellBits;
  const events = {
    wordBits: 0,
    accumulations: 0,
    spilledBits: 0,
    loadedBits: 0,
    writtenBits: 0,
    indexBits: 0,
  };
  for (const run of runs) {
    const tile = tiles[run.tile];
    if (!tile || tile.codes.length === 0) continue;
    const coreOps = run.pixels * tile.codes.length;
    // In halves, each of them reads the words again.
    const walks = isHalved && tile.kernels > geometry.kernelsPerHalf ? 2 : 1;
    events.wordBits += walks * coreOps * geometry.wordLinesOn * layer.inputBits;
    events.accumulations += coreOps * tile.kernels;
    events.spilledBits +=
      2 * (tile.loads.length - 1) * run.pixels * tile.kernels * chip.accumulator.bits.value;
    events.loadedBits += tile.codes.length * groupWeights * layer.weightBits;
    events.writtenBits += tile.codes.length * groupWeights * cellBits;
    events.indexBits += (listBits / groupsKept) * tile.codes.length;
  }
  return events;
}

const staticEnergy = (chip: ChipSpec, time: Cycle): Picojoules =>
  energyOf(chip.energy.static.value, durationOf(time, chip.clock.frequency.value));

const withTotal = (parts: Omit<EnergyBreakdown, 'total'>): EnergyBreakdown => ({
  ...parts,
  total: picojoules(energyParts.reduce((sum, part) => sum + parts[part], 0)),
});

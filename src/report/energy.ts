// Energy of one image, built from counted events and the chip's constants.

import { readoutCost } from '../chips/adc-cost.ts';
import type { ChipSpec } from '../chips/index.ts';
import { activationsPerImage } from '../core/feature-map.ts';
import { imageName } from '../network/graph.ts';
import {
  type Cycle,
  cycles,
  durationOf,
  energyOf,
  femtoToPico,
  type Picojoules,
  picojoules,
} from '../core/units.ts';
import type { MappedMacroLayer, MappedPoolLayer, Mapping } from '../mapping/map-to-chip.ts';
import { layerStorage } from '../mapping/mapping-summary.ts';
import { poolReads } from '../mapping/pool-reads.ts';
import type { StripPlan } from '../mapping/strip-plan.ts';
import type { LayerActivity } from '../simulate/activity.ts';
import { energyAt, staticPower } from './static-power.ts';

/** Energy of one image by where it goes, pJ. */
export interface EnergyBreakdown {
  /** Bit lines read, ADC included; reads in phases that drive no word line cost a share. */
  readonly macro: Picojoules;
  /** Words read for macro-ops, residuals and pools, activations written; strips that pass through a bank. */
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

/** How long a layer takes for one image. */
export interface LayerTiming {
  readonly cycles: Cycle;
  /** Of those, the cycles in which the macros of a core have nothing to do, on average; 0 by default. */
  readonly idleCycles?: number;
}

/**
 * Energy of one image in one macro layer.
 * @param activity counted over `images` images
 */
export function macroEnergy(
  chip: ChipSpec,
  mapped: MappedMacroLayer,
  activity: LayerActivity,
  run: LayerTiming & { readonly images: number },
): EnergyBreakdown {
  const energy = energyAt(chip);
  const { layer } = mapped;
  const activations = activationsPerImage(layer.outputShape);
  const outputBits = layer.requantize?.outputBits ?? 0;
  const events = layerEvents(chip, mapped);
  const driven = activity.columnReads - activity.zeroPhaseReads;
  const reads = (driven + activity.zeroPhaseReads * energy.zeroPhaseShare) / run.images;
  const residualBits = layer.residual ? activations * outputBits : 0;
  const accumulated = femtoToPico(
    events.accumulations * chip.accumulator.bits.value * energy.accumulatorBit,
  );
  const outside = stripBits(mapped.strips);
  return withTotal({
    macro: femtoToPico(reads * readoutCost(chip).columnRead),
    featureMap: picojoules(
      (events.wordBits + residualBits + outside.written) * energy.featureMapRead +
        (activations * outputBits + outside.read) * energy.featureMapWrite,
    ),
    accumulate: picojoules(accumulated + events.spilledBits * energy.partialSum),
    requantize: femtoToPico(outputBits > 0 ? activations * energy.requantize : 0),
    weightPath: picojoules(
      (events.loadedBits + events.indexBits) * energy.weightSramRead +
        events.writtenBits * energy.macroWrite,
    ),
    static: staticEnergy(chip, run),
  });
}

/** Energy of one image in one pool: its activations are read (see {@link poolReads}), the pooled ones are written. */
export function poolEnergy(
  mapping: Mapping,
  { layer, strips }: MappedPoolLayer,
  time: LayerTiming,
): EnergyBreakdown {
  const { chip, network } = mapping;
  const { featureMapRead: read, featureMapWrite: write } = energyAt(chip);
  const featureMap = poolReads(layer) * read + activationsPerImage(layer.outputShape) * write;
  const outside = stripBits(strips);
  return withTotal({
    ...none,
    featureMap: picojoules(
      network.activationBits * featureMap + (outside.written * read + outside.read * write),
    ),
    static: staticEnergy(chip, time),
  });
}

/** Bits that strips bring into a bank and take out of one. */
const stripBits = (
  plan: StripPlan | undefined,
): { readonly read: number; readonly written: number } => {
  const sum = (of: (strip: StripPlan['strips'][number]) => number): number =>
    plan ? 8 * plan.strips.reduce((total, strip) => total + of(strip), 0) : 0;
  return { read: sum(({ read }) => read), written: sum(({ written }) => written) };
};

/** Writing the image into its bank; nothing where it stays in DRAM, from where its first layer streams it. */
export const imageEnergy = ({ chip, network, featureMaps }: Mapping): EnergyBreakdown =>
  withTotal({
    ...none,
    featureMap: picojoules(
      featureMaps.get(imageName) === 'DRAM'
        ? 0
        : activationsPerImage(network.input) *
            network.activationBits *
            energyAt(chip).featureMapWrite,
    ),
  });

/** Part by part sum. */
export function sumEnergy(all: readonly EnergyBreakdown[]): EnergyBreakdown {
  const sums = { ...none };
  for (const one of all)
    for (const part of energyParts) sums[part] = picojoules(sums[part] + one[part]);
  return withTotal(sums);
}

/** Reading or writing so many bits of DRAM; never part of the chip's energy, and of another supply. */
export const dramEnergy = (chip: ChipSpec, bits: number): Picojoules =>
  picojoules(bits * chip.energy.dram.value);

/** What happens in a layer for one image, whatever the data. */
export interface LayerEvents {
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

/** Counts the {@link LayerEvents}. Loads of a batch are shared by its images. */
export function layerEvents(chip: ChipSpec, mapped: MappedMacroLayer): LayerEvents {
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
    if (run.isLoaded) continue;
    events.loadedBits += tile.codes.length * groupWeights * layer.weightBits;
    events.writtenBits += tile.codes.length * groupWeights * cellBits;
    events.indexBits += (listBits / groupsKept) * tile.codes.length;
  }
  const batch = chip.controller.batch.value;
  for (const name of ['loadedBits', 'writtenBits', 'indexBits'] as const) events[name] /= batch;
  return events;
}

const staticEnergy = (
  chip: ChipSpec,
  { cycles: time, idleCycles = 0 }: LayerTiming,
): Picojoules => {
  const { total, macros } = staticPower(chip);
  const frequency = chip.clock.frequency.value;
  const drawn = energyOf(total, durationOf(time, frequency));
  if (chip.static.gating.value === 'none') return drawn;
  return picojoules(drawn - energyOf(macros, durationOf(cycles(idleCycles), frequency)));
};

const withTotal = (parts: Omit<EnergyBreakdown, 'total'>): EnergyBreakdown => ({
  ...parts,
  total: picojoules(energyParts.reduce((sum, part) => sum + parts[part], 0)),
});

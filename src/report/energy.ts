// Energy of one image, built from counted events and the chip's constants.

import type { ChipSpec } from '../chips/index.ts';
import { activationsPerImage } from '../core/feature-map.ts';
import {
  durationOf,
  energyOf,
  femtoToPico,
  picojoules,
  type Cycle,
  type Picojoules,
} from '../core/units.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import { layerStorage } from '../mapping/mapping-summary.ts';
import type { LayerActivity } from '../simulate/activity.ts';

/** Energy of one image by where it goes, pJ. */
export interface EnergyBreakdown {
  /** Bit lines read, ADC included. */
  readonly macro: Picojoules;
  /** Words read for macro-ops, activations written, words read and written by pools. */
  readonly featureMap: Picojoules;
  /** Shift-accumulators behind the macros. */
  readonly accumulate: Picojoules;
  /** Weights and index codes read from the weight SRAM, weights written into macros. */
  readonly weightPath: Picojoules;
  /** Leakage, clock and control for as long as the image takes. */
  readonly static: Picojoules;
  readonly total: Picojoules;
}

type Parts = Omit<EnergyBreakdown, 'total'>;

/**
 * Energy of one image in one macro layer.
 * @param activity counted over `images` images
 */
export function layerEnergy(
  chip: ChipSpec,
  mapped: MappedMacroLayer,
  activity: LayerActivity,
  run: { readonly images: number; readonly cycles: Cycle },
): EnergyBreakdown {
  const { energy } = chip;
  const { layer, geometry, tiles } = mapped;
  const pixels = layer.outputShape.height * layer.outputShape.width;
  const coreOps = pixels * tiles.reduce((sum, tile) => sum + tile.codes.length, 0);
  const kernelOps = pixels * tiles.reduce((sum, tile) => sum + tile.codes.length * tile.kernels, 0);
  const storage = layerStorage(mapped);
  const weightBits = storage.storedBits - storage.indexBits;
  const readBits = coreOps * geometry.wordLinesOn * layer.inputBits;
  const writtenBits = activationsPerImage(layer.outputShape) * (layer.requantize?.outputBits ?? 0);
  return withTotal({
    macro: femtoToPico((activity.columnReads / run.images) * energy.columnPhase.value),
    featureMap: picojoules(
      readBits * energy.featureMapRead.value + writtenBits * energy.featureMapWrite.value,
    ),
    accumulate: femtoToPico(kernelOps * chip.accumulator.bits.value * energy.accumulatorBit.value),
    weightPath: picojoules(
      storage.storedBits * energy.weightSramRead.value + weightBits * energy.macroWrite.value,
    ),
    static: energyOf(energy.static.value, durationOf(run.cycles, chip.clock.frequency.value)),
  });
}

/** Energy of one image in pools, and of writing the image into its bank. */
export function poolEnergy(mapping: Mapping): EnergyBreakdown {
  const { chip, network } = mapping;
  const { featureMapRead: read, featureMapWrite: write } = chip.energy;
  const bits = network.activationBits;
  let featureMap = activationsPerImage(network.input) * bits * write.value;
  for (const { kind, layer } of mapping.layers)
    if (kind === 'pool')
      featureMap +=
        bits *
        (activationsPerImage(layer.inputShape) * read.value +
          activationsPerImage(layer.outputShape) * write.value);
  const none = picojoules(0);
  return withTotal({
    macro: none,
    featureMap: picojoules(featureMap),
    accumulate: none,
    weightPath: none,
    static: none,
  });
}

/** Part by part sum. */
export function sumEnergy(all: readonly EnergyBreakdown[]): EnergyBreakdown {
  const sum = (part: keyof Parts): Picojoules =>
    picojoules(all.reduce((total, one) => total + one[part], 0));
  return withTotal({
    macro: sum('macro'),
    featureMap: sum('featureMap'),
    accumulate: sum('accumulate'),
    weightPath: sum('weightPath'),
    static: sum('static'),
  });
}

/** Reading the stored network from DRAM once per image; never part of the chip's energy. */
export const dramEnergy = (chip: ChipSpec, storedBits: number): Picojoules =>
  picojoules(storedBits * chip.energy.dram.value);

const withTotal = (parts: Parts): EnergyBreakdown => ({
  ...parts,
  total: picojoules(
    parts.macro + parts.featureMap + parts.accumulate + parts.weightPath + parts.static,
  ),
});

// How far the ADC's codes are from the sums on the bit lines, layer by layer: what a small ADC costs, and where.

import { isMacroLayer } from '../compress/compressed-network.ts';
import { adcCode, fixedPointUnit } from '../core/adc-table.ts';
import { type FeatureMap, imageSlice } from '../core/feature-map.ts';
import { clamp } from '../core/integer.ts';
import type { Mapping } from '../mapping/map-to-chip.ts';
import { integerInputs } from '../reference/integer-network.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { toProgram } from '../simulate/to-program.ts';
import { addSums, readsPerPixel, samplePixels } from './column-sums.ts';
import { macroLayer } from './mapped-layer.ts';

/** How much to look at. */
export interface AdcErrorOptions {
  /** Most column reads of a layer that are looked at, but one pixel at least; 200,000 by default. */
  readonly maxReads?: number | undefined;
  /** Seed of the choice of pixels; 1 by default. */
  readonly seed?: number | undefined;
}

/**
 * The error of the ADC in each macro layer: the mean distance between a sum on a bit line and what its column code stands
 * for, in unit discharges, by the layer's name. Taken at some pixels of the first image, with the inputs of the integer
 * network and without noise: 0 where the ADC loses nothing. A layer that reads no column has none.
 * @param images 8-bit images, at least one
 */
export function adcErrors(
  mapping: Mapping,
  images: FeatureMap,
  { maxReads = 2e5, seed = 1 }: AdcErrorOptions = {},
): ReadonlyMap<string, number> {
  const errors = new Map<string, number>();
  for (const { layer, input } of integerInputs(mapping.network, imageSlice(images, 0, 1))) {
    if (!isMacroLayer(layer)) continue;
    const mapped = macroLayer(mapping, layer.name);
    const reads = readsPerPixel(mapped);
    if (reads === 0) continue;
    const all = mapped.layer.outputShape.height * mapped.layer.outputShape.width;
    const pixels = samplePixels(all, clamp(Math.floor(maxReads / reads), 1, all), seed);
    const program: MacroProgram = { ...toProgram(mapping, mapped), noise: undefined };
    const counts = new Float64Array(mapped.geometry.largestSum + 1);
    addSums(program, input, pixels, counts);
    errors.set(layer.name, meanError(program, counts));
  }
  return errors;
}

function meanError({ adc }: MacroProgram, counts: Float64Array): number {
  let reads = 0;
  let distance = 0;
  counts.forEach((count, sum) => {
    reads += count;
    const value = adc.values[adcCode(sum * fixedPointUnit, adc)] as number;
    distance += count * Math.abs(value / fixedPointUnit - sum);
  });
  return distance / reads;
}

// Real weights to integers: symmetric and mid-tread, so that zero stays zero and pruned groups stay pruned.

/** Integers with the real value of one unit. */
export interface QuantizedWeights {
  readonly values: Int8Array;
  readonly scale: number;
}

/** Share of the largest weight that the largest code stands for, as tried by {@link quantizeWeights}. */
const candidates: readonly number[] = Array.from({ length: 61 }, (_, i) => 1 - i / 100);

/** Nearest integer, halves away from zero: symmetric, unlike Math.round. */
export const roundHalfAway = (value: number): number =>
  Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

/**
 * Quantizes a layer's weights to `bits` (2 ... 8) with one scale, -(2^(bits-1) - 1) ... 2^(bits-1) - 1. The scale is
 * the one of 61 (the largest code stands for 100 % ... 40 % of the largest weight) with the least squared error.
 */
export function quantizeWeights(weights: Float32Array, bits: number): QuantizedWeights {
  const highest = 2 ** (bits - 1) - 1;
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  if (largest === 0) return { values: new Int8Array(weights.length), scale: 1 };
  let best = { scale: largest / highest, error: Infinity };
  for (const share of candidates) {
    const scale = (largest * share) / highest;
    const error = squaredError(weights, scale, highest);
    if (error < best.error) best = { scale, error };
  }
  const values = Int8Array.from(weights, (weight) => toCode(weight, best.scale, highest));
  return { values, scale: best.scale };
}

const toCode = (weight: number, scale: number, highest: number): number =>
  Math.max(-highest, Math.min(highest, roundHalfAway(weight / scale)));

function squaredError(weights: Float32Array, scale: number, highest: number): number {
  let error = 0;
  for (const weight of weights) error += (weight - toCode(weight, scale, highest) * scale) ** 2;
  return error;
}

/** 8-bit pixels in `bits`: nearest, halves up, by integer arithmetic alone. */
export function quantizePixels(pixels: Uint8Array, bits: number): Uint8Array {
  if (bits === 8) return pixels;
  const highest = 2 ** bits - 1;
  return pixels.map((pixel) => Math.floor((2 * pixel * highest + 255) / 510));
}

// Real weights to integers: symmetric and mid-tread, so that zero stays zero and pruned groups stay pruned.

/** Integers with the real value of one unit. */
export interface QuantizedWeights {
  readonly values: Int8Array;
  readonly scale: number;
}

/** Share of the largest weight that the largest code stands for, as tried by {@link quantizeWeights}. */
const candidates: readonly number[] = Array.from({ length: 61 }, (_, i) => 1 - i / 100);

/** Bins of |weight| on which scales are tried: over a hundred for each step at 8 bits. */
const binCount = 2 ** 14;

/** Nearest integer, halves away from zero: symmetric, unlike Math.round. */
export const roundHalfAway = (value: number): number =>
  Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

/**
 * Quantizes a layer's weights to `bits` (2 ... 8) with one scale, -(2^(bits-1) - 1) ... 2^(bits-1) - 1. The scale is
 * the one of 61 (the largest code stands for 100 % ... 40 % of the largest weight) with the least squared error.
 *
 * Scales are tried on a histogram of |weight|, not on millions of weights. Each bin stands for its weights by their
 * mean; the spread within a bin adds the same to every scale's error, except in a bin that straddles the border between
 * two codes, where the error comes out too high by at most its width times a step. So the scale can differ from the
 * best of the 61 only where two are as good as equal. Rounding to the scale that was chosen is exact, weight by weight.
 */
export function quantizeWeights(weights: Float32Array, bits: number): QuantizedWeights {
  const highest = 2 ** (bits - 1) - 1;
  const values = new Int8Array(weights.length);
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  if (largest === 0) return { values, scale: 1 };
  const histogram = histogramOf(weights, largest);
  let best = { scale: largest / highest, error: Infinity };
  for (const share of candidates) {
    const scale = (largest * share) / highest;
    const error = squaredError(histogram, scale, highest);
    if (error < best.error) best = { scale, error };
  }
  for (let i = 0; i < values.length; i++)
    values[i] = toCode(weights[i] as number, best.scale, highest);
  return { values, scale: best.scale };
}

/** Smallest scale of a kernel beside the largest of its layer: kernels that are all but zero need no fine units. */
const smallestShare = 2 ** -10;

/**
 * {@link quantizeWeights} for each kernel on its own.
 * @returns besides the integers, the scale of each kernel; `scale` is the largest of them
 */
export function quantizeKernels(
  weights: Float32Array,
  kernels: number,
  bits: number,
): QuantizedWeights & { readonly scales: Float64Array } {
  const each = weights.length / kernels;
  const highest = 2 ** (bits - 1) - 1;
  const kernelOf = (m: number): Float32Array => weights.subarray(m * each, (m + 1) * each);
  const own = Array.from({ length: kernels }, (_, m) => quantizeWeights(kernelOf(m), bits));
  // A kernel of zeros has no scale of its own.
  const sized = own.filter(({ values }) => values.some((value) => value !== 0));
  const scale = sized.reduce((most, one) => Math.max(most, one.scale), 0) || 1;
  const values = new Int8Array(weights.length);
  const scales = Float64Array.from(own, (one, m) => {
    const hasWeights = one.values.some((value) => value !== 0);
    const kept = hasWeights ? Math.max(one.scale, scale * smallestShare) : scale;
    if (kept === one.scale || !hasWeights) values.set(one.values, m * each);
    else kernelOf(m).forEach((weight, i) => (values[m * each + i] = toCode(weight, kept, highest)));
    return kept;
  });
  return { values, scale, scales };
}

/** The whole number that stands for a weight. */
export const toCode = (weight: number, scale: number, highest: number): number =>
  Math.max(-highest, Math.min(highest, roundHalfAway(weight / scale)));

/** Bins that are not empty: how many weights, and the mean of their magnitudes. */
interface WeightHistogram {
  readonly counts: Float64Array;
  readonly means: Float64Array;
}

function histogramOf(weights: Float32Array, largest: number): WeightHistogram {
  const counts = new Float64Array(binCount);
  const sums = new Float64Array(binCount);
  for (const weight of weights) {
    const magnitude = Math.abs(weight);
    const bin = Math.min(binCount - 1, Math.floor((magnitude / largest) * binCount));
    counts[bin] = (counts[bin] as number) + 1;
    sums[bin] = (sums[bin] as number) + magnitude;
  }
  const filled = counts.map((count, bin) => (count > 0 ? bin : -1)).filter((bin) => bin >= 0);
  return {
    counts: filled.map((bin) => counts[bin] as number),
    means: filled.map((bin) => (sums[bin] as number) / (counts[bin] as number)),
  };
}

function squaredError({ counts, means }: WeightHistogram, scale: number, highest: number): number {
  let error = 0;
  for (let i = 0; i < means.length; i++) {
    const mean = means[i] as number;
    error += (counts[i] as number) * (mean - toCode(mean, scale, highest) * scale) ** 2;
  }
  return error;
}

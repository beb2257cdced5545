// Weights as the whole numbers of units that they are, where training settled the units: a byte each instead of four.

import type { TrainedScales } from '../network.ts';

type Units = Pick<TrainedScales, 'weightScale' | 'kernelScales'>;

/** The unit of weight `i` of `count`, order (kernel, ...): its kernel's where kernels have units of their own. */
function unitOf({ weightScale, kernelScales }: Units, count: number): (i: number) => number {
  if (!kernelScales) return () => weightScale;
  const each = count / kernelScales.length;
  return (i) => kernelScales[Math.floor(i / each)] ?? weightScale;
}

/**
 * The whole numbers of which {@link fromUnits} makes the same weights, bit for bit but for the sign of zeros, which no product
 * and no sum of a network depends on.
 * @param weights order (kernel, ...)
 * @returns undefined where some weight is no whole number of units, or none of -127 ... 127
 */
export function toUnits(weights: Float32Array, units: Units): Int8Array<ArrayBuffer> | undefined {
  const unit = unitOf(units, weights.length);
  const codes = weights.map((weight, i) => Math.round(weight / unit(i)));
  const isWhole = weights.every(
    (weight, i) =>
      Math.abs(codes[i] as number) < 128 && Math.fround((codes[i] as number) * unit(i)) === weight,
  );
  return isWhole ? Int8Array.from(codes) : undefined;
}

/** The weights that are so many units: each product in 64 bits, rounded to 32. */
export function fromUnits(codes: Int8Array, units: Units): Float32Array<ArrayBuffer> {
  const unit = unitOf(units, codes.length);
  return Float32Array.from(codes, (code, i) => code * unit(i));
}

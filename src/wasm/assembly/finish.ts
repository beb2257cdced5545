// Sums from the totals of an output pixel: bias, the value of the codes, the accumulator's limit.

import { Layer } from './layer';

/** A sum as the accumulator holds it; counts what it clamps. */
// @ts-ignore: decorator
@inline
export function kept(layer: Layer, sum: i64): i32 {
  const limit = <i64>1 << <i64>(layer.accumulatorBits - 1);
  if (sum >= limit || sum < -limit) {
    layer.overflowed += 1;
    return <i32>(sum < 0 ? -limit : limit - 1);
  }
  return <i32>sum;
}

/** Sums of a pixel whose `totals`, order (tile, `stride` kernels), are exact dot products. */
export function finishExact(layer: Layer, totals: usize, stride: i32, sums: usize): void {
  for (let tile = 0, kernel = 0; tile < layer.tiles; tile++) {
    const from = totals + 4 * <usize>(tile * stride);
    const count = min(layer.kernelsPerTile, layer.kernels - kernel);
    for (let k = 0; k < count; k++, kernel++) {
      const at: usize = 4 * <usize>kernel;
      const sum = <i64>load<i32>(from + 4 * <usize>k) + <i64>load<i32>(layer.bias + at);
      store<i32>(sums + at, kept(layer, sum));
    }
  }
}

/** As {@link finishExact} of totals of levels: V = step * C + offset * groups, sum = bias + floor(V / 256 + 1/2). */
export function finishLevels(layer: Layer, totals: usize, stride: i32, sums: usize): void {
  for (let tile = 0, kernel = 0; tile < layer.tiles; tile++) {
    const from = totals + 4 * <usize>(tile * stride);
    const groups =
      load<u32>(layer.tileStarts + 4 * <usize>tile, 4) - load<u32>(layer.tileStarts + 4 * <usize>tile);
    const offset = <i64>layer.offset * <i64>groups + 128;
    const count = min(layer.kernelsPerTile, layer.kernels - kernel);
    for (let k = 0; k < count; k++, kernel++) {
      const at: usize = 4 * <usize>kernel;
      const value = <i64>load<i32>(from + 4 * <usize>k) * <i64>layer.step + offset;
      store<i32>(sums + at, kept(layer, <i64>load<i32>(layer.bias + at) + (value >> 8)));
    }
  }
}

// Read noise of eight kernels, drawn for all columns and phases of a macro-op.

import { Layer } from './layer';
import { keysOf, xorshifts } from './random';

/** Bytes of a vector. */
const vector: usize = 16;

/** Columns, padded to fours with those that count nothing: four are computed at a time. */
// @ts-ignore: decorator
@inline
export function paddedColumns(layer: Layer): i32 {
  return (layer.columns + 3) & ~3;
}

/** Bytes of the read noise of a macro-op of eight kernels, phases in pairs, and of random words behind it. */
// @ts-ignore: decorator
@inline
export function noiseBytes(layer: Layer): usize {
  return <usize>(paddedColumns(layer) * ((layer.phases + 1) & ~1)) * vector + 2 * vector;
}

/** Draws it, order (two phases, column, phase, kernel), at `layer.list`. */
export function drawNoise(layer: Layer, key: u32, kernel: i32, code: u32): void {
  const row = <usize>paddedColumns(layer) * 2 * vector;
  const words = layer.list + noiseBytes(layer) - 2 * vector;
  const quantiles = layer.quantiles;
  let k0 = keysOf(key, kernel, code);
  let k1 = keysOf(key, kernel + 4, code);
  for (let column = 0; column < layer.columns; column++) {
    let to = layer.list + <usize>column * 2 * vector;
    for (let phase = 0; phase < layer.phases; phase += 2, to += row) {
      k0 = xorshifts(k0);
      k1 = xorshifts(k1);
      v128.store(words, k0);
      v128.store(words, k1, vector);
      // Phases share a word: the even one has its lower half.
      let even = i16x8.splat(0);
      even = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words) << 1), even, 0);
      even = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 4) << 1), even, 1);
      even = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 8) << 1), even, 2);
      even = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 12) << 1), even, 3);
      even = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 16) << 1), even, 4);
      even = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 20) << 1), even, 5);
      even = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 24) << 1), even, 6);
      even = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 28) << 1), even, 7);
      let odd = i16x8.splat(0);
      odd = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 2) << 1), odd, 0);
      odd = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 6) << 1), odd, 1);
      odd = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 10) << 1), odd, 2);
      odd = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 14) << 1), odd, 3);
      odd = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 18) << 1), odd, 4);
      odd = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 22) << 1), odd, 5);
      odd = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 26) << 1), odd, 6);
      odd = v128.load_lane<u16>(quantiles + (<usize>load<u16>(words, 30) << 1), odd, 7);
      v128.store(to, even);
      v128.store(to, odd, vector);
    }
  }
}

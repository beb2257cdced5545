// One column read after the other, as the equations stand, for whatever the other kernels have no room for: cells of
// several bits, any word lines and phases, any ADC, noise of every kind. Twin of src/reference/macro-mac.ts and
// src/reference/noise.ts.

import { kept } from './finish';
import { Layer } from './layer';
import { pcg, xorshift } from './random';

/** Digits of a word in one phase, at `layer.work`, 16 bits each; whether any is not 0. */
function digitsOf(layer: Layer, word: usize, phase: i32): bool {
  const mask = i8x16.splat(<i8>(<i32>(1 << layer.bitsPerPhase) - 1));
  let any = i8x16.splat(0);
  for (let lane = 0; lane < layer.lanes; lane += 16) {
    const digits = v128.and(
      i8x16.shr_u(v128.load(word + <usize>lane), phase * layer.bitsPerPhase),
      mask,
    );
    any = v128.or(any, digits);
    const to = layer.work + 2 * <usize>lane;
    v128.store(to, i16x8.extend_low_i8x16_u(digits));
    v128.store(to, i16x8.extend_high_i8x16_u(digits), 16);
  }
  return v128.any_true(any);
}

/** Sum of the digits at `layer.work` times signed bytes, or unsigned ones below 128. */
function sumOfProducts(layer: Layer, bytes: usize): i32 {
  let sum = i32x4.splat(0);
  for (let lane = 0; lane < layer.lanes; lane += 16) {
    const cells = v128.load(bytes + <usize>lane);
    const digits = layer.work + 2 * <usize>lane;
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(digits), i16x8.extend_low_i8x16_s(cells)));
    sum = i32x4.add(
      sum,
      i32x4.dot_i16x8_s(v128.load(digits, 16), i16x8.extend_high_i8x16_s(cells)),
    );
  }
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3)
  );
}

/** How many thresholds a sum reaches. */
function codeOf(layer: Layer, sum: i64): i32 {
  let low = 0;
  let high = layer.thresholdCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (<i64>load<i32>(layer.thresholds + 4 * <usize>middle) <= sum) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sums of one pixel. `key`: of the pixel's read noise. */
export function generalPixel(layer: Layer, pixel: i32, key: u32, sums: usize): void {
  const base = load<u32>(layer.bases + 4 * <usize>pixel);
  const values = layer.totals;
  for (let tile = 0; tile < layer.tiles; tile++) {
    const first = tile * layer.kernelsPerTile;
    const kernels = min(layer.kernelsPerTile, layer.kernels - first);
    memory.fill(values, 0, 8 * <usize>layer.kernelsPerTile);
    const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
    for (let group = load<u32>(layer.tileStarts + 4 * <usize>tile); group < end; group++) {
      const distance = load<u32>(layer.distances + 4 * <usize>group);
      const word = layer.words + <usize>(base + distance) * <usize>layer.lanes;
      for (let phase = 0; phase < layer.phases; phase++) {
        digitsOf(layer, word, phase);
        for (let kernel = 0; kernel < kernels; kernel++)
          addReads(layer, first + kernel, kernel, group, phase, key);
      }
    }
    for (let kernel = 0; kernel < kernels; kernel++) {
      const at: usize = 4 * <usize>(first + kernel);
      const value = load<i64>(values + 8 * <usize>kernel) + 128;
      store<i32>(sums + at, kept(layer, <i64>load<i32>(layer.bias + at) + (value >> 8)));
    }
  }
}

/** The reads of one kernel in one phase of a macro-op. */
function addReads(layer: Layer, kernel: i32, inTile: i32, group: u32, phase: i32, key: u32): void {
  const columns = layer.columns;
  const ofKernel = <usize>group * <usize>layer.kernelsPerTile + <usize>inTile;
  let word: u32 = 0;
  if (layer.quantiles != 0) {
    word = pcg(key ^ (((<u32>kernel) << 16) | load<u32>(layer.codes + 4 * <usize>group)));
    if (word == 0) word = 1;
  }
  const perColumn = (layer.phases + 1) >> 1;
  let total: i64 = 0;
  for (let column = 0; column < columns; column++) {
    const cells = (ofKernel * <usize>columns + <usize>column) * <usize>layer.lanes;
    let sum: i64 = 256 * <i64>sumOfProducts(layer, layer.cells + cells);
    if (layer.columnGains != 0) {
      if (layer.cellErrors != 0) sum += <i64>sumOfProducts(layer, layer.cellErrors + cells);
      const ofColumn: usize = 4 * <usize>(kernel * columns + column);
      const gain = <i64>load<i32>(layer.columnGains + ofColumn);
      sum += (((sum + 128) >> 8) * gain) >> 8;
      sum += <i64>load<i32>(layer.columnOffsets + ofColumn);
    }
    if (layer.quantiles != 0) {
      // The draws of a column follow each other; those of two phases share a word.
      for (let draw = 0; draw <= phase >> 1; draw++) word = xorshift(word);
      const draw = (phase & 1) == 0 ? word & 0xffff : word >> 16;
      sum += <i64>load<i16>(layer.quantiles + 2 * <usize>draw);
      for (let draw = (phase >> 1) + 1; draw < perColumn; draw++) word = xorshift(word);
    }
    if (sum < <i64>layer.analogLow || sum >= <i64>layer.analogHigh) layer.saturated += 1;
    const value = <i64>load<i32>(layer.values + 4 * <usize>codeOf(layer, sum));
    total += <i64>load<i32>(layer.factors + 4 * <usize>column) * value;
  }
  const to = layer.totals + 8 * <usize>inTile;
  store<i64>(to, load<i64>(to) + (total << (<i64>(phase * layer.bitsPerPhase))));
}

// Noise of every kind, with a uniform ADC, where 16 bits do not hold it: four phases of a column at a time, in 1/256 unit
// discharge. Twin of shaders/analog-mac.wgsl and src/reference/noise.ts. All quantities fit 32 bits, and those that are
// divided 24: src/wasm/choose-way.ts sees to it.

import { Layer } from './layer';
import { pcg, xorshift } from './random';

/** Phases in fours. */
// @ts-ignore: decorator
@inline
function phaseFours(layer: Layer): i32 {
  return (layer.phases + 3) >> 2;
}

/** Digits of every stored word of a pixel, order (stored code, phase padded to four, lane), 16 bits each. */
export function makeDigits(layer: Layer, pixel: i32): void {
  const base = load<u32>(layer.bases + 4 * <usize>pixel);
  const phases = 4 * phaseFours(layer);
  const mask = i8x16.splat(<i8>(<i32>(1 << layer.bitsPerPhase) - 1));
  let to = layer.tables;
  for (let code = 0; code < layer.storedCodes; code++) {
    const word =
      layer.words + <usize>(base + load<u32>(layer.storedDistances + 4 * <usize>code)) * <usize>layer.lanes;
    for (let phase = 0; phase < phases; phase++)
      for (let lane = 0; lane < layer.lanes; lane += 16, to += 32) {
        const bytes = v128.load(word + <usize>lane);
        const digits =
          phase < layer.phases
            ? v128.and(i8x16.shr_u(bytes, phase * layer.bitsPerPhase), mask)
            : i8x16.splat(0);
        v128.store(to, i16x8.extend_low_i8x16_u(digits));
        v128.store(to, i16x8.extend_high_i8x16_u(digits), 16);
      }
  }
}

/** Sums of four vectors' lanes. */
// @ts-ignore: decorator
@inline
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(
    v128.shuffle<i32>(a, b, 0, 4, 1, 5),
    v128.shuffle<i32>(a, b, 2, 6, 3, 7),
  );
  const cd = i32x4.add(
    v128.shuffle<i32>(c, d, 0, 4, 1, 5),
    v128.shuffle<i32>(c, d, 2, 6, 3, 7),
  );
  return i32x4.add(
    v128.shuffle<i32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<i32>(ab, cd, 2, 3, 6, 7),
  );
}

/** Sums of digits times cells of one column in four phases. */
// @ts-ignore: decorator
@inline
function fourSums(digits: usize, cells: usize, lanes: i32): v128 {
  const row: usize = 2 * <usize>lanes;
  let a = i32x4.splat(0), b = i32x4.splat(0), c = i32x4.splat(0), d = i32x4.splat(0);
  for (let at: usize = 0; at < row; at += 32) {
    const low = v128.load(cells + at);
    const high = v128.load(cells + at, 16);
    let from = digits + at;
    a = i32x4.add(a, i32x4.add(i32x4.dot_i16x8_s(v128.load(from), low), i32x4.dot_i16x8_s(v128.load(from, 16), high)));
    from += row;
    b = i32x4.add(b, i32x4.add(i32x4.dot_i16x8_s(v128.load(from), low), i32x4.dot_i16x8_s(v128.load(from, 16), high)));
    from += row;
    c = i32x4.add(c, i32x4.add(i32x4.dot_i16x8_s(v128.load(from), low), i32x4.dot_i16x8_s(v128.load(from, 16), high)));
    from += row;
    d = i32x4.add(d, i32x4.add(i32x4.dot_i16x8_s(v128.load(from), low), i32x4.dot_i16x8_s(v128.load(from, 16), high)));
  }
  return sumsOf(a, b, c, d);
}

// @ts-ignore: decorator
@inline
function quantile(layer: Layer, draw: u32): i32 {
  return <i32>load<i16>(layer.quantiles + 2 * <usize>draw);
}

/** Totals of levels of one pixel, order (tile, kernel in tile), at `totals`. `key`: of the pixel's read noise. */
export function wideAnalogPixel(layer: Layer, pixel: i32, key: u32, totals: usize): void {
  makeDigits(layer, pixel);
  for (let tile = 0; tile < layer.tiles; tile++) {
    const first = tile * layer.kernelsPerTile;
    const kernels = min(layer.kernelsPerTile, layer.kernels - first);
    for (let kernel = 0; kernel < kernels; kernel++)
      store<i32>(
        totals + 4 * <usize>(first + kernel),
        wideAnalogKernel(layer, tile, kernel, key),
      );
  }
}

function wideAnalogKernel(layer: Layer, tile: i32, inTile: i32, key: u32): i32 {
  const kernel = tile * layer.kernelsPerTile + inTile;
  const lanes = layer.lanes;
  const blocks = phaseFours(layer);
  const blockBytes: usize = 8 * <usize>lanes;
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  const largest = i32x4.splat(layer.largest);
  const zero = i32x4.splat(0);
  const divisor = f32x4.splat(<f32>layer.step * 2);
  const addend = i32x4.splat(layer.step - 2 * layer.adcOffset);
  const draws = layer.quantiles != 0;
  let total = zero;
  let saturated = zero;
  for (let group = load<u32>(layer.tileStarts + 4 * <usize>tile); group < end; group++) {
    let word: u32 = 0;
    if (draws) {
      word = pcg(key ^ ((<u32>kernel << 16) | load<u32>(layer.codes + 4 * <usize>group)));
      if (word == 0) word = 1;
    }
    const digits =
      layer.tables + blockBytes * <usize>blocks * <usize>load<u32>(layer.slots + 4 * <usize>group);
    let cells =
      layer.mixed +
      (<usize>group * <usize>layer.kernelsPerTile + <usize>inTile) * <usize>(2 * layer.columns * lanes);
    let place: usize = 4 * <usize>(kernel * layer.columns);
    let weights = layer.phaseFactors;
    for (let column = 0; column < layer.columns; column++, place += 4, cells += <usize>(2 * lanes)) {
      const gain = v128.load32_splat(layer.columnGains + place);
      const offset = v128.load32_splat(layer.columnOffsets + place);
      for (let block = 0; block < blocks; block++, weights += 16) {
        let a = fourSums(digits + blockBytes * <usize>block, cells, lanes);
        const rounded = i32x4.shr_s(i32x4.add(a, i32x4.splat(128)), 8);
        a = i32x4.add(a, i32x4.shr_s(i32x4.mul(rounded, gain), 8));
        a = i32x4.add(a, offset);
        if (draws) {
          word = xorshift(word);
          let n = i32x4.splat(quantile(layer, word & 0xffff));
          n = i32x4.replace_lane(n, 1, quantile(layer, word >> 16));
          if (layer.phases - 4 * block > 2) {
            word = xorshift(word);
            n = i32x4.replace_lane(n, 2, quantile(layer, word & 0xffff));
            n = i32x4.replace_lane(n, 3, quantile(layer, word >> 16));
          }
          a = i32x4.add(a, n);
        }
        // floor((2 a + step - 2 offset) / (2 step)): exact, for the dividend has 24 bits.
        const dividend = f32x4.convert_i32x4_s(i32x4.add(i32x4.add(a, a), addend));
        const code = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.div(dividend, divisor)));
        const kept = i32x4.min_s(i32x4.max_s(code, zero), largest);
        const mask = v128.load(layer.phaseMasks + <usize>(16 * block));
        saturated = i32x4.sub(saturated, v128.and(i32x4.ne(code, kept), mask));
        total = i32x4.add(total, i32x4.mul(kept, v128.load(weights)));
      }
    }
  }
  layer.saturated += <u64>sumOfLanes(saturated);
  return sumOfLanes(total);
}

// @ts-ignore: decorator
@inline
function sumOfLanes(a: v128): i32 {
  return (
    i32x4.extract_lane(a, 0) +
    i32x4.extract_lane(a, 1) +
    i32x4.extract_lane(a, 2) +
    i32x4.extract_lane(a, 3)
  );
}

// Column reads with read noise and column offsets at a step of one unit: the code of a sum s is s, plus what the column
// always adds, plus one for every level that its 16 random bits reach. Twin of shaders/noisy-mac.wgsl. Kernels of a tile
// are a multiple of 16, so that 16 bit lines belong to one column.

import { nibblesOf, weigh } from './bit-lines';
import { addBytes, sumOfBytes, sumOfFour, sumOfFours, sideBySideHigh, sideBySideLow } from './column-sums';
import { Layer } from './layer';
import { keysOf, xorshifts } from './random';
import { foursOf, makeTables, tableBytes } from './tables';

/** Totals of levels of one pixel, order (tile, kernel in tile), at `totals`. `key`: of the pixel's read noise. */
export function noisyLines(layer: Layer, pixel: i32, key: u32, totals: usize): void {
  makeTables(layer, pixel);
  for (let tile = 0; tile < layer.tiles; tile++) {
    memory.fill(layer.work, 0, 4 * <usize>layer.bitLines);
    for (let first = 0; first < layer.kernelsPerTile; first += 16)
      noisyKernels(layer, tile, first, key);
    weigh(layer, totals + 4 * <usize>(tile * layer.kernelsPerTile));
  }
}

/**
 * Bytes of the codes of one column: of two phases each 32, those of a kernel side by side as the halves of its random words
 * are; eight phases, then its saturated reads.
 */
const columnBytes: usize = 4 * 32 + 32;

/** 16 kernels of a tile. Codes of some macro-ops are added up in bytes, at `layer.list`. */
function noisyKernels(layer: Layer, tile: i32, first: i32, key: u32): void {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  let group = start;
  while (group < end) {
    const stop = min(end, group + <u32>layer.together);
    memory.fill(layer.list, 0, columnBytes * <usize>layer.columns);
    for (; group < stop; group++)
      if (layer.noiseLevelCount == 2) noisyMacroOp(layer, tile, first, group, key, 2);
      else if (layer.noiseLevelCount == 0) noisyMacroOp(layer, tile, first, group, key, 0);
      else noisyMacroOp(layer, tile, first, group, key, layer.noiseLevelCount);
    for (let column = 0; column < layer.columns; column++) {
      const line = column * layer.kernelsPerTile + first;
      const from = layer.list + columnBytes * <usize>column;
      const to = layer.work + 4 * <usize>line;
      for (let phase = 0; phase < layer.phases; phase += 2) {
        const low = v128.load(from + <usize>(16 * phase));
        const high = v128.load(from + <usize>(16 * phase), 16);
        addBytes(to, evens(low, high), phase * layer.bitsPerPhase);
        if (phase + 1 < layer.phases)
          addBytes(to, odds(low, high), (phase + 1) * layer.bitsPerPhase);
      }
      const mask = v128.load(layer.masks + <usize>(tile * layer.bitLines + line));
      layer.saturated += <u64>sumOfBytes(v128.and(v128.load(from, 128), evenly(mask)));
      layer.saturated += <u64>sumOfBytes(v128.and(v128.load(from, 144), oddly(mask)));
    }
  }
}

/** Bytes 0, 2, 4, ... and 1, 3, 5, ... of two vectors. */
// @ts-ignore: decorator
@inline
function evens(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
// @ts-ignore: decorator
@inline
function odds(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

/** The first eight bytes, and the last, each twice. */
// @ts-ignore: decorator
@inline
function evenly(bytes: v128): v128 {
  return sideBySideLow(bytes, bytes);
}
// @ts-ignore: decorator
@inline
function oddly(bytes: v128): v128 {
  return sideBySideHigh(bytes, bytes);
}

/** Levels that the halves of four random words reach, negative. `levels`: as many vectors for each level. */
// @ts-ignore: decorator
@inline
function reached(words: v128, levels: usize, count: i32): v128 {
  const draws = v128.xor(words, i16x8.splat(-32768));
  let sum = i16x8.gt_s(draws, v128.load(levels));
  for (let level = 1; level < count; level++)
    sum = i16x8.add(sum, i16x8.gt_s(draws, v128.load(levels + 64 * <usize>level)));
  return sum;
}

/** The sums of 16 bit lines in one phase. */
// @ts-ignore: decorator
@inline
function sumsAt(tables: usize, cells: usize, fours: i32): v128 {
  return fours == 4
    ? sumOfFour(
        tables,
        v128.load(cells),
        v128.load(cells, 16),
        v128.load(cells, 32),
        v128.load(cells, 48),
      )
    : sumOfFours(tables, cells, fours);
}

// @ts-ignore: decorator
@inline
function noisyMacroOp(layer: Layer, tile: i32, first: i32, group: u32, key: u32, count: i32): void {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  const code = load<u32>(layer.codes + 4 * <usize>group);
  const fours = foursOf(layer);
  const slot = load<u32>(layer.slots + 4 * <usize>group);
  const tables = layer.tables + tableBytes(layer) * <usize>slot;
  const kernel = tile * layer.kernelsPerTile + first;
  const zero = i8x16.splat(0);
  const largest = i8x16.splat(<i8>layer.largest);
  let k0 = keysOf(key, kernel, code);
  let k1 = keysOf(key, kernel + 4, code);
  let k2 = keysOf(key, kernel + 8, code);
  let k3 = keysOf(key, kernel + 12, code);
  // From one column to the next.
  const cellStep = <usize>(((layer.kernelsPerTile >> 4) as u32) * (end - start) * <u32>(16 * fours));
  const levelStep = <usize>(layer.kernelsPerTile * 4 * layer.noiseLevelCount);
  let cells =
    nibblesOf(layer, tile, first >> 4, fours) + <usize>((group - start) * <u32>(16 * fours));
  let levels =
    layer.noiseLevels +
    <usize>((tile * layer.bitLines + first) * 4 * layer.noiseLevelCount);
  let least = layer.noiseBase + <usize>(tile * layer.bitLines + first);
  let to = layer.list;
  for (let column = 0; column < layer.columns; column++) {
    const base = v128.load(least);
    const baseLow = evenly(base);
    const baseHigh = oddly(base);
    let saturatedLow = v128.load(to, 128);
    let saturatedHigh = v128.load(to, 144);
    for (let phase = 0; phase < layer.phases; phase += 2) {
      const at = tables + <usize>(16 * phase * fours);
      const even = sumsAt(at, cells, fours);
      const isLast = phase + 1 == layer.phases;
      const odd = isLast ? zero : sumsAt(at + <usize>(16 * fours), cells, fours);
      let low = i8x16.add(sideBySideLow(even, odd), baseLow);
      let high = i8x16.add(sideBySideHigh(even, odd), baseHigh);
      if (count > 0) {
        k0 = xorshifts(k0);
        k1 = xorshifts(k1);
        k2 = xorshifts(k2);
        k3 = xorshifts(k3);
        low = i8x16.sub(
          low,
          i8x16.narrow_i16x8_s(reached(k0, levels, count), reached(k1, levels + 16, count)),
        );
        high = i8x16.sub(
          high,
          i8x16.narrow_i16x8_s(reached(k2, levels + 32, count), reached(k3, levels + 48, count)),
        );
      }
      let codesLow = i8x16.min_s(i8x16.max_s(low, zero), largest);
      let codesHigh = i8x16.min_s(i8x16.max_s(high, zero), largest);
      if (isLast) {
        // There is no odd phase: nothing of it counts.
        const evenBytes = i16x8.splat(255);
        low = v128.and(low, evenBytes);
        high = v128.and(high, evenBytes);
        codesLow = v128.and(codesLow, evenBytes);
        codesHigh = v128.and(codesHigh, evenBytes);
      }
      saturatedLow = i8x16.sub(saturatedLow, i8x16.ne(codesLow, low));
      saturatedHigh = i8x16.sub(saturatedHigh, i8x16.ne(codesHigh, high));
      const codes = to + <usize>(16 * phase);
      v128.store(codes, i8x16.add(v128.load(codes), codesLow));
      v128.store(codes, i8x16.add(v128.load(codes, 16), codesHigh), 16);
    }
    v128.store(to, saturatedLow, 128);
    v128.store(to, saturatedHigh, 144);
    cells += cellStep;
    levels += levelStep;
    least += <usize>layer.kernelsPerTile;
    to += columnBytes;
  }
}

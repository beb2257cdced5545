// Column reads with read noise and column offsets at a step of one unit: the code of a sum s is s, plus what the column
// always adds, plus one for every level that its 16 random bits reach. Twin of shaders/noisy-mac.wgsl. Kernels of a tile
// are a multiple of 16, so that 16 bit lines belong to one column.

import { nibblesOf, weigh } from './bit-lines';
import { addBytes, sumOfBytes, sumOfFours } from './column-sums';
import { Layer } from './layer';
import { pcg, xorshifts } from './random';
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

/** Bytes of the codes of one column: eight phases, then its saturated reads. */
const columnBytes: usize = 9 * 16;

/** 16 kernels of a tile. Codes of some macro-ops are added up in bytes, at `layer.list`. */
function noisyKernels(layer: Layer, tile: i32, first: i32, key: u32): void {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  let group = start;
  while (group < end) {
    const stop = min(end, group + <u32>layer.together);
    memory.fill(layer.list, 0, columnBytes * <usize>layer.columns);
    for (; group < stop; group++) noisyMacroOp(layer, tile, first, group, key);
    for (let column = 0; column < layer.columns; column++) {
      const line = column * layer.kernelsPerTile + first;
      const from = layer.list + columnBytes * <usize>column;
      for (let phase = 0; phase < layer.phases; phase++)
        addBytes(
          layer.work + 4 * <usize>line,
          v128.load(from + <usize>(16 * phase)),
          phase * layer.bitsPerPhase,
        );
      const mask = v128.load(layer.masks + <usize>(tile * layer.bitLines + line));
      layer.saturated += <u64>sumOfBytes(v128.and(v128.load(from, 128), mask));
    }
  }
}

// @ts-ignore: decorator
@inline
function keyOf(key: u32, kernel: i32, code: u32): u32 {
  const drawn = pcg(key ^ ((<u32>kernel << 16) | code));
  return drawn == 0 ? 1 : drawn;
}

// @ts-ignore: decorator
@inline
function keysOf(key: u32, kernel: i32, code: u32): v128 {
  let keys = i32x4.splat(<i32>keyOf(key, kernel, code));
  keys = i32x4.replace_lane(keys, 1, <i32>keyOf(key, kernel + 1, code));
  keys = i32x4.replace_lane(keys, 2, <i32>keyOf(key, kernel + 2, code));
  return i32x4.replace_lane(keys, 3, <i32>keyOf(key, kernel + 3, code));
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

/** Adds a phase's codes, and counts those out of range. */
// @ts-ignore: decorator
@inline
function addCodes(layer: Layer, to: usize, phase: i32, sums: v128): void {
  const zero = i8x16.splat(0);
  const largest = i8x16.splat(<i8>layer.largest);
  const codes = i8x16.min_s(i8x16.max_s(sums, zero), largest);
  const saturated = i8x16.sub(v128.load(to, 128), i8x16.ne(codes, sums));
  const at = to + <usize>(16 * phase);
  v128.store(at, i8x16.add(v128.load(at), codes));
  v128.store(to, saturated, 128);
}

function noisyMacroOp(layer: Layer, tile: i32, first: i32, group: u32, key: u32): void {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const code = load<u32>(layer.codes + 4 * <usize>group);
  const fours = foursOf(layer);
  const slot = load<u32>(layer.slots + 4 * <usize>group);
  const tables = layer.tables + tableBytes(layer) * <usize>slot;
  const kernel = tile * layer.kernelsPerTile + first;
  const draws = layer.noiseLevelCount > 0;
  let k0 = keysOf(key, kernel, code);
  let k1 = keysOf(key, kernel + 4, code);
  let k2 = keysOf(key, kernel + 8, code);
  let k3 = keysOf(key, kernel + 12, code);
  for (let column = 0; column < layer.columns; column++) {
    const line = column * layer.kernelsPerTile + first;
    const nibbles =
      nibblesOf(layer, tile, line >> 4, fours) + <usize>((group - start) * <u32>(16 * fours));
    const base = v128.load(layer.noiseBase + <usize>(tile * layer.bitLines + line));
    const levels =
      layer.noiseLevels +
      <usize>((tile * layer.bitLines + line) * 4 * layer.noiseLevelCount);
    const to = layer.list + columnBytes * <usize>column;
    for (let phase = 0; phase < layer.phases; phase += 2) {
      let even = base;
      let odd = base;
      if (draws) {
        k0 = xorshifts(k0);
        k1 = xorshifts(k1);
        k2 = xorshifts(k2);
        k3 = xorshifts(k3);
        const count = layer.noiseLevelCount;
        const low = i8x16.narrow_i16x8_s(reached(k0, levels, count), reached(k1, levels + 16, count));
        const high = i8x16.narrow_i16x8_s(
          reached(k2, levels + 32, count),
          reached(k3, levels + 48, count),
        );
        even = i8x16.sub(
          base,
          i8x16.shuffle(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
        );
        odd = i8x16.sub(
          base,
          i8x16.shuffle(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31),
        );
      }
      const at = tables + <usize>(16 * phase * fours);
      addCodes(layer, to, phase, i8x16.add(sumOfFours(at, nibbles, fours), even));
      if (phase + 1 < layer.phases) {
        const sums = sumOfFours(at + <usize>(16 * fours), nibbles, fours);
        addCodes(layer, to, phase + 1, i8x16.add(sums, odd));
      }
    }
  }
}

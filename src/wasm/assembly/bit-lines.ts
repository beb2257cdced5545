// Every column read on its own, of an ADC that clips and does nothing else, where no noise disturbs it: sums by tables, clipped,
// added up over the macro-ops of a tile. Twin of shaders/tiled-mac.wgsl. Codes are added up in bytes for as many
// macro-ops as these hold.

import {
  addBytes,
  highPhases,
  lowPhases,
  sumOfBytes,
  sumOfFour,
  sumOfFours,
} from './column-sums';
import { Layer } from './layer';
import { empty, foursOf, makeTables, mayClip, tableBytes } from './tables';

/** Totals of levels of one pixel, order (tile, kernel in tile), at `totals`. */
export function bitLines(layer: Layer, pixel: i32, totals: usize): void {
  makeTables(layer, pixel);
  const fours = foursOf(layer);
  for (let tile = 0; tile < layer.tiles; tile++) {
    memory.fill(layer.work, 0, 4 * <usize>layer.bitLines);
    if (fours == 4 && layer.phases == 4) clipsOfFour(layer, tile);
    else if (fours == 4 && layer.phases == 2) clipsOfTwo(layer, tile);
    else codesOfTile(layer, tile);
    weigh(layer, totals + 4 * <usize>(tile * layer.kernelsPerTile));
  }
}

/** Adds up the bit lines of each kernel with their factors. */
export function weigh(layer: Layer, totals: usize): void {
  const kernels = layer.kernelsPerTile;
  if ((kernels & 3) == 0) {
    for (let kernel = 0; kernel < kernels; kernel += 4) {
      let sum = i32x4.splat(0);
      for (let column = 0; column < layer.columns; column++) {
        const factor = i32x4.splat(load<i32>(layer.factors + 4 * <usize>column));
        const line = v128.load(layer.work + 4 * <usize>(column * kernels + kernel));
        sum = i32x4.add(sum, i32x4.mul(line, factor));
      }
      v128.store(totals + 4 * <usize>kernel, sum);
    }
    return;
  }
  for (let kernel = 0; kernel < kernels; kernel++) {
    let sum = 0;
    for (let column = 0; column < layer.columns; column++)
      sum +=
        load<i32>(layer.work + 4 * <usize>(column * kernels + kernel)) *
        load<i32>(layer.factors + 4 * <usize>column);
    store<i32>(totals + 4 * <usize>kernel, sum);
  }
}

/** Cells of 16 bit lines of a tile. */
// @ts-ignore: decorator
@inline
export function nibblesOf(layer: Layer, tile: i32, sixteen: i32, fours: i32): usize {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const groups = load<u32>(layer.tileStarts + 4 * <usize>tile, 4) - start;
  const vectors = <u32>(layer.bitLines >> 4);
  return layer.nibbles + <usize>(start * vectors + <u32>sixteen * groups) * <usize>(16 * fours);
}

/**
 * Four phases of at most 2 bits, four fours of word lines, codes that are sums up to the largest. A byte of each phase,
 * weighted, makes at most 255 * 85: 16 bits.
 */
function clipsOfFour(layer: Layer, tile: i32): void {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  const largest = i8x16.splat(<i8>layer.largest);
  const bits = layer.bitsPerPhase;
  let saturated: u64 = 0;
  for (let sixteen = 0, vectors = layer.bitLines >> 4; sixteen < vectors; sixteen++) {
    let nibbles = nibblesOf(layer, tile, sixteen, 4);
    const to = layer.work + 64 * <usize>sixteen;
    const mask = v128.load(layer.masks + <usize>(tile * layer.bitLines + 16 * sixteen));
    let a0 = i32x4.splat(0), a1 = i32x4.splat(0), a2 = i32x4.splat(0), a3 = i32x4.splat(0);
    let group = start;
    while (group < end) {
      const stop = min(end, group + <u32>layer.together);
      let c0 = i8x16.splat(0), c1 = i8x16.splat(0), c2 = i8x16.splat(0), c3 = i8x16.splat(0);
      let clipped = i8x16.splat(0);
      for (; group < stop; group++, nibbles += 64) {
        const slot = load<u32>(layer.slots + 4 * <usize>group);
        const flag = load<u8>(layer.flags + <usize>slot);
        if (flag == empty) continue;
        const tables = layer.tables + 256 * <usize>slot;
        const n0 = v128.load(nibbles);
        const n1 = v128.load(nibbles, 16);
        const n2 = v128.load(nibbles, 32);
        const n3 = v128.load(nibbles, 48);
        let s = sumOfFour(tables, n0, n1, n2, n3);
        if (flag == mayClip) {
          clipped = i8x16.sub(clipped, i8x16.gt_u(s, largest));
          c0 = i8x16.add(c0, i8x16.min_u(s, largest));
          s = sumOfFour(tables + 64, n0, n1, n2, n3);
          clipped = i8x16.sub(clipped, i8x16.gt_u(s, largest));
          c1 = i8x16.add(c1, i8x16.min_u(s, largest));
          s = sumOfFour(tables + 128, n0, n1, n2, n3);
          clipped = i8x16.sub(clipped, i8x16.gt_u(s, largest));
          c2 = i8x16.add(c2, i8x16.min_u(s, largest));
          s = sumOfFour(tables + 192, n0, n1, n2, n3);
          clipped = i8x16.sub(clipped, i8x16.gt_u(s, largest));
          c3 = i8x16.add(c3, i8x16.min_u(s, largest));
        } else {
          c0 = i8x16.add(c0, s);
          c1 = i8x16.add(c1, sumOfFour(tables + 64, n0, n1, n2, n3));
          c2 = i8x16.add(c2, sumOfFour(tables + 128, n0, n1, n2, n3));
          c3 = i8x16.add(c3, sumOfFour(tables + 192, n0, n1, n2, n3));
        }
      }
      const low = lowPhases(c0, c1, c2, c3, bits);
      a0 = i32x4.add(a0, i32x4.extend_low_i16x8_u(low));
      a1 = i32x4.add(a1, i32x4.extend_high_i16x8_u(low));
      const high = highPhases(c0, c1, c2, c3, bits);
      a2 = i32x4.add(a2, i32x4.extend_low_i16x8_u(high));
      a3 = i32x4.add(a3, i32x4.extend_high_i16x8_u(high));
      saturated += <u64>sumOfBytes(v128.and(clipped, mask));
    }
    v128.store(to, a0);
    v128.store(to, a1, 16);
    v128.store(to, a2, 32);
    v128.store(to, a3, 48);
  }
  layer.saturated += saturated;
}

/** As {@link clipsOfFour} of two phases. */
function clipsOfTwo(layer: Layer, tile: i32): void {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  const largest = i8x16.splat(<i8>layer.largest);
  let saturated: u64 = 0;
  for (let sixteen = 0, vectors = layer.bitLines >> 4; sixteen < vectors; sixteen++) {
    let nibbles = nibblesOf(layer, tile, sixteen, 4);
    const to = layer.work + 64 * <usize>sixteen;
    const mask = v128.load(layer.masks + <usize>(tile * layer.bitLines + 16 * sixteen));
    let group = start;
    while (group < end) {
      const stop = min(end, group + <u32>layer.together);
      let c0 = i8x16.splat(0), c1 = i8x16.splat(0), clipped = i8x16.splat(0);
      for (; group < stop; group++, nibbles += 64) {
        const slot = load<u32>(layer.slots + 4 * <usize>group);
        const flag = load<u8>(layer.flags + <usize>slot);
        if (flag == empty) continue;
        const tables = layer.tables + 128 * <usize>slot;
        const n0 = v128.load(nibbles);
        const n1 = v128.load(nibbles, 16);
        const n2 = v128.load(nibbles, 32);
        const n3 = v128.load(nibbles, 48);
        const s0 = sumOfFour(tables, n0, n1, n2, n3);
        const s1 = sumOfFour(tables + 64, n0, n1, n2, n3);
        if (flag == mayClip) {
          clipped = i8x16.sub(clipped, i8x16.gt_u(s0, largest));
          clipped = i8x16.sub(clipped, i8x16.gt_u(s1, largest));
          c0 = i8x16.add(c0, i8x16.min_u(s0, largest));
          c1 = i8x16.add(c1, i8x16.min_u(s1, largest));
        } else {
          c0 = i8x16.add(c0, s0);
          c1 = i8x16.add(c1, s1);
        }
      }
      addBytes(to, c0, 0);
      addBytes(to, c1, layer.bitsPerPhase);
      saturated += <u64>sumOfBytes(v128.and(clipped, mask));
    }
  }
  layer.saturated += saturated;
}

/** Any number of phases and word lines. */
function codesOfTile(layer: Layer, tile: i32): void {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  const fours = foursOf(layer);
  const bytes = tableBytes(layer);
  const largest = i8x16.splat(<i8>layer.largest);
  for (let sixteen = 0, vectors = layer.bitLines >> 4; sixteen < vectors; sixteen++) {
    const mask = v128.load(layer.masks + <usize>(tile * layer.bitLines + 16 * sixteen));
    const to = layer.work + 64 * <usize>sixteen;
    for (let phase = 0; phase < layer.phases; phase++) {
      let nibbles = nibblesOf(layer, tile, sixteen, fours);
      let group = start;
      while (group < end) {
        const stop = min(end, group + <u32>layer.together);
        let codes = i8x16.splat(0);
        let saturated = i8x16.splat(0);
        for (; group < stop; group++, nibbles += <usize>(16 * fours)) {
          const slot = load<u32>(layer.slots + 4 * <usize>group);
          const tables = layer.tables + bytes * <usize>slot + <usize>(16 * phase * fours);
          const sums = sumOfFours(tables, nibbles, fours);
          codes = i8x16.add(codes, i8x16.min_u(sums, largest));
          saturated = i8x16.sub(saturated, i8x16.gt_u(sums, largest));
        }
        addBytes(to, codes, phase * layer.bitsPerPhase);
        layer.saturated += <u64>sumOfBytes(v128.and(saturated, mask));
      }
    }
  }
}

// Noise of every kind, with a uniform ADC, in 16 bits and 1/256 unit discharge: eight kernels at a time. Twin of
// src/reference/noise.ts; src/wasm/choose-way.ts sees to it that 16 bits hold everything.
//
// What four cells, errors included, discharge in one bit of the inputs has 16 possible sums. A table of them is made for each
// column of a macro-op, and used for every pixel: each bit and four word lines then cost one load and one addition.

import { finishLevels } from './finish';
import { Layer } from './layer';
import { pcg } from './random';
import { drawNoise, noiseBytes, paddedColumns } from './read-noise';
import { foursOf } from './tables';

/** Bits of an activation. */
const bits: i32 = 8;
/** Bytes of a vector, and of the 16 sums of four cells in eight kernels. */
const vector: usize = 16;
const tableBytes: usize = 256;
/** Bytes of the gains of one column, see {@link disturbed}. */
const gainBytes: usize = 48;

/** Eights of kernels in a tile. */
// @ts-ignore: decorator
@inline
export function eightsOf(layer: Layer): i32 {
  return (layer.kernelsPerTile + 7) >> 3;
}

/** `sums`, order (pixel, kernel), of an image. `number`: of its first pixel in the run, modulo 2^32. */
export function analogImage(layer: Layer, number: u32, sums: usize): void {
  spreadBits(layer);
  for (let first = layer.firstPixel; first < layer.endPixel; first += layer.pixelsAtOnce) {
    const count = min(layer.pixelsAtOnce, layer.endPixel - first);
    for (let i = 0; i < count; i++)
      store<u32>(layer.work + 4 * <usize>i, pcg(layer.noiseKey + number + <u32>(first + i)));
    const to = sums + 4 * <usize>(first * layer.kernels);
    for (let tile = 0; tile < layer.tiles; tile++)
      for (let eight = 0; eight < eightsOf(layer); eight++)
        eightKernels(layer, tile, eight, first, count, to);
    for (let i = 0; i < count; i++) {
      const ofPixel = to + 4 * <usize>(i * layer.kernels);
      finishLevels(layer, ofPixel, layer.kernelsPerTile, ofPixel);
    }
  }
}

/** For every word, order (bit, four word lines): which of the four have that bit, times a vector's bytes; a byte each. */
function spreadBits(layer: Layer): void {
  const fours = foursOf(layer);
  const words = layer.mapHeight * layer.mapWidth * layer.blocks;
  let to = layer.wordBits;
  for (let word = 0; word < words; word++) {
    const from = layer.words + <usize>(word * layer.lanes);
    for (let bit = 0; bit < bits; bit++)
      for (let four = 0; four < fours; four++, to++) {
        // The highest bit of each byte is what the mask takes.
        const lanes = v128.load(from + <usize>((four & ~3) << 2));
        const mask = i8x16.bitmask(i16x8.shl(lanes, bits - 1 - bit)) >> ((four & 3) << 2);
        store<u8>(to, <u8>((mask & 15) << 4));
      }
  }
}

/** Eight kernels of a tile at pixels `first ... first + count - 1`. */
function eightKernels(
  layer: Layer,
  tile: i32,
  eight: i32,
  first: i32,
  count: i32,
  sums: usize,
): void {
  const kernel = tile * layer.kernelsPerTile + 8 * eight;
  const kernels = min(min(8, layer.kernelsPerTile - 8 * eight), layer.kernels - kernel);
  if (kernels <= 0) return;
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  const columns = paddedColumns(layer);
  const cellBytes = <usize>(columns * foursOf(layer) * 4) * vector;
  let cells = layer.mixed + cellBytes * <usize>(start * <u32>eightsOf(layer) + <u32>eight * (end - start));
  const gains = layer.columnGains + <usize>((tile * eightsOf(layer) + eight) * columns) * gainBytes;
  memory.fill(layer.totals, 0, <usize>count * 2 * vector);
  memory.fill(layer.list, 0, noiseBytes(layer));
  // A kernel that is none counts no reads.
  const mask = i16x8.lt_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>kernels));
  let unclamped = i32x4.splat(0);
  for (let group = start; group < end; group++, cells += cellBytes) {
    addUpCells(layer, cells);
    const distance = load<u32>(layer.distances + 4 * <usize>group);
    const code = load<u32>(layer.codes + 4 * <usize>group);
    for (let i = 0; i < count; i++) {
      if (layer.quantiles != 0)
        drawNoise(layer, load<u32>(layer.work + 4 * <usize>i), kernel, code);
      const base = load<u32>(layer.bases + 4 * <usize>(first + i));
      const from = layer.wordBits + <usize>(base + distance) * <usize>(bits * foursOf(layer));
      const to = layer.totals + <usize>i * 2 * vector;
      const same = layer.hasGains
        ? readWithGains(layer, from, gains, to)
        : readWithoutGains(layer, from, gains, to);
      unclamped = i32x4.add(unclamped, i32x4.extadd_pairwise_i16x8_s(v128.and(same, mask)));
    }
  }
  const reads = <u64>(end - start) * <u64>(count * kernels * columns * layer.phases);
  layer.saturated += reads - <u64>sumOfWords(unclamped);
  for (let i = 0; i < count; i++)
    memory.copy(
      sums + 4 * <usize>(i * layer.kernels + kernel),
      layer.totals + <usize>i * 2 * vector,
      4 * <usize>kernels,
    );
}

// @ts-ignore: decorator
@inline
function sumOfWords(words: v128): u32 {
  return (
    i32x4.extract_lane(words, 0) +
    i32x4.extract_lane(words, 1) +
    i32x4.extract_lane(words, 2) +
    i32x4.extract_lane(words, 3)
  );
}

/** Sums of every pattern of four cells, order (column, four word lines, pattern, kernel), at `layer.tables`. */
function addUpCells(layer: Layer, cells: usize): void {
  const count = paddedColumns(layer) * foursOf(layer);
  let to = layer.tables;
  for (let i = 0; i < count; i++, cells += 4 * vector, to += tableBytes) {
    v128.store(to, i16x8.splat(0));
    for (let cell: usize = 0; cell < 4; cell++) {
      const added = v128.load(cells + cell * vector);
      const half = vector << cell;
      for (let at: usize = 0; at < half; at += vector)
        v128.store(to + half + at, i16x8.add(v128.load(to + at), added));
    }
  }
}

/** What a column's cells discharge in one bit of the inputs, any number of fours. `offsets`: see {@link spreadBits}. */
// @ts-ignore: decorator
@inline
function sumOfBit(tables: usize, offsets: usize, fours: i32): v128 {
  let sum = v128.load(tables + <usize>load<u8>(offsets));
  for (let four: usize = 1; four < <usize>fours; four++)
    sum = i16x8.add(sum, v128.load(tables + four * tableBytes + <usize>load<u8>(offsets + four)));
  return sum;
}

/** Sums of four vectors. */
// @ts-ignore: decorator
@inline
function added(a: v128, b: v128, c: v128, d: v128): v128 {
  return i16x8.add(i16x8.add(a, b), i16x8.add(c, d));
}

/**
 * The sum that the ADC sees, half a step added. `sum`: that of the cells and half a unit. `gains`: pairs of a gain and of
 * what is always added, which one multiply-add takes, then the latter alone, for columns without gains.
 */
// @ts-ignore: decorator
@inline
function disturbed(hasGains: bool, sum: v128, gains: usize, noise: v128): v128 {
  if (!hasGains) return i16x8.add(i16x8.add(sum, noise), v128.load(gains, 2 * vector));
  const rounded = i16x8.shr_s(sum, 8);
  const one = i16x8.splat(256);
  const low = i32x4.dot_i16x8_s(
    i16x8.shuffle(rounded, one, 0, 8, 1, 9, 2, 10, 3, 11),
    v128.load(gains),
  );
  const high = i32x4.dot_i16x8_s(
    i16x8.shuffle(rounded, one, 4, 12, 5, 13, 6, 14, 7, 15),
    v128.load(gains, vector),
  );
  const more = i16x8.narrow_i32x4_s(i32x4.shr_s(low, 8), i32x4.shr_s(high, 8));
  return i16x8.add(i16x8.add(sum, noise), more);
}

/** Sums of 0 ... 32767 divided by the step. */
// @ts-ignore: decorator
@inline
function dividedByStep(layer: Layer, sums: v128): v128 {
  if (layer.stepFactor == 0) return i16x8.shr_u(sums, 8);
  const factor = i16x8.splat(<i16>layer.stepFactor);
  return i16x8.narrow_i32x4_u(
    i32x4.shr_u(i32x4.extmul_low_i16x8_u(sums, factor), layer.stepShift),
    i32x4.shr_u(i32x4.extmul_high_i16x8_u(sums, factor), layer.stepShift),
  );
}

/** A column's codes times its factor. */
// @ts-ignore: decorator
@inline
function weighed(layer: Layer, kept: v128, factors: usize): v128 {
  return i16x8.mul(dividedByStep(layer, kept), v128.load(factors));
}

/** The last bit of a phase; the one before its first where it drives no word line. */
// @ts-ignore: decorator
@inline
function lastBit(layer: Layer, wordBits: usize, first: i32): i32 {
  const end = min(first + layer.bitsPerPhase, bits);
  if (first >= end) return first - 1;
  if (foursOf(layer) != 4) return end - 1;
  let any: u32 = 0;
  for (let bit = first; bit < end; bit++) any |= load<u32>(wordBits + 4 * <usize>bit);
  return any == 0 ? first - 1 : end - 1;
}

/** Adds one macro-op of eight kernels at one pixel to `totals`. Gives per kernel how many reads were not clamped. */
// @ts-ignore: decorator
@inline
function readColumns(
  layer: Layer,
  hasGains: bool,
  wordBits: usize,
  gains: usize,
  totals: usize,
): v128 {
  const fours = foursOf(layer);
  const columns = paddedColumns(layer);
  const columnBytes = tableBytes * <usize>fours;
  const zero = i16x8.splat(0);
  const top = i16x8.splat(<i16>layer.top);
  const noiseRow = <usize>columns * 2 * vector;
  let same = zero;
  let low = v128.load(totals);
  let high = v128.load(totals, vector);
  for (let phase = 0; phase < layer.phases; phase++) {
    const first = phase * layer.bitsPerPhase;
    const last = lastBit(layer, wordBits, first);
    let noise = layer.list + <usize>(phase >> 1) * noiseRow + <usize>(phase & 1) * vector;
    let tables = layer.tables;
    let ofColumn = gains;
    let factors = layer.columnFactors;
    let codes = zero;
    // Doubled with every bit, it becomes half a unit: sums are rounded to units by leaving bits off.
    const half = i16x8.splat(<i16>(<i32>128 >> (last + 1 - first)));
    for (let column = 0; column < columns; column += 4) {
      let a = half;
      let b = half;
      let c = half;
      let d = half;
      for (let bit = last; bit >= first; bit--) {
        const offsets = wordBits + <usize>(bit * fours);
        a = i16x8.add(a, a);
        b = i16x8.add(b, b);
        c = i16x8.add(c, c);
        d = i16x8.add(d, d);
        if (fours == 4) {
          const t0 = tables + <usize>load<u8>(offsets);
          const t1 = tables + <usize>load<u8>(offsets, 1);
          const t2 = tables + <usize>load<u8>(offsets, 2);
          const t3 = tables + <usize>load<u8>(offsets, 3);
          a = i16x8.add(a, added(v128.load(t0), v128.load(t1, 256), v128.load(t2, 512), v128.load(t3, 768)));
          b = i16x8.add(b, added(v128.load(t0, 1024), v128.load(t1, 1280), v128.load(t2, 1536), v128.load(t3, 1792)));
          c = i16x8.add(c, added(v128.load(t0, 2048), v128.load(t1, 2304), v128.load(t2, 2560), v128.load(t3, 2816)));
          d = i16x8.add(d, added(v128.load(t0, 3072), v128.load(t1, 3328), v128.load(t2, 3584), v128.load(t3, 3840)));
        } else {
          a = i16x8.add(a, sumOfBit(tables, offsets, fours));
          b = i16x8.add(b, sumOfBit(tables + columnBytes, offsets, fours));
          c = i16x8.add(c, sumOfBit(tables + 2 * columnBytes, offsets, fours));
          d = i16x8.add(d, sumOfBit(tables + 3 * columnBytes, offsets, fours));
        }
      }
      a = disturbed(hasGains, a, ofColumn, v128.load(noise));
      b = disturbed(hasGains, b, ofColumn + gainBytes, v128.load(noise, 32));
      c = disturbed(hasGains, c, ofColumn + 2 * gainBytes, v128.load(noise, 64));
      d = disturbed(hasGains, d, ofColumn + 3 * gainBytes, v128.load(noise, 96));
      const keptA = i16x8.min_s(i16x8.max_s(a, zero), top);
      const keptB = i16x8.min_s(i16x8.max_s(b, zero), top);
      const keptC = i16x8.min_s(i16x8.max_s(c, zero), top);
      const keptD = i16x8.min_s(i16x8.max_s(d, zero), top);
      same = i16x8.sub(
        same,
        added(i16x8.eq(a, keptA), i16x8.eq(b, keptB), i16x8.eq(c, keptC), i16x8.eq(d, keptD)),
      );
      codes = i16x8.add(
        codes,
        added(
          weighed(layer, keptA, factors),
          weighed(layer, keptB, factors + vector),
          weighed(layer, keptC, factors + 2 * vector),
          weighed(layer, keptD, factors + 3 * vector),
        ),
      );
      tables += 4 * columnBytes;
      ofColumn += 4 * gainBytes;
      noise += 8 * vector;
      factors += 4 * vector;
    }
    low = i32x4.add(low, i32x4.shl(i32x4.extend_low_i16x8_s(codes), first));
    high = i32x4.add(high, i32x4.shl(i32x4.extend_high_i16x8_s(codes), first));
  }
  v128.store(totals, low);
  v128.store(totals, high, vector);
  return same;
}

// Two functions: a test for every column costs more than their bytes.
function readWithGains(layer: Layer, wordBits: usize, gains: usize, totals: usize): v128 {
  return readColumns(layer, true, wordBits, gains, totals);
}
function readWithoutGains(layer: Layer, wordBits: usize, gains: usize, totals: usize): v128 {
  return readColumns(layer, false, wordBits, gains, totals);
}

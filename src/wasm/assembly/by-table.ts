// Every column read on its own, of an ADC by any table, where no noise disturbs it: the level of each sum is looked up. Twin of
// shaders/tiled-mac.wgsl. A word's digits in a phase say how large its sums can become; most need one look-up, so that
// the groups of a tile are dealt onto two lists: those, and the rest.

import { weigh, nibblesOf } from './bit-lines';
import { addBytes, addFour, entries, sideBySideHigh, sideBySideLow, sumOfBytes, sumOfFourAt, sumOfFours } from './column-sums';
import { Layer } from './layer';
import { foursOf, tableBytes, tableOfFour } from './tables';

/** Sums that one block of the table knows, 0 apart: what exceeds them is looked up in the next. */
const perBlock: u8 = 15;

/** Totals of levels of one pixel, order (tile, kernel in tile), at `totals`. */
export function tableLines(layer: Layer, pixel: i32, totals: usize): void {
  makeDigitTables(layer, pixel);
  for (let tile = 0; tile < layer.tiles; tile++) {
    memory.fill(layer.work, 0, 4 * <usize>layer.bitLines);
    for (let phase = 0; phase < layer.phases; phase++) addLevels(layer, tile, phase);
    weigh(layer, totals + 4 * <usize>(tile * layer.kernelsPerTile));
  }
}

/** Makes the tables of a pixel as `makeTables` does; `flags`, order (stored code, phase), are the largest sums. */
function makeDigitTables(layer: Layer, pixel: i32): void {
  const fours = foursOf(layer);
  const base = load<u32>(layer.bases + 4 * <usize>pixel);
  let to = layer.tables;
  let flag = layer.flags;
  for (let code = 0; code < layer.storedCodes; code++) {
    const word =
      layer.words + <usize>(base + load<u32>(layer.storedDistances + 4 * <usize>code)) * <usize>layer.lanes;
    for (let phase = 0; phase < layer.phases; phase++, flag++) {
      let sum = 0;
      for (let four = 0; four < fours; four++, to += 16) {
        const table = tableOfFour(layer, load<u32>(word + 4 * <usize>four), phase);
        v128.store(to, table);
        sum += <i32>i8x16.extract_lane_u(table, 15);
      }
      store<u8>(flag, <u8>sum);
    }
  }
}

/** Adds the levels of a tile's bit lines in a phase to `work`. */
function addLevels(layer: Layer, tile: i32, phase: i32): void {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  const fours = foursOf(layer);
  const bytes = tableBytes(layer);
  // Few sums in front, many from the end on backwards.
  let few = layer.list;
  const last = layer.list + 8 * <usize>(end - start);
  let many = last;
  let most = 0;
  // Whatever counts nothing is left out: sums of 0 where their level is 0, and not saturated.
  const least = layer.low <= 0 && layer.high > 0 && layer.levelOfZero == 0 ? 1 : 0;
  // Below this no sum is saturated, and one look-up gives its level.
  const tooMany = layer.low > 0 ? 0 : min(<i32>perBlock + 1, layer.high);
  for (let group = start; group < end; group++) {
    const slot = load<u32>(layer.slots + 4 * <usize>group);
    const largest = <i32>load<u8>(layer.flags + <usize>(slot * <u32>layer.phases + <u32>phase));
    if (largest < least) continue;
    let entry = few;
    if (largest < tooMany) few += 8;
    else {
      many -= 8;
      entry = many;
      most = max(most, largest);
    }
    store<u32>(entry, <u32>(layer.tables + bytes * <usize>slot + <usize>(16 * phase * fours)));
    store<u32>(entry, (group - start) * <u32>(16 * fours), 4);
  }
  const shift = phase * layer.bitsPerPhase;
  for (let sixteen = 0, vectors = layer.bitLines >> 4; sixteen < vectors; sixteen++) {
    const nibbles = nibblesOf(layer, tile, sixteen, fours);
    const to = layer.work + 64 * <usize>sixteen;
    if (layer.wideLevels) addFewWide(layer, few, nibbles, shift, to);
    else addFew(layer, few, nibbles, shift, to);
    if (many == last) continue;
    const mask = v128.load(layer.masks + <usize>(tile * layer.bitLines + 16 * sixteen));
    addMany(layer, many, last, most, nibbles, shift, mask, to);
  }
}

/** Sums of 16 bit lines in the macro-op of an entry. */
// @ts-ignore: decorator
@inline
function sumsAt(entry: usize, nibbles: usize, fours: i32): v128 {
  const tables = <usize>load<u32>(entry);
  const cells = nibbles + <usize>load<u32>(entry, 4);
  return fours == 4 ? sumOfFourAt(tables, cells) : sumOfFours(tables, cells, fours);
}

/** Levels that are bytes, of sums below 16: adds those of the entries before `end`. */
function addFew(layer: Layer, end: usize, nibbles: usize, shift: i32, to: usize): void {
  const fours = foursOf(layer);
  const levels = v128.load(layer.levels);
  const together: usize = 8 * <usize>layer.together;
  for (let entry = layer.list; entry < end; ) {
    const stop = min(end, entry + together);
    let sum = i8x16.splat(0);
    for (; entry < stop; entry += 8)
      sum = i8x16.add(sum, entries(levels, sumsAt(entry, nibbles, fours)));
    addBytes(to, sum, shift);
  }
}

/** Levels of 16 bits. */
function addFewWide(layer: Layer, end: usize, nibbles: usize, shift: i32, to: usize): void {
  const fours = foursOf(layer);
  const low = v128.load(layer.levels);
  const high = v128.load(layer.levels, 16);
  const together: usize = 8 * <usize>layer.together;
  for (let entry = layer.list; entry < end; ) {
    const stop = min(end, entry + together);
    let first = i16x8.splat(0), second = i16x8.splat(0);
    for (; entry < stop; entry += 8) {
      const sums = sumsAt(entry, nibbles, fours);
      const lows = entries(low, sums);
      const highs = entries(high, sums);
      first = i16x8.add(first, sideBySideLow(lows, highs));
      second = i16x8.add(second, sideBySideHigh(lows, highs));
    }
    addWords(to, first, second, shift);
  }
}

/** Levels of any sums, bytes or of 16 bits; counts those that saturate. `most`: the largest sum. */
function addMany(
  layer: Layer,
  from: usize,
  end: usize,
  most: i32,
  nibbles: usize,
  shift: i32,
  mask: v128,
  to: usize,
): void {
  const fours = foursOf(layer);
  const together: usize = 8 * <usize>layer.together;
  const blocks = min(layer.levelBlocks, (most + <i32>perBlock - 1) / <i32>perBlock);
  const block = i8x16.splat(<i8>perBlock);
  // Sums are bytes: what lies above them, or below 0, is never reached.
  const below = i8x16.splat(<i8>min(max(layer.low, 0), 255));
  const hasAbove = layer.high <= most;
  const above = i8x16.splat(<i8>min(max(layer.high, 0), 255));
  for (let entry = from; entry < end; ) {
    const stop = min(end, entry + together);
    let first = i16x8.splat(0), second = i16x8.splat(0), saturated = i8x16.splat(0);
    for (; entry < stop; entry += 8) {
      let rest = sumsAt(entry, nibbles, fours);
      saturated = i8x16.sub(saturated, i8x16.lt_u(rest, below));
      if (hasAbove) saturated = i8x16.sub(saturated, i8x16.ge_u(rest, above));
      let number = i8x16.min_u(rest, block);
      let levels = layer.levels;
      let lows = entries(v128.load(levels), number);
      let highs = entries(v128.load(levels, 16), number);
      for (let at = 1; at < blocks; at++) {
        levels += 32;
        rest = i8x16.sub_sat_u(rest, block);
        number = i8x16.min_u(rest, block);
        lows = i8x16.add(lows, entries(v128.load(levels), number));
        highs = i8x16.add(highs, entries(v128.load(levels, 16), number));
      }
      first = i16x8.add(first, sideBySideLow(lows, highs));
      second = i16x8.add(second, sideBySideHigh(lows, highs));
    }
    addWords(to, first, second, shift);
    layer.saturated += <u64>sumOfBytes(v128.and(saturated, mask));
  }
}

/** Adds 16 numbers of 16 bits, shifted left, to 16 sums of 32 bits at `to`. */
// @ts-ignore: decorator
@inline
function addWords(to: usize, first: v128, second: v128, shift: i32): void {
  addFour(to, i32x4.shl(i32x4.extend_low_i16x8_u(first), shift));
  addFour(to + 16, i32x4.shl(i32x4.extend_high_i16x8_u(first), shift));
  addFour(to + 32, i32x4.shl(i32x4.extend_low_i16x8_u(second), shift));
  addFour(to + 48, i32x4.shl(i32x4.extend_high_i16x8_u(second), shift));
}

// Tables of one output pixel: for every stored index code, phase and four word lines, the sum of the digits for each of
// the 16 patterns of cells that four word lines can have. A column read is then one look-up per four word lines, for 16
// bit lines at once.

import { Layer } from './layer';

/** What a flag says of a word. */
export const plain: u8 = 0;
/** Some phase's digits add up to more than the largest code. */
export const mayClip: u8 = 1;
/** No phase drives any word line. */
export const empty: u8 = 2;

/** Fours of word lines in a word. */
// @ts-ignore: decorator
@inline
export function foursOf(layer: Layer): i32 {
  return (layer.lines + 3) >> 2;
}

/** Bytes of the tables of one word. */
// @ts-ignore: decorator
@inline
export function tableBytes(layer: Layer): usize {
  return 16 * <usize>(layer.phases * foursOf(layer));
}

/** Which patterns of four cells have cell 0, 1, 2, 3. */
// @ts-ignore: decorator
@inline
function pattern(cell: i32): v128 {
  return cell == 0
    ? v128(0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1)
    : cell == 1
      ? v128(0, 0, -1, -1, 0, 0, -1, -1, 0, 0, -1, -1, 0, 0, -1, -1)
      : cell == 2
        ? v128(0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0, -1, -1, -1, -1)
        : v128(0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1);
}

/** The table of four word lines, a byte each, in one phase. */
// @ts-ignore: decorator
@inline
export function tableOfFour(layer: Layer, lines: u32, phase: i32): v128 {
  const shift = phase * layer.bitsPerPhase;
  // Of the last phase there may be fewer bits: those above are its neighbour's.
  const mask: u32 = ((1 << layer.bitsPerPhase) - 1) & (0xff >> shift);
  const digits = i32x4.splat(<i32>((lines >> shift) & (mask * 0x01010101)));
  return i8x16.add(
    i8x16.add(
      v128.and(i8x16.swizzle(digits, i8x16.splat(0)), pattern(0)),
      v128.and(i8x16.swizzle(digits, i8x16.splat(1)), pattern(1)),
    ),
    i8x16.add(
      v128.and(i8x16.swizzle(digits, i8x16.splat(2)), pattern(2)),
      v128.and(i8x16.swizzle(digits, i8x16.splat(3)), pattern(3)),
    ),
  );
}

/** Makes the tables of a pixel, order (stored code, phase, four word lines, pattern), and the flags of its words. */
export function makeTables(layer: Layer, pixel: i32): void {
  const fours = foursOf(layer);
  const bytes = tableBytes(layer);
  const base = load<u32>(layer.bases + 4 * <usize>pixel);
  for (let code = 0; code < layer.storedCodes; code++) {
    const word =
      layer.words + <usize>(base + load<u32>(layer.storedDistances + 4 * <usize>code)) * <usize>layer.lanes;
    let to = layer.tables + bytes * <usize>code;
    let flag: u8 = empty;
    for (let phase = 0; phase < layer.phases; phase++) {
      let sum = 0;
      for (let four = 0; four < fours; four++) {
        const table = tableOfFour(layer, load<u32>(word + 4 * <usize>four), phase);
        v128.store(to, table);
        sum += <i32>i8x16.extract_lane_u(table, 15);
        to += 16;
      }
      if (sum > layer.largest) flag = mayClip;
      else if (sum > 0 && flag == empty) flag = plain;
    }
    store<u8>(layer.flags + <usize>code, flag);
  }
}

// Sums of 16 bit lines in one phase, by tables.

/** Entries of a table by numbers below 16, for which the relaxed instruction, which is faster, is exact. */
// @ts-ignore: decorator
@inline
export function entries(table: v128, numbers: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? i8x16.relaxed_swizzle(table, numbers)
    : i8x16.swizzle(table, numbers);
}

/** Of four fours of word lines, whose cells are n0 ... n3. */
// @ts-ignore: decorator
@inline
export function sumOfFour(tables: usize, n0: v128, n1: v128, n2: v128, n3: v128): v128 {
  return i8x16.add(
    i8x16.add(
      entries(v128.load(tables), n0),
      entries(v128.load(tables, 16), n1),
    ),
    i8x16.add(
      entries(v128.load(tables, 32), n2),
      entries(v128.load(tables, 48), n3),
    ),
  );
}

/** The same, cells at `cells`. */
// @ts-ignore: decorator
@inline
export function sumOfFourAt(tables: usize, cells: usize): v128 {
  return sumOfFour(
    tables,
    v128.load(cells),
    v128.load(cells, 16),
    v128.load(cells, 32),
    v128.load(cells, 48),
  );
}

/** Of any number of fours, whose cells follow each other at `nibbles`. */
// @ts-ignore: decorator
@inline
export function sumOfFours(tables: usize, nibbles: usize, fours: i32): v128 {
  let sum = entries(v128.load(tables), v128.load(nibbles));
  for (let four = 1; four < fours; four++) {
    const at: usize = 16 * <usize>four;
    sum = i8x16.add(sum, entries(v128.load(tables + at), v128.load(nibbles + at)));
  }
  return sum;
}

/** Sum of 16 unsigned bytes. */
// @ts-ignore: decorator
@inline
export function sumOfBytes(bytes: v128): i32 {
  const pairs = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
  return (
    i32x4.extract_lane(pairs, 0) +
    i32x4.extract_lane(pairs, 1) +
    i32x4.extract_lane(pairs, 2) +
    i32x4.extract_lane(pairs, 3)
  );
}

/** Adds 16 bytes, shifted left, to 16 sums of 32 bits at `to`. */
// @ts-ignore: decorator
@inline
export function addBytes(to: usize, bytes: v128, shift: i32): void {
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  addFour(to, i32x4.shl(i32x4.extend_low_i16x8_u(low), shift));
  addFour(to + 16, i32x4.shl(i32x4.extend_high_i16x8_u(low), shift));
  addFour(to + 32, i32x4.shl(i32x4.extend_low_i16x8_u(high), shift));
  addFour(to + 48, i32x4.shl(i32x4.extend_high_i16x8_u(high), shift));
}

/** Four phases of 16 bytes each, weighted, as 16 sums of 16 bits: the first eight, or the last. */
// @ts-ignore: decorator
@inline
export function lowPhases(c0: v128, c1: v128, c2: v128, c3: v128, bits: i32): v128 {
  return i16x8.add(
    i16x8.add(i16x8.extend_low_i8x16_u(c0), i16x8.shl(i16x8.extend_low_i8x16_u(c1), bits)),
    i16x8.add(
      i16x8.shl(i16x8.extend_low_i8x16_u(c2), 2 * bits),
      i16x8.shl(i16x8.extend_low_i8x16_u(c3), 3 * bits),
    ),
  );
}
// @ts-ignore: decorator
@inline
export function highPhases(c0: v128, c1: v128, c2: v128, c3: v128, bits: i32): v128 {
  return i16x8.add(
    i16x8.add(i16x8.extend_high_i8x16_u(c0), i16x8.shl(i16x8.extend_high_i8x16_u(c1), bits)),
    i16x8.add(
      i16x8.shl(i16x8.extend_high_i8x16_u(c2), 2 * bits),
      i16x8.shl(i16x8.extend_high_i8x16_u(c3), 3 * bits),
    ),
  );
}

// @ts-ignore: decorator
@inline
export function addFour(to: usize, four: v128): void {
  v128.store(to, i32x4.add(v128.load(to), four));
}

/** The first eight bytes of two vectors side by side, and the last. */
// @ts-ignore: decorator
@inline
export function sideBySideLow(even: v128, odd: v128): v128 {
  return i8x16.shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
// @ts-ignore: decorator
@inline
export function sideBySideHigh(even: v128, odd: v128): v128 {
  return i8x16.shuffle(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// What WebAssembly can do at most on a processor: loops of the instructions that src/wasm/assembly leans on, over chains that do
// not wait for each other. Twins in bench/support/wasm-roofline.ts.

// @ts-ignore: decorator
@inline
function look(table: v128, numbers: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? i8x16.relaxed_swizzle(table, numbers)
    : i8x16.swizzle(table, numbers);
}

// @ts-ignore: decorator
@inline
function fold(vector: v128): i32 {
  return (
    i32x4.extract_lane(vector, 0) ^
    i32x4.extract_lane(vector, 1) ^
    i32x4.extract_lane(vector, 2) ^
    i32x4.extract_lane(vector, 3)
  );
}

/** Per iteration and chain 16 bytes are looked up in a table of 16 and added; eight chains. */
export function lookUps(iterations: i32): i32 {
  const table = v128(7, 2, 13, 5, 11, 0, 9, 14, 3, 8, 1, 15, 6, 12, 4, 10);
  let a = v128(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  let b = look(table, a), c = look(table, b), d = look(table, c);
  let e = look(table, d), f = look(table, e), g = look(table, f), h = look(table, g);
  let sa = i8x16.splat(0), sb = sa, sc = sa, sd = sa, se = sa, sf = sa, sg = sa, sh = sa;
  for (let i = 0; i < iterations; i++) {
    a = look(table, a);
    sa = i8x16.add(sa, a);
    b = look(table, b);
    sb = i8x16.add(sb, b);
    c = look(table, c);
    sc = i8x16.add(sc, c);
    d = look(table, d);
    sd = i8x16.add(sd, d);
    e = look(table, e);
    se = i8x16.add(se, e);
    f = look(table, f);
    sf = i8x16.add(sf, f);
    g = look(table, g);
    sg = i8x16.add(sg, g);
    h = look(table, h);
    sh = i8x16.add(sh, h);
  }
  return fold(sa) ^ fold(sb) ^ fold(sc) ^ fold(sd) ^ fold(se) ^ fold(sf) ^ fold(sg) ^ fold(sh);
}

/** Per iteration and chain eight products of 16 bits are added up in pairs, and to a sum; eight chains. */
export function products(iterations: i32): i32 {
  const u = i16x8(3, -5, 7, -11, 13, -17, 19, -23);
  const v = i16x8(-2, 4, -6, 8, -10, 12, -14, 16);
  const w = i16x8(1, 1, -1, -1, 2, 2, -2, -2);
  const z = i16x8(9, 0, 0, 9, 0, -9, -9, 0);
  let x = i16x8(1, 2, 3, 4, 5, 6, 7, 8);
  let y = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  let sa = i32x4.splat(0), sb = sa, sc = sa, sd = sa, se = sa, sf = sa, sg = sa, sh = sa;
  for (let i = 0; i < iterations; i++) {
    sa = i32x4.add(sa, i32x4.dot_i16x8_s(x, u));
    sb = i32x4.add(sb, i32x4.dot_i16x8_s(x, v));
    sc = i32x4.add(sc, i32x4.dot_i16x8_s(x, w));
    sd = i32x4.add(sd, i32x4.dot_i16x8_s(x, z));
    se = i32x4.add(se, i32x4.dot_i16x8_s(y, u));
    sf = i32x4.add(sf, i32x4.dot_i16x8_s(y, v));
    sg = i32x4.add(sg, i32x4.dot_i16x8_s(y, w));
    sh = i32x4.add(sh, i32x4.dot_i16x8_s(y, z));
    x = i16x8.add(x, w);
    y = i16x8.add(y, u);
  }
  return fold(sa) ^ fold(sb) ^ fold(sc) ^ fold(sd) ^ fold(se) ^ fold(sf) ^ fold(sg) ^ fold(sh);
}

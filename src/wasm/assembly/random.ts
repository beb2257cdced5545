// Random words as src/core/random.ts has them.

// @ts-ignore: decorator
@inline
export function pcg(input: u32): u32 {
  const state: u32 = input * 747796405 + 2891336453;
  const word: u32 = ((state >> ((state >> 28) + 4)) ^ state) * 277803737;
  return (word >> 22) ^ word;
}

// @ts-ignore: decorator
@inline
export function xorshift(state: u32): u32 {
  let word = state ^ (state << 13);
  word ^= word >> 17;
  return word ^ (word << 5);
}

/** The next word of four sequences. */
// @ts-ignore: decorator
@inline
export function xorshifts(state: v128): v128 {
  let word = v128.xor(state, i32x4.shl(state, 13));
  word = v128.xor(word, i32x4.shr_u(word, 17));
  return v128.xor(word, i32x4.shl(word, 5));
}

/** The first word of the read noise of a kernel's macro-op. `key`: of the pixel. */
// @ts-ignore: decorator
@inline
function keyOf(key: u32, kernel: i32, code: u32): u32 {
  const drawn = pcg(key ^ ((<u32>kernel << 16) | code));
  return drawn == 0 ? 1 : drawn;
}

/** Those of four kernels. */
// @ts-ignore: decorator
@inline
export function keysOf(key: u32, kernel: i32, code: u32): v128 {
  let keys = i32x4.splat(<i32>keyOf(key, kernel, code));
  keys = i32x4.replace_lane(keys, 1, <i32>keyOf(key, kernel + 1, code));
  keys = i32x4.replace_lane(keys, 2, <i32>keyOf(key, kernel + 2, code));
  return i32x4.replace_lane(keys, 3, <i32>keyOf(key, kernel + 3, code));
}

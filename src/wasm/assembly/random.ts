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

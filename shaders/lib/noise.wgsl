// Read noise: counter-based random numbers, keyed by (layer, image, pixel, kernel, index code), so that a read's noise
// depends on nothing but what it is. CPU twins: src/core/random.ts, src/reference/noise.ts.

// PCG output function; see src/core/random.ts.
fn pcg(input: u32) -> u32 {
  let state = input * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

// State before the first draw of a macro-op's kernel; never 0, where xorshift would stay.
fn noise_state(pixel_key: u32, kernel: u32, code: u32) -> u32 {
  let key = pcg(pixel_key ^ ((kernel << 16u) | code));
  return select(key, 1u, key == 0u);
}

// The next word of a state: xorshift32, see src/core/random.ts.
fn next_word(state: u32) -> u32 {
  let a = state ^ (state << 13u);
  let b = a ^ (a >> 17u);
  return b ^ (b << 5u);
}

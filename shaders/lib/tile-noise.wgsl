// Read noise of two kernels at four pixels: the state of each kernel's draws, for the kernels that read bit lines in tiles.

// What a kernel has, and the state of its noise.
struct NoisyPart {
  part: Part,
  state: vec4u,
}

// Of the noise of four pixels.
fn pixel_keys(pixel: vec4u) -> vec4u {
  let counter = vec4u(params.noise_key + params.first_image * params.output_pixels) + pixel;
  return vec4u(pcg(counter.x), pcg(counter.y), pcg(counter.z), pcg(counter.w));
}

fn states(keys: vec4u, kernel: u32, code: u32) -> vec4u {
  return vec4u(
    noise_state(keys.x, kernel, code),
    noise_state(keys.y, kernel, code),
    noise_state(keys.z, kernel, code),
    noise_state(keys.w, kernel, code),
  );
}

// The next words of four states: xorshift32, see src/core/random.ts.
fn next_words(state: vec4u) -> vec4u {
  let a = state ^ (state << vec4u(13u));
  let b = a ^ (a >> vec4u(17u));
  return b ^ (b << vec4u(5u));
}

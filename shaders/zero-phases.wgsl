// Counts the column reads of input phases that drive no word line, for kernels that do not look at phases themselves.
// One invocation takes one pixel of the word map and counts for all groups that meet it.
// CPU twin: src/reference/macro-mac.ts.

struct ZeroPhasesParams {
  // (image, y, x) of the output
  pixels: u32,
  output_width: u32,
  output_pixels: u32,
  padded_width: u32,
  padded_pixels: u32,
  blocks: u32,
  stride: u32,
  // index codes that some tile stores
  codes: u32,
}

override CHUNKS: u32 = 1u;
override PHASES: u32 = 4u;
override BITS_PER_PHASE: u32 = 2u;

@group(0) @binding(0) var<uniform> params: ZeroPhasesParams;
// bytes, order (image, padded y, padded x, block, chunk)
@group(0) @binding(1) var<storage, read> words: array<vec4u>;
// of each stored index code: distance of its word from a pixel's first word, column reads per phase of all its tiles
@group(0) @binding(2) var<storage, read> stored: array<vec2u>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(3) var<storage, read_write> events: array<atomic<u32>, 6>;

@compute @workgroup_size(WORKGROUP)
fn zero_phases(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(num_workgroups) num_workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let pixel = linear_index(workgroup_id, num_workgroups, local);
  if (pixel >= params.pixels) {
    return;
  }
  let image = pixel / params.output_pixels;
  let in_image = pixel % params.output_pixels;
  let y = (in_image / params.output_width) * params.stride;
  let x = (in_image % params.output_width) * params.stride;
  let first = (image * params.padded_pixels + y * params.padded_width + x) * params.blocks;
  var count = 0u;
  for (var code = 0u; code < params.codes; code++) {
    let entry = stored[code];
    var driven = 0u;
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      let quads = words[(first + entry.x) * CHUNKS + chunk];
      driven |= quads.x | quads.y | quads.z | quads.w;
    }
    for (var phase = 0u; phase < PHASES; phase++) {
      let mask = (((1u << BITS_PER_PHASE) - 1u) << (phase * BITS_PER_PHASE)) * 0x01010101u;
      count += select(entry.y, 0u, (driven & mask) != 0u);
    }
  }
  add_events(1u, count);
}

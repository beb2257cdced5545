// Finds where an ADC could clip: at which groups and phases the digits of some pixel of a workgroup's pixels add up to
// more than the highest code. Elsewhere no bit line can saturate, whatever the weights are.
// One invocation takes one index code at one pixel tile, which are the pixels of a workgroup of clip-mac.wgsl.

struct ClipFlagsParams {
  // (pixel tile, index code) to make
  invocations: u32,
  tile_pixels: u32,
  pixels: u32,
  output_width: u32,
  output_pixels: u32,
  padded_width: u32,
  padded_pixels: u32,
  blocks: u32,
  stride_y: u32,
  stride_x: u32,
  // index codes that some tile stores
  codes: u32,
}

override PHASES: u32 = 4u;

@group(0) @binding(0) var<uniform> params: ClipFlagsParams;
// digits, order (image, padded y, padded x, block)
@group(0) @binding(1) var<storage, read> words: array<vec4u>;
// of each stored index code: distance of its word from a pixel's first word
@group(0) @binding(2) var<storage, read> stored: array<u32>;
// bit p: phase p could clip; order (pixel tile, index code)
@group(0) @binding(3) var<storage, read_write> flags: array<u32>;
// the last one counts the phases that could clip; see choose-reads.wgsl
@group(0) @binding(4) var<storage, read_write> choice: array<atomic<u32>, 10>;

@compute @workgroup_size(WORKGROUP)
fn clip_flags(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(num_workgroups) num_workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = linear_index(workgroup_id, num_workgroups, local);
  if (index >= params.invocations) {
    return;
  }
  let distance = stored[index % params.codes];
  let first_pixel = (index / params.codes) * params.tile_pixels;
  var flagged = 0u;
  for (var i = 0u; i < params.tile_pixels; i++) {
    let pixel = min(first_pixel + i, params.pixels - 1u);
    let image = pixel / params.output_pixels;
    let in_image = pixel % params.output_pixels;
    let y = (in_image / params.output_width) * params.stride_y;
    let x = (in_image % params.output_width) * params.stride_x;
    let word = (image * params.padded_pixels + y * params.padded_width + x) * params.blocks + distance;
    let most = bit_line_sums(words[word], 0xffffffffu);
    let over = select(vec4u(0u), vec4u(1u, 2u, 4u, 8u), most > vec4u(highest_code()));
    flagged |= over.x | over.y | over.z | over.w;
  }
  flagged &= (1u << PHASES) - 1u;
  flags[index] = flagged;
  if (flagged != 0u) {
    atomicAdd(&choice[9], countOneBits(flagged));
  }
}

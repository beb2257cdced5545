// The shortcut for column reads that lose nothing: where every code is the sum on its bit line, the sum over phases and
// bits is the dot product of activations and weights. One invocation makes 16 kernels at 2 pixels with packed dot
// products of unsigned bytes; weights are stored plus 128, and 128 times the sum of the activations is taken off.
//   C = sum over g, wl of x (w + 128) - 128 sum over g, wl of x
// CPU twin: src/reference/macro-mac.ts, which knows no shortcut.

// Chunks of 16 word lines per word.
override CHUNKS: u32 = 1u;
// Kernels of a tile, padded to 16.
override KERNEL_SLOTS: u32 = 16u;

@group(0) @binding(0) var<uniform> params: TileParams;
// bytes, order (image, padded y, padded x, block, chunk)
@group(0) @binding(1) var<storage, read> words: array<vec4u>;
// weights + 128 as bytes, order (group, 16 kernels, chunk, kernel, quad of word lines)
@group(0) @binding(2) var<storage, read> weights: array<u32>;
// first group of each tile, and the end
@group(0) @binding(3) var<storage, read> tile_starts: array<u32>;
// distance of each group's word from a pixel's first word
@group(0) @binding(4) var<storage, read> offsets: array<u32>;
@group(0) @binding(5) var<storage, read> bias: array<i32>;
// order (image, y, x, kernel)
@group(0) @binding(6) var<storage, read_write> sums: array<i32>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(7) var<storage, read_write> events: array<atomic<u32>, 6>;
// first word of each output pixel
@group(0) @binding(8) var<storage, read> first_words: array<u32>;

// A chunk at two pixels: one quad of word lines each.
struct Pair {
  a: vec2u,
  b: vec2u,
  c: vec2u,
  d: vec2u,
}

@compute @workgroup_size(TILE_WORKGROUP)
fn exact_mac(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let slot_blocks = KERNEL_SLOTS / 16u;
  let tile = workgroup_id.x / slot_blocks;
  let slot_block = workgroup_id.x % slot_blocks;
  let first_pixel = ((workgroup_id.z * params.rows + workgroup_id.y) * TILE_WORKGROUP + local) * 2u;
  let pixel = min(vec2u(first_pixel, first_pixel + 1u), vec2u(params.pixels - 1u));
  let word = vec2u(first_word(pixel.x), first_word(pixel.y));
  var total = vec2u(0u);
  var sum0 = vec4u(0u);
  var sum1 = vec4u(0u);
  var sum2 = vec4u(0u);
  var sum3 = vec4u(0u);
  var sum4 = vec4u(0u);
  var sum5 = vec4u(0u);
  var sum6 = vec4u(0u);
  var sum7 = vec4u(0u);
  let last = tile_starts[tile + 1u];
  for (var group = tile_starts[tile]; group < last; group++) {
    let at = (word + vec2u(offsets[group])) * CHUNKS;
    for (var chunk = 0u; chunk < CHUNKS; chunk++) {
      let x = pair_of(words[at.x + chunk], words[at.y + chunk]);
      total += quads(x, vec4u(0x01010101u));
      let first = ((group * slot_blocks + slot_block) * CHUNKS + chunk) * 64u;
      sum0 += two_kernels(x, eight(first, subgroup_lane));
      sum1 += two_kernels(x, eight(first + 8u, subgroup_lane));
      sum2 += two_kernels(x, eight(first + 16u, subgroup_lane));
      sum3 += two_kernels(x, eight(first + 24u, subgroup_lane));
      sum4 += two_kernels(x, eight(first + 32u, subgroup_lane));
      sum5 += two_kernels(x, eight(first + 40u, subgroup_lane));
      sum6 += two_kernels(x, eight(first + 48u, subgroup_lane));
      sum7 += two_kernels(x, eight(first + 56u, subgroup_lane));
    }
  }
  let taken = vec4u(total, total) * 128u;
  let kernel = tile * params.kernels_per_tile + slot_block * 16u;
  let end = min(params.kernels, (tile + 1u) * params.kernels_per_tile);
  store(first_pixel, kernel, end, vec4i(sum0 - taken));
  store(first_pixel, kernel + 2u, end, vec4i(sum1 - taken));
  store(first_pixel, kernel + 4u, end, vec4i(sum2 - taken));
  store(first_pixel, kernel + 6u, end, vec4i(sum3 - taken));
  store(first_pixel, kernel + 8u, end, vec4i(sum4 - taken));
  store(first_pixel, kernel + 10u, end, vec4i(sum5 - taken));
  store(first_pixel, kernel + 12u, end, vec4i(sum6 - taken));
  store(first_pixel, kernel + 14u, end, vec4i(sum7 - taken));
}

fn pair_of(one: vec4u, other: vec4u) -> Pair {
  return Pair(vec2u(one.x, other.x), vec2u(one.y, other.y), vec2u(one.z, other.z), vec2u(one.w, other.w));
}

// Two kernels at two pixels: (kernel 0, pixel 0), (0, 1), (1, 0), (1, 1).
fn two_kernels(x: Pair, weight: Eight) -> vec4u {
  return vec4u(quads(x, weight.low), quads(x, weight.high));
}

// One kernel's dot product over a chunk at two pixels.
fn quads(x: Pair, weight: vec4u) -> vec2u {
  return dots(x.a, weight.x) + dots(x.b, weight.y) + dots(x.c, weight.z) + dots(x.d, weight.w);
}

fn dots(x: vec2u, weight: u32) -> vec2u {
  return vec2u(dot4U8Packed(x.x, weight), dot4U8Packed(x.y, weight));
}

// Stores two kernels at two pixels, as far as they exist.
fn store(pixel: u32, kernel: u32, end: u32, codes: vec4i) {
  store_one(pixel, kernel, end, codes.x);
  store_one(pixel + 1u, kernel, end, codes.y);
  store_one(pixel, kernel + 1u, end, codes.z);
  store_one(pixel + 1u, kernel + 1u, end, codes.w);
}

fn store_one(pixel: u32, kernel: u32, end: u32, codes: i32) {
  if (pixel >= params.pixels || kernel >= end) {
    return;
  }
  var sum = codes;
  if (FINISH == 1u) {
    sum += bias[kernel];
    let kept = clamp_to_accumulator(sum);
    if (kept != sum) {
      add_events(2u, 1u);
    }
    sum = kept;
  }
  sums[sum_at(pixel, kernel)] = sum;
}

// Divisions would cost software adapters as much as a macro-op.
fn first_word(pixel: u32) -> u32 {
  return first_words[pixel];
}

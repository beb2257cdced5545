// The macro as in tiled-mac.wgsl, with read noise and column offsets at an ADC of step 1. There a code is the sum plus
// a small number that follows from 16 random bits and the column: what is always added, and one more for each of the
// column's noise levels that the random bits exceed.
// CPU twins: src/reference/macro-mac.ts, src/reference/noise.ts.

@group(0) @binding(0) var<uniform> params: TileParams;
// digits, order (image, padded y, padded x, block)
@group(0) @binding(1) var<storage, read> words: array<vec4u>;
// weight bits as wide as digits, order (group, kernel, eight weight bits); from params.columns on, of each column, order
// (tile, kernel, weight bit), four words: what is always added, and three noise levels in their upper 16 bits
@group(0) @binding(2) var<storage, read> weights: array<u32>;
// first group of each tile, and the end
@group(0) @binding(3) var<storage, read> tile_starts: array<u32>;
// of each group: distance of its word from a pixel's first word, index code
@group(0) @binding(4) var<storage, read> groups: array<vec2u>;
@group(0) @binding(5) var<storage, read> bias: array<i32>;
// order (image, y, x, kernel)
@group(0) @binding(6) var<storage, read_write> sums: array<i32>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(7) var<storage, read_write> events: array<atomic<u32>, 6>;
// first word of each output pixel
@group(0) @binding(8) var<storage, read> first_words: array<u32>;

// Noise levels that some column of the layer has: 0 ... 3.
override NOISE_LEVELS: u32 = 2u;

@compute @workgroup_size(TILE_WORKGROUP)
fn noisy_mac(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let tile = tile_of(workgroup_id);
  let slot = slot_of(workgroup_id);
  let place = place_of(workgroup_id, local);
  let kernel = params.first_kernel + tile * params.kernels_per_tile + slot;
  let keys = pixel_keys(place.pixel);
  let level = params.columns + (tile * KERNEL_SLOTS + slot) * 32u;
  let one_levels = levels_of(level, subgroup_lane);
  let other_levels = levels_of(level + 32u, subgroup_lane);
  var one = Part(vec4i(0), vec4u(0u));
  var other = Part(vec4i(0), vec4u(0u));
  let first = tile_starts[tile];
  let last = tile_starts[tile + 1u];
  for (var index = first; index < last; index++) {
    let group = groups[index];
    let at = place.word + vec4u(group.x);
    let x = by_phase(words[at.x], words[at.y], words[at.z], words[at.w]);
    let bits = (index * KERNEL_SLOTS + slot) * 8u;
    let start = NoisyPart(one, states(keys, kernel, group.y));
    one = macro_op(start, x, eight(bits, subgroup_lane), one_levels);
    let next = NoisyPart(other, states(keys, kernel + 1u, group.y));
    other = macro_op(next, x, eight(bits + 8u, subgroup_lane), other_levels);
  }
  finish(place, tile, slot, one, last - first);
  finish(place, tile, slot + 1u, other, last - first);
}

// The noise levels of a kernel's columns, held until they are needed.
fn levels_of(first: u32, lane: u32) -> vec4u {
  return vec4u(hold(first, lane), hold(first + 8u, lane), hold(first + 16u, lane), hold(first + 24u, lane));
}

// One kernel's part of one macro-op, added to what the kernel has.
fn macro_op(start: NoisyPart, x: Digits, bits: Eight, levels: vec4u) -> Part {
  var two = spread(levels.x);
  var part = weight_bit(start, x, bits.low.x, 0u, two.low);
  part = weight_bit(part, x, bits.low.y, 1u, two.high);
  two = spread(levels.y);
  part = weight_bit(part, x, bits.low.z, 2u, two.low);
  part = weight_bit(part, x, bits.low.w, 3u, two.high);
  two = spread(levels.z);
  part = weight_bit(part, x, bits.high.x, 4u, two.low);
  part = weight_bit(part, x, bits.high.y, 5u, two.high);
  two = spread(levels.w);
  part = weight_bit(part, x, bits.high.z, 6u, two.low);
  return weight_bit(part, x, bits.high.w, 7u, two.high).part;
}

// One bit line in all phases. Two phases share a random word: the first has its lower half.
fn weight_bit(before: NoisyPart, x: Digits, bits: u32, bit: u32, levels: vec4u) -> NoisyPart {
  if (bit >= WEIGHT_BITS) {
    return before;
  }
  var state = next_words(before.state);
  var part = add_reads(before.part, noisy_read(x.a, bits, state << vec4u(16u), levels), bit, 0u);
  if (PHASES > 1u) {
    part = add_reads(part, noisy_read(x.b, bits, state, levels), bit, 1u);
  }
  if (PHASES > 2u) {
    state = next_words(state);
    part = add_reads(part, noisy_read(x.c, bits, state << vec4u(16u), levels), bit, 2u);
  }
  if (PHASES > 3u) {
    part = add_reads(part, noisy_read(x.d, bits, state, levels), bit, 3u);
  }
  return NoisyPart(part, state);
}

// `random` has its 16 bits on top; levels have ones below, so that whatever lies below makes no difference.
fn noisy_read(digits: vec4u, bits: u32, random: vec4u, levels: vec4u) -> Reads {
  var ideal = vec4i(bit_line_sums(digits, bits)) + vec4i(i32(levels.x));
  if (NOISE_LEVELS > 0u) {
    ideal = select(ideal, ideal + vec4i(1), random > vec4u(levels.y));
  }
  if (NOISE_LEVELS > 1u) {
    ideal = select(ideal, ideal + vec4i(1), random > vec4u(levels.z));
  }
  if (NOISE_LEVELS > 2u) {
    ideal = select(ideal, ideal + vec4i(1), random > vec4u(levels.w));
  }
  return convert(ideal);
}

// Divisions would cost software adapters as much as a macro-op.
fn first_word(pixel: u32) -> u32 {
  return first_words[pixel];
}

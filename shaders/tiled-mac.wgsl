// The macro, bit line by bit line, for at most 16 word lines and four phases of 1 or 2 bits: one invocation makes two
// kernels at four pixels, all phases of a group from one load. Column codes stay in registers.
// CPU twin: src/reference/macro-mac.ts.

@group(0) @binding(0) var<uniform> params: TileParams;
// digits, order (image, padded y, padded x, block)
@group(0) @binding(1) var<storage, read> words: array<vec4u>;
// weight bits as wide as digits, order (group, kernel, eight weight bits)
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

@compute @workgroup_size(TILE_WORKGROUP)
fn tiled_mac(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let tile = tile_of(workgroup_id);
  let slot = slot_of(workgroup_id);
  let place = place_of(workgroup_id, local);
  var one = Part(vec4i(0), vec4u(0u));
  var other = Part(vec4i(0), vec4u(0u));
  let first = tile_starts[tile];
  let last = tile_starts[tile + 1u];
  for (var group = first; group < last; group++) {
    let at = place.word + vec4u(groups[group].x);
    let x = by_phase(words[at.x], words[at.y], words[at.z], words[at.w]);
    let bits = (group * KERNEL_SLOTS + slot) * 8u;
    one = macro_op(one, x, eight(bits, subgroup_lane));
    other = macro_op(other, x, eight(bits + 8u, subgroup_lane));
  }
  finish(place, tile, slot, one, last - first);
  finish(place, tile, slot + 1u, other, last - first);
}

// One kernel's part of one macro-op, added to what the kernel has.
fn macro_op(before: Part, x: Digits, bits: Eight) -> Part {
  var part = weight_bit(before, x, bits.low.x, 0u);
  part = weight_bit(part, x, bits.low.y, 1u);
  part = weight_bit(part, x, bits.low.z, 2u);
  part = weight_bit(part, x, bits.low.w, 3u);
  part = weight_bit(part, x, bits.high.x, 4u);
  part = weight_bit(part, x, bits.high.y, 5u);
  part = weight_bit(part, x, bits.high.z, 6u);
  return weight_bit(part, x, bits.high.w, 7u);
}

// One bit line in all phases.
fn weight_bit(before: Part, x: Digits, bits: u32, bit: u32) -> Part {
  if (bit >= WEIGHT_BITS) {
    return before;
  }
  var part = add_reads(before, read_column(x.a, bits), bit, 0u);
  if (PHASES > 1u) {
    part = add_reads(part, read_column(x.b, bits), bit, 1u);
  }
  if (PHASES > 2u) {
    part = add_reads(part, read_column(x.c, bits), bit, 2u);
  }
  if (PHASES > 3u) {
    part = add_reads(part, read_column(x.d, bits), bit, 3u);
  }
  return part;
}

// Divisions would cost software adapters as much as a macro-op.
fn first_word(pixel: u32) -> u32 {
  return first_words[pixel];
}

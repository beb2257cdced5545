// Corrects exact dot products by what an ADC of step 1 clips: walks only the groups and phases that clip-flags.wgsl
// found, and takes off what each code lacks.
//   C = exact C - sum over g, j, p of sign_j 2^j 2^(p b) max(s(g, j, p) - highest code, 0)
// CPU twin: src/reference/macro-mac.ts, which knows no shortcut.

@group(0) @binding(0) var<uniform> params: TileParams;
// digits, order (image, padded y, padded x, block, phase)
@group(0) @binding(1) var<storage, read> words: array<u32>;
// weight bits as wide as digits, order (group, kernel, eight weight bits)
@group(0) @binding(2) var<storage, read> weights: array<u32>;
// first group of each tile, and the end
@group(0) @binding(3) var<storage, read> tile_starts: array<u32>;
// of each group: distance of its word from a pixel's first word, number of its stored index code
@group(0) @binding(4) var<storage, read> groups: array<vec2u>;
@group(0) @binding(5) var<storage, read> bias: array<i32>;
// bit p: phase p could clip; order (pixel tile, index code)
@group(0) @binding(6) var<storage, read> flags: array<u32>;
// order (image, y, x, kernel); weighted exact codes before, sums after
@group(0) @binding(7) var<storage, read_write> sums: array<i32>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(8) var<storage, read_write> events: array<atomic<u32>, 6>;

@compute @workgroup_size(TILE_WORKGROUP)
fn clip_mac(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let tile = tile_of(workgroup_id);
  let slot = slot_of(workgroup_id);
  let place = place_of(workgroup_id, local);
  let kernel = tile * params.kernels_per_tile + slot;
  let pixel_tile = pixel_tile_of(workgroup_id);
  let known = pixel_tile < params.pixel_tiles;
  var one = Part(vec4i(0), vec4u(0u));
  var other = Part(vec4i(0), vec4u(0u));
  let last = tile_starts[tile + 1u];
  var next = select(last, tile_starts[tile], known);
  var group = 0u;
  var phases = 0u;
  loop {
    while (phases == 0u && next < last) {
      group = next;
      phases = flags[pixel_tile * params.codes + groups[group].y];
      next++;
    }
    if (phases == 0u) {
      break;
    }
    let phase = firstTrailingBit(phases);
    phases &= phases - 1u;
    let at = (place.word + vec4u(groups[group].x)) * 4u + vec4u(phase);
    let x = vec4u(words[at.x], words[at.y], words[at.z], words[at.w]);
    let bits = (group * KERNEL_SLOTS + slot) * 8u;
    one = correct(one, x, eight(bits, subgroup_lane), phase);
    other = correct(other, x, eight(bits + 8u, subgroup_lane), phase);
  }
  finish(place, tile, slot, with_exact(place, kernel, one), 0u);
  finish(place, tile, slot + 1u, with_exact(place, kernel + 1u, other), 0u);
}

// Takes off what the codes of one phase lack.
fn correct(before: Part, x: vec4u, bits: Eight, phase: u32) -> Part {
  var part = weight_bit(before, x, bits.low.x, 0u, phase);
  part = weight_bit(part, x, bits.low.y, 1u, phase);
  part = weight_bit(part, x, bits.low.z, 2u, phase);
  part = weight_bit(part, x, bits.low.w, 3u, phase);
  part = weight_bit(part, x, bits.high.x, 4u, phase);
  part = weight_bit(part, x, bits.high.y, 5u, phase);
  part = weight_bit(part, x, bits.high.z, 6u, phase);
  return weight_bit(part, x, bits.high.w, 7u, phase);
}

fn weight_bit(before: Part, x: vec4u, bits: u32, bit: u32, phase: u32) -> Part {
  if (bit >= WEIGHT_BITS) {
    return before;
  }
  let sums = bit_line_sums(x, bits);
  let lacking = max(sums, vec4u(highest_code())) - vec4u(highest_code());
  return add_reads(before, Reads(-vec4i(lacking), lacking > vec4u(0u)), bit, phase);
}

// Adds the exact codes of a kernel; of one that does not exist, those of the last one, which finish() drops.
fn with_exact(place: Place, kernel: u32, part: Part) -> Part {
  let at = place.pixel * params.all_kernels + vec4u(params.first_kernel + min(kernel, params.kernels - 1u));
  let exact = vec4i(sums[at.x], sums[at.y], sums[at.z], sums[at.w]);
  return Part(part.codes + exact, part.saturated);
}

// Number of the word (padded) at the upper left of a pixel's window.
fn first_word(pixel: u32) -> u32 {
  let image = pixel / params.output_pixels;
  let in_image = pixel % params.output_pixels;
  let y = (in_image / params.output_width) * params.stride_y;
  let x = (in_image % params.output_width) * params.stride_x;
  return (image * params.padded_pixels + y * params.padded_width + x) * params.blocks;
}

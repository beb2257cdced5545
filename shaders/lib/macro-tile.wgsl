// Two kernels at four pixels: what the kernels have in common that read bit lines this way.

override PHASES: u32 = 4u;
// 2 ... 8
override WEIGHT_BITS: u32 = 8u;
// Kernels of a tile, padded to 2.
override KERNEL_SLOTS: u32 = 16u;

// The digits of four pixels, by phase.
struct Digits {
  a: vec4u,
  b: vec4u,
  c: vec4u,
  d: vec4u,
}

// What a kernel has at four pixels: weighted codes, and how many reads were saturated.
struct Part {
  codes: vec4i,
  saturated: vec4u,
}

// The four pixels of an invocation.
struct Place {
  first_pixel: u32,
  // as far as they exist, else the last one
  pixel: vec4u,
  // the first word of each
  word: vec4u,
}

// The kernels of a workgroup: the same for all its invocations, which must stay visible to the compiler, so that they
// are not part of Place.
fn tile_of(workgroup_id: vec3u) -> u32 {
  return workgroup_id.x / (KERNEL_SLOTS / 2u);
}

// Number in the tile of the workgroup's first kernel.
fn slot_of(workgroup_id: vec3u) -> u32 {
  return (workgroup_id.x % (KERNEL_SLOTS / 2u)) * 2u;
}

fn pixel_tile_of(workgroup_id: vec3u) -> u32 {
  return workgroup_id.z * params.rows + workgroup_id.y;
}

fn place_of(workgroup_id: vec3u, local: u32) -> Place {
  let first_pixel = (pixel_tile_of(workgroup_id) * TILE_WORKGROUP + local) * 4u;
  let pixel = min(vec4u(first_pixel) + vec4u(0u, 1u, 2u, 3u), vec4u(params.pixels - 1u));
  let word = vec4u(first_word(pixel.x), first_word(pixel.y), first_word(pixel.z), first_word(pixel.w));
  return Place(first_pixel, pixel, word);
}

fn by_phase(a: vec4u, b: vec4u, c: vec4u, d: vec4u) -> Digits {
  return Digits(
    vec4u(a.x, b.x, c.x, d.x),
    vec4u(a.y, b.y, c.y, d.y),
    vec4u(a.z, b.z, c.z, d.z),
    vec4u(a.w, b.w, c.w, d.w),
  );
}

// Adds the codes of one weight bit in one phase, which stand for 2^bit (negative for the sign bit) times 2^(phase b).
fn add_reads(before: Part, reads: Reads, bit: u32, phase: u32) -> Part {
  let weighted = reads.codes << vec4u(bit + phase * BITS_PER_PHASE);
  return Part(
    before.codes + select(weighted, -weighted, bit == WEIGHT_BITS - 1u),
    select(before.saturated, before.saturated + vec4u(1u), reads.outside),
  );
}

// Stores kernel `slot` of a tile at four pixels, as far as they exist.
fn finish(place: Place, tile: u32, slot: u32, part: Part, groups: u32) {
  let kernel = tile * params.kernels_per_tile + slot;
  if (slot >= params.kernels_per_tile || kernel >= params.kernels) {
    return;
  }
  let exists = (vec4u(place.first_pixel) + vec4u(0u, 1u, 2u, 3u)) < vec4u(params.pixels);
  let saturated = select(vec4u(0u), part.saturated, exists);
  add_events(0u, saturated.x + saturated.y + saturated.z + saturated.w);
  store_sum(exists.x, place.pixel.x, kernel, part.codes.x, groups);
  store_sum(exists.y, place.pixel.y, kernel, part.codes.y, groups);
  store_sum(exists.z, place.pixel.z, kernel, part.codes.z, groups);
  store_sum(exists.w, place.pixel.w, kernel, part.codes.w, groups);
}

// floor((step C + offset K G) / 256 + 1/2) in 32 bits, both products split at 256; plus bias, within the accumulator.
fn store_sum(exists: bool, pixel: u32, kernel: u32, codes: i32, groups: u32) {
  if (!exists) {
    return;
  }
  let at = sum_at(pixel, kernel);
  if (FINISH == 0u) {
    sums[at] = codes;
    return;
  }
  let lower = params.step * (codes & 255) + params.offset_lower * i32(groups) + 128;
  let value = params.step * (codes >> 8u) + params.offset_upper * i32(groups) + (lower >> 8u);
  let sum = bias[kernel] + value;
  let kept = clamp_to_accumulator(sum);
  if (kept != sum) {
    add_events(2u, 1u);
  }
  sums[at] = kept;
}

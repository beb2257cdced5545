// Codes become sums where 32 bits do not hold what is on the way: step and offset, bias, accumulator, as macro-mac.wgsl
// applies them in 32 bits. One invocation makes one sum. CPU twin: roundedSum() in src/reference/macro-mac.ts, which adds up values.
//   sum = bias + floor((step C + offset K G) / 256 + 1/2), clamped to the accumulator and counted if it was

struct FinishSumsParams {
  // (image, y, x, kernel) to make
  invocations: u32,
  kernels: u32,
  kernels_per_tile: u32,
  // of the ADC, 1/256 unit
  step: u32,
  // what the ADC's offset adds per macro-op, 1/256 unit
  offset: i32,
  accumulator_bits: u32,
}

@group(0) @binding(0) var<uniform> params: FinishSumsParams;
// codes, order (image, y, x, kernel), lower and upper word
@group(0) @binding(1) var<storage, read> totals: array<vec2u>;
// first group of each tile, and the end
@group(0) @binding(2) var<storage, read> tile_starts: array<u32>;
@group(0) @binding(3) var<storage, read> bias: array<i32>;
// order (image, y, x, kernel)
@group(0) @binding(4) var<storage, read_write> sums: array<i32>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(5) var<storage, read_write> events: array<atomic<u32>, 6>;

@compute @workgroup_size(WORKGROUP)
fn finish_sums(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(num_workgroups) num_workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = linear_index(workgroup_id, num_workgroups, local);
  if (index >= params.invocations) {
    return;
  }
  let kernel = index % params.kernels;
  let tile = kernel / params.kernels_per_tile;
  let groups = tile_starts[tile + 1u] - tile_starts[tile];
  let offset = wide_product(widened(params.offset), groups);
  let value = wide_sum(wide_product(totals[index], params.step), wide_sum(offset, vec2u(128u, 0u)));
  let sum = wide_sum(wide_256th(value), widened(bias[kernel]));
  let kept = clamped(sum);
  sums[index] = kept;
  if (any(widened(kept) != sum)) {
    add_events(2u, 1u);
  }
}

fn clamped(sum: vec2u) -> i32 {
  // -2^(bits-1) ... 2^(bits-1) - 1
  let low = -1i << (params.accumulator_bits - 1u);
  let high = -(low + 1);
  if (all(widened(i32(sum.x)) == sum)) {
    return clamp(i32(sum.x), low, high);
  }
  return select(high, low, i32(sum.y) < 0);
}

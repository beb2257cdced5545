// Adds the codes of one part of a layer to those of the parts before it, in 64 bits: each part's fit 32, all together
// need not. One invocation adds one output. CPU twin: the sum over groups in src/reference/macro-mac.ts.

struct AddPartParams {
  // (image, y, x, kernel of the part)
  invocations: u32,
  // of the part
  kernels: u32,
  // of the layer, and the number among them of the part's first
  all_kernels: u32,
  first_kernel: u32,
}

@group(0) @binding(0) var<uniform> params: AddPartParams;
// codes, order (image, y, x, kernel)
@group(0) @binding(1) var<storage, read> sums: array<i32>;
// order (image, y, x, kernel), lower and upper word
@group(0) @binding(2) var<storage, read_write> totals: array<vec2u>;

@compute @workgroup_size(WORKGROUP)
fn add_part(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(num_workgroups) num_workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = linear_index(workgroup_id, num_workgroups, local);
  if (index >= params.invocations) {
    return;
  }
  let at = (index / params.kernels) * params.all_kernels + params.first_kernel + index % params.kernels;
  totals[at] = wide_sum(totals[at], widened(sums[at]));
}

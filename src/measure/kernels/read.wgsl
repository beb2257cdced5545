// Bandwidth of reading: a workgroup sums CHUNK vectors per invocation, neighbours next to each other. 16 bytes each; the
// sums that are written are 1/32 of what is read.

override CHUNK: u32 = 8u;

@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;

@compute @workgroup_size(64)
fn read_all(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let first = group.x * CHUNK * 64u + local;
  var sum = vec4u(0u);
  for (var i = 0u; i < CHUNK; i++) {
    sum += source[first + i * 64u];
  }
  results[group.x * 64u + local] = sum.x + sum.y + sum.z + sum.w;
}

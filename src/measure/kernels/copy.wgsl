// Bandwidth of copying: every vector is read once and written once, 32 bytes each.

override CHUNK: u32 = 8u;

@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> results: array<vec4u>;

@compute @workgroup_size(64)
fn copy_all(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let first = group.x * CHUNK * 64u + local;
  for (var i = 0u; i < CHUNK; i++) {
    results[first + i * 64u] = source[first + i * 64u];
  }
}

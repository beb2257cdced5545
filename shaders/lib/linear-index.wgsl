// Dispatches are folded into two dimensions, since one holds only 65535 workgroups.

const WORKGROUP: u32 = 64u;

fn linear_index(workgroup: vec3u, workgroups: vec3u, local: u32) -> u32 {
  return (workgroup.y * workgroups.x + workgroup.x) * WORKGROUP + local;
}

// Dispatches are folded into two dimensions, since one holds only 65535 workgroups.

const WORKGROUP: u32 = 64u;

fn linear_index(workgroup_id: vec3u, num_workgroups: vec3u, local: u32) -> u32 {
  return (workgroup_id.y * num_workgroups.x + workgroup_id.x) * WORKGROUP + local;
}

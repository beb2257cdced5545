// Decides on the device, for each batch, how a layer's column reads are computed: where at most half of the phases could
// clip, as dot products with the clips corrected; else bit line by bit line, which is then less work. Both give the
// same numbers. Writes the workgroups of both ways for indirect dispatches, none for the one that is not taken.

struct ChooseReadsParams {
  // phases of all (pixel tile, index code)
  phases: u32,
  exact_x: u32,
  exact_y: u32,
  exact_z: u32,
  clip_x: u32,
  clip_y: u32,
  clip_z: u32,
  tiled_x: u32,
  tiled_y: u32,
  tiled_z: u32,
}

@group(0) @binding(0) var<uniform> params: ChooseReadsParams;
// workgroups of exact-mac, clip-mac and tiled-mac, three each; then the phases that could clip, set back to 0 here
@group(0) @binding(1) var<storage, read_write> choice: array<u32, 10>;

@compute @workgroup_size(1)
fn choose_reads() {
  let takes_dots = choice[9] <= params.phases / 2u;
  choice[0] = select(0u, params.exact_x, takes_dots);
  choice[1] = params.exact_y;
  choice[2] = params.exact_z;
  choice[3] = select(0u, params.clip_x, takes_dots);
  choice[4] = params.clip_y;
  choice[5] = params.clip_z;
  choice[6] = select(params.tiled_x, 0u, takes_dots);
  choice[7] = params.tiled_y;
  choice[8] = params.tiled_z;
  choice[9] = 0u;
}

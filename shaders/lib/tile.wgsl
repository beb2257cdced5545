// What the tiled kernels share: an invocation makes the outputs of a few kernels at a few pixels. A workgroup has the
// same kernels everywhere, so that all of it walks the same group list.

struct TileParams {
  // output pixels (image, y, x)
  pixels: u32,
  // rows of workgroups in the dispatch
  rows: u32,
  kernels: u32,
  kernels_per_tile: u32,
  output_width: u32,
  // of one image
  output_pixels: u32,
  // the word map with its border
  padded_width: u32,
  padded_pixels: u32,
  blocks: u32,
  // from an output pixel to the next, down and to the right
  stride_y: u32,
  stride_x: u32,
  // index codes that some tile stores
  codes: u32,
  // workgroups that have pixels
  pixel_tiles: u32,
  // of the ADC, 1/256 unit
  step: i32,
  accumulator_bits: u32,
  // what the ADC's offset adds per macro-op, in 1/256 unit, split as upper * 256 + lower
  offset_upper: i32,
  offset_lower: i32,
  // where what is fixed per column begins in the weights, and read noise, and the errors of cells
  columns: u32,
  quantiles: u32,
  cell_errors: u32,
  noise_key: u32,
  // number in the run of the batch's first image
  first_image: u32,
  // kernels of the whole layer, and the number among them of the first one here
  all_kernels: u32,
  first_kernel: u32,
}

// Invocations of a workgroup.
override TILE_WORKGROUP: u32 = 64u;
// 1: step, offset, bias and accumulator are applied here; 0: codes are stored, and another kernel does that.
override FINISH: u32 = 1u;

// Where the sum of a kernel at a pixel is.
fn sum_at(pixel: u32, kernel: u32) -> u32 {
  return pixel * params.all_kernels + params.first_kernel + kernel;
}

fn clamp_to_accumulator(sum: i32) -> i32 {
  // -2^(bits-1) ... 2^(bits-1) - 1
  let low = -1i << (params.accumulator_bits - 1u);
  return clamp(sum, low, -(low + 1));
}

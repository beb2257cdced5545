// Pooling of stored activations: the maximum over windows, or their mean (nearest, halves up). Pixels outside the map do
// not count, unless the mean counts them as zeros.
// One invocation makes four bytes. CPU twin: src/reference/pool.ts.

struct PoolParams {
  // words of four activations to make
  invocations: u32,
  // activations to make
  count: u32,
  height: u32,
  width: u32,
  channels: u32,
  input_height: u32,
  input_width: u32,
  window_height: u32,
  window_width: u32,
  stride_y: u32,
  stride_x: u32,
  pad_top: u32,
  pad_left: u32,
  dilation_y: u32,
  dilation_x: u32,
  // 1: mean, 0: maximum
  is_mean: u32,
  // 1: the mean is over all positions of the window, 0: over those inside the map
  count_include_pad: u32,
}

@group(0) @binding(0) var<uniform> params: PoolParams;
// bytes, order (image, y, x, channel)
@group(0) @binding(1) var<storage, read> input: array<u32>;
// bytes, order (image, y, x, channel)
@group(0) @binding(2) var<storage, read_write> activations: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn pool(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(num_workgroups) num_workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = linear_index(workgroup_id, num_workgroups, local);
  if (index >= params.invocations) {
    return;
  }
  var word = 0u;
  for (var i = 0u; i < 4u; i++) {
    let at = index * 4u + i;
    if (at < params.count) {
      word |= pooled(at) << (8u * i);
    }
  }
  activations[index] = word;
}

fn pooled(at: u32) -> u32 {
  let channel = at % params.channels;
  let pixel = at / params.channels;
  let left = i32((pixel % params.width) * params.stride_x) - i32(params.pad_left);
  let top = i32(((pixel / params.width) % params.height) * params.stride_y) - i32(params.pad_top);
  let image = pixel / (params.width * params.height);
  var largest = 0u;
  var sum = 0u;
  var pixels = 0u;
  for (var row = 0u; row < params.window_height; row++) {
    let y = top + i32(row * params.dilation_y);
    if (y < 0 || y >= i32(params.input_height)) {
      continue;
    }
    for (var column = 0u; column < params.window_width; column++) {
      let x = left + i32(column * params.dilation_x);
      if (x < 0 || x >= i32(params.input_width)) {
        continue;
      }
      let source = ((image * params.input_height + u32(y)) * params.input_width + u32(x)) * params.channels + channel;
      let value = byte_of(input[source / 4u], source);
      largest = max(largest, value);
      sum += value;
      pixels++;
    }
  }
  if (params.is_mean == 0u) {
    return largest;
  }
  if (params.count_include_pad == 1u) {
    pixels = params.window_height * params.window_width;
  }
  return (2u * sum + pixels) / (2u * pixels);
}

// Pooling of stored activations: the maximum over windows, or the mean over the whole map (nearest, halves up).
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
  // 1: mean, 0: maximum
  is_mean: u32,
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
  let x = (pixel % params.width) * params.window_width;
  let y = ((pixel / params.width) % params.height) * params.window_height;
  let image = pixel / (params.width * params.height);
  var largest = 0u;
  var sum = 0u;
  for (var dy = 0u; dy < params.window_height; dy++) {
    for (var dx = 0u; dx < params.window_width; dx++) {
      let source = ((image * params.input_height + y + dy) * params.input_width + x + dx) * params.channels + channel;
      let value = byte_of(input[source / 4u], source);
      largest = max(largest, value);
      sum += value;
    }
  }
  let pixels = params.window_height * params.window_width;
  return select(largest, (2u * sum + pixels) / (2u * pixels), params.is_mean == 1u);
}

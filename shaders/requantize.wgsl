// Sums become activations: add the residual, scale, round, clip. One invocation makes four bytes.
//   q = clip(round(scale * (2^fraction sum + round(residual scale * (r - its zero)))) + zero, low, high)
// With a table q is looked up: it is -128 ... 127, and entry q + 128 is stored.
// CPU twin: src/reference/requantize.ts.

struct RequantizeParams {
  // words of four activations to make
  invocations: u32,
  // activations to make
  count: u32,
  multiplier: i32,
  shift: i32,
  low: i32,
  high: i32,
  zero: i32,
  fraction: u32,
  height: u32,
  width: u32,
  channels: u32,
  // 0 or 1
  has_residual: u32,
  residual_stride: u32,
  residual_offset: u32,
  residual_height: u32,
  residual_width: u32,
  residual_channels: u32,
  residual_multiplier: i32,
  residual_shift: i32,
  // 0 or 1
  residual_signed: u32,
  residual_zero: i32,
  // 0 or 1
  has_table: u32,
  // 0 or 1: each channel has scales of its own
  has_kernels: u32,
}

@group(0) @binding(0) var<uniform> params: RequantizeParams;
// order (image, y, x, channel)
@group(0) @binding(1) var<storage, read> sums: array<i32>;
// bytes, order (image, y, x, channel); one unused word where the layer has no residual
@group(0) @binding(2) var<storage, read> residual: array<u32>;
// 256 bytes, the table; where channels have scales of their own, four words for each behind it: multiplier and shift of sums,
// multiplier and shift of the residual. One unused word where the layer has neither
@group(0) @binding(3) var<storage, read> table: array<u32>;
// bytes, order (image, y, x, channel)
@group(0) @binding(4) var<storage, read_write> activations: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn requantize(
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
      var own = vec4i(params.multiplier, params.shift, params.residual_multiplier, params.residual_shift);
      if (params.has_kernels == 1u) {
        let first = 64u + 4u * (at % params.channels);
        own = vec4i(i32(table[first]), i32(table[first + 1u]), i32(table[first + 2u]), i32(table[first + 3u]));
      }
      let sum = (sums[at] << params.fraction) + residual_at(at, own.z, own.w);
      let code = apply_scale(sum, own.x, own.y) + params.zero;
      word |= stored(clamp(code, params.low, params.high)) << (8u * i);
    }
  }
  activations[index] = word;
}

fn stored(code: i32) -> u32 {
  if (params.has_table == 0u) {
    return u32(code) & 255u;
  }
  let entry = u32(code + 128);
  return byte_of(table[entry / 4u], entry);
}

fn residual_at(at: u32, multiplier: i32, shift: i32) -> i32 {
  let channel = i32(at % params.channels) - i32(params.residual_offset);
  if (params.has_residual == 0u || channel < 0 || channel >= i32(params.residual_channels)) {
    return 0;
  }
  let pixel = at / params.channels;
  let x = (pixel % params.width) * params.residual_stride;
  let y = ((pixel / params.width) % params.height) * params.residual_stride;
  let image = pixel / (params.width * params.height);
  let source = ((image * params.residual_height + y) * params.residual_width + x) * params.residual_channels
    + u32(channel);
  let byte = byte_of(residual[source / 4u], source);
  let value = select(i32(byte), i32(byte << 24u) >> 24u, params.residual_signed == 1u);
  return apply_scale(value - params.residual_zero, multiplier, shift);
}

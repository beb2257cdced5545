// Throughput of dot4U8Packed (four 8-bit products and their sum) with the add that takes its result, four words against
// four others, as a tile of outputs has it.
//   sum_k = sum_k + dot4(a_i, m_(i+k mod 4)) for all i;  a = a ^ sum       16 dot products per step, 8 steps per iteration

requires packed_4x8_integer_dot_product;

struct Params {
  iterations: u32,
}

struct State {
  a: vec4u,
  sum: vec4u,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> seeds: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> results: array<u32>;

fn dots(x: u32, y: vec4u) -> vec4u {
  return vec4u(dot4U8Packed(x, y.x), dot4U8Packed(x, y.y), dot4U8Packed(x, y.z), dot4U8Packed(x, y.w));
}

fn step(s: State, m: vec4u) -> State {
  let sum = s.sum + dots(s.a.x, m) + dots(s.a.y, m.yzwx) + dots(s.a.z, m.zwxy) + dots(s.a.w, m.wxyz);
  return State(s.a ^ sum, sum);
}

@compute @workgroup_size(64)
fn dot4(@builtin(global_invocation_id) id: vec3u) {
  let m = seeds[2];
  var s = State(seeds[0] ^ vec4u(id.x), seeds[1] + vec4u(id.x));
  for (var i = 0u; i < params.iterations; i++) {
    s = step(s, m);
    s = step(s, m);
    s = step(s, m);
    s = step(s, m);
    s = step(s, m);
    s = step(s, m);
    s = step(s, m);
    s = step(s, m);
  }
  let c = s.a ^ s.sum;
  results[id.x] = c.x ^ c.y ^ c.z ^ c.w;
}

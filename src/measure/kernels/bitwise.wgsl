// Throughput of and, xor and add on 32-bit words.
//   a = (a & m) ^ b;  b = (b ^ a) + n          16 operations per step, 8 steps per iteration

struct Params {
  iterations: u32,
}

struct State {
  a: vec4u,
  b: vec4u,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> seeds: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> results: array<u32>;

fn step(s: State, m: vec4u, n: vec4u) -> State {
  let a = (s.a & m) ^ s.b;
  return State(a, (s.b ^ a) + n);
}

@compute @workgroup_size(64)
fn bitwise(@builtin(global_invocation_id) id: vec3u) {
  let m = seeds[2];
  let n = seeds[3];
  var s = State(seeds[0] ^ vec4u(id.x), seeds[1] + vec4u(id.x));
  for (var i = 0u; i < params.iterations; i++) {
    s = step(s, m, n);
    s = step(s, m, n);
    s = step(s, m, n);
    s = step(s, m, n);
    s = step(s, m, n);
    s = step(s, m, n);
    s = step(s, m, n);
    s = step(s, m, n);
  }
  let c = s.a ^ s.b;
  results[id.x] = c.x ^ c.y ^ c.z ^ c.w;
}

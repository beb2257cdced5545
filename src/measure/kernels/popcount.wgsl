// Throughput of a popcount with the add that takes its result, as a bit-line sum needs them.
//   a = a + popcount(b);  b = b + popcount(a)          8 popcounts with their adds per step, 8 steps per iteration

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

fn step(s: State) -> State {
  let a = s.a + countOneBits(s.b);
  return State(a, s.b + countOneBits(a));
}

@compute @workgroup_size(64)
fn popcount(@builtin(global_invocation_id) id: vec3u) {
  var s = State(seeds[0] ^ vec4u(id.x), seeds[1] + vec4u(id.x));
  for (var i = 0u; i < params.iterations; i++) {
    s = step(s);
    s = step(s);
    s = step(s);
    s = step(s);
    s = step(s);
    s = step(s);
    s = step(s);
    s = step(s);
  }
  let c = s.a ^ s.b;
  results[id.x] = c.x ^ c.y ^ c.z ^ c.w;
}

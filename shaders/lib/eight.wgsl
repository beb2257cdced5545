// Without subgroups every invocation reads all eight words itself. The twin with subgroups is eight-lanes.wgsl.

const subgroup_lane: u32 = 0u;

struct Eight {
  low: vec4u,
  high: vec4u,
}

// Words `first` ... `first + 7` of the weights. To be called in uniform control flow, with the same `first` everywhere.
fn eight(first: u32, lane: u32) -> Eight {
  return Eight(
    vec4u(weights[first], weights[first + 1u], weights[first + 2u], weights[first + 3u]),
    vec4u(weights[first + 4u], weights[first + 5u], weights[first + 6u], weights[first + 7u]),
  );
}

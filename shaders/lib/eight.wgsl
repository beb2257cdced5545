// Without subgroups every invocation reads all eight words itself. The twin with subgroups is eight-lanes.wgsl.

const subgroup_lane: u32 = 0u;

struct Eight {
  low: vec4u,
  high: vec4u,
}

// What an invocation keeps of words `first` ... `first + 7` of the weights until it needs them.
fn hold(first: u32, lane: u32) -> u32 {
  return first;
}

// The eight words that are held. To be called in uniform control flow, with the same words held everywhere.
fn spread(held: u32) -> Eight {
  return Eight(
    vec4u(weights[held], weights[held + 1u], weights[held + 2u], weights[held + 3u]),
    vec4u(weights[held + 4u], weights[held + 5u], weights[held + 6u], weights[held + 7u]),
  );
}

fn eight(first: u32, lane: u32) -> Eight {
  return spread(hold(first, lane));
}

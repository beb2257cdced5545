// Each of eight lanes reads one word and tells it to the others: software adapters gather lane by lane, so that a word
// that all lanes need costs them as much as eight words. The twin without subgroups is eight.wgsl.

struct Eight {
  low: vec4u,
  high: vec4u,
}

// What an invocation keeps of words `first` ... `first + 7` of the weights until it needs them.
fn hold(first: u32, lane: u32) -> u32 {
  return weights[first + (lane & 7u)];
}

// The eight words that are held. To be called in uniform control flow, with the same words held everywhere.
fn spread(held: u32) -> Eight {
  return Eight(
    vec4u(subgroupBroadcast(held, 0u), subgroupBroadcast(held, 1u), subgroupBroadcast(held, 2u), subgroupBroadcast(held, 3u)),
    vec4u(subgroupBroadcast(held, 4u), subgroupBroadcast(held, 5u), subgroupBroadcast(held, 6u), subgroupBroadcast(held, 7u)),
  );
}

fn eight(first: u32, lane: u32) -> Eight {
  return spread(hold(first, lane));
}

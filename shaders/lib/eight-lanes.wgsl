// Each of eight lanes reads one word and tells it to the others: software adapters gather lane by lane, so that a word
// that all lanes need costs them as much as eight words. The twin without subgroups is eight.wgsl.

struct Eight {
  low: vec4u,
  high: vec4u,
}

// Words `first` ... `first + 7` of the weights. To be called in uniform control flow, with the same `first` everywhere.
fn eight(first: u32, lane: u32) -> Eight {
  let word = weights[first + (lane & 7u)];
  return Eight(
    vec4u(subgroupBroadcast(word, 0u), subgroupBroadcast(word, 1u), subgroupBroadcast(word, 2u), subgroupBroadcast(word, 3u)),
    vec4u(subgroupBroadcast(word, 4u), subgroupBroadcast(word, 5u), subgroupBroadcast(word, 6u), subgroupBroadcast(word, 7u)),
  );
}

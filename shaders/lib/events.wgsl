// Counters of 64 bits: a lower and an upper word each. They are changed only here.

fn add_events(event: u32, count: u32) {
  if (count == 0u) {
    return;
  }
  let before = atomicAdd(&events[2u * event], count);
  if (before + count < before) {
    atomicAdd(&events[2u * event + 1u], 1u);
  }
}

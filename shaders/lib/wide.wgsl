// Integers of 64 bits in two's complement, as a lower and an upper word.

fn widened(value: i32) -> vec2u {
  return vec2u(u32(value), u32(value >> 31u));
}

fn wide_sum(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn wide_product(a: vec2u, b: u32) -> vec2u {
  let low = full_product(a.x, b);
  return vec2u(low.x, low.y + a.y * b);
}

// All 64 bits of a product, from products of halves.
fn full_product(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let one = (a & 0xffffu) * (b >> 16u);
  let other = (a >> 16u) * (b & 0xffffu);
  let middle = (low >> 16u) + (one & 0xffffu) + (other & 0xffffu);
  let high = (a >> 16u) * (b >> 16u) + (one >> 16u) + (other >> 16u) + (middle >> 16u);
  return vec2u((middle << 16u) | (low & 0xffffu), high);
}

// floor(value / 256)
fn wide_256th(value: vec2u) -> vec2u {
  return vec2u((value.x >> 8u) | (value.y << 24u), u32(i32(value.y) >> 8u));
}

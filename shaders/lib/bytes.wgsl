// Activations are stored as bytes, four in a 32-bit word, the first in the lowest bits.

fn byte_of(word: u32, index: u32) -> u32 {
  return (word >> ((index & 3u) * 8u)) & 255u;
}

// floor(value * multiplier / 2^shift + 1/2) for any 32-bit value, multiplier 128 ... 255, shift -14 ... 39.
// CPU twin: applyScale in src/core/integer.ts, which has 53 bits and needs no cases.

fn apply_scale(value: i32, multiplier: i32, shift: i32) -> i32 {
  if (shift <= 0) {
    // Only residuals are scaled up; they have 8 bits, so that 8 + 8 + 14 bits stay below 31.
    return (value * multiplier) << u32(-shift);
  }
  if (shift < 9) {
    // Beyond 2^22 the result exceeds every activation and is clipped anyway: 2^22 * 128 / 2^8 = 2^21.
    let limited = clamp(value, -4194304, 4194304);
    return (limited * multiplier + (1i << u32(shift - 1))) >> u32(shift);
  }
  // value * multiplier = upper * 256 + (8 bits that the rounding never sees)
  let upper = (value >> 8u) * multiplier + (((value & 255) * multiplier) >> 8u);
  return ((upper >> u32(shift - 9)) + 1) >> 1u;
}

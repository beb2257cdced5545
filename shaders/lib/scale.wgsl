// floor(value * multiplier / 2^shift + 1/2) for any 32-bit value, multiplier 128 ... 255, shift -14 ... 39, or multiplier
// 32768 ... 65535, shift -6 ... 47.
// CPU twin: applyScale in src/core/integer.ts, which has 53 bits and needs no cases.

fn apply_scale(value: i32, multiplier: i32, shift: i32) -> i32 {
  if (shift <= 0) {
    // Only residuals are scaled up; they have 8 bits, so that 8 + 8 + 14 bits stay below 31.
    return (value * multiplier) << u32(-shift);
  }
  if (multiplier > 255) {
    return apply_wide_scale(value, multiplier, shift);
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

// The same with a multiplier of 16 bits: the product is upper * 65536 + lower.
fn apply_wide_scale(value: i32, multiplier: i32, shift: i32) -> i32 {
  let low = u32(value & 65535) * u32(multiplier);
  let upper = (value >> 16u) * multiplier + i32(low >> 16u);
  if (shift > 16) {
    return ((upper >> u32(shift - 17)) + 1) >> 1u;
  }
  // Beyond 2^13 the result exceeds every activation and is clipped anyway; residuals stay below 2^8.
  let limited = clamp(upper, -8192, 8191);
  let lower = i32(low & 65535u);
  return (((limited << u32(17 - shift)) | (lower >> u32(shift - 1))) + 1) >> 1u;
}

// The uniform ADC, whose codes are computed. CPU twin: uniformTable() of src/core/adc-table.ts, whose codes are looked up.
// All in 1/256 unit discharges, so that every adapter gives the same code.

// Codes that there are.
override ADC_CODES: u32 = 64u;
// Distance between codes, 1/256 unit discharge.
override ADC_STEP: i32 = 256;
// Sum of code 0, 1/256 unit discharge.
override ADC_OFFSET: i32 = 0;

fn floor_divide(a: i32, b: i32) -> i32 {
  let quotient = a / b;
  return select(quotient, quotient - 1, a < 0 && quotient * b != a);
}

// floor((sum - offset) / step + 1/2), not yet limited to the codes there are
fn ideal_code(sum: u32) -> i32 {
  // At step 1 and offset 0 the code is the sum: this branch is constant, and spares a division per column read.
  if (ADC_STEP == 256 && ADC_OFFSET == 0) {
    return i32(sum);
  }
  return floor_divide(2 * (i32(sum) * 256 - ADC_OFFSET) + ADC_STEP, 2 * ADC_STEP);
}

// floor((sum - offset) / step + 1/2) for a sum in 1/256 unit
fn analog_code(sum: i32) -> i32 {
  if (ADC_STEP == 256) {
    return (sum - ADC_OFFSET + 128) >> 8u; // constant, and spares a division per column read
  }
  return floor_divide(2 * (sum - ADC_OFFSET) + ADC_STEP, 2 * ADC_STEP);
}

fn highest_code() -> i32 {
  return i32(ADC_CODES) - 1;
}

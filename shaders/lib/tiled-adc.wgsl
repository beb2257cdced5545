// The ADC without a division: floor((sum - offset) / step + 1/2) = (sum * multiplier + addend) >> shift for every sum
// that a bit line can have; the host finds the three numbers and checks each of these sums. Sums of four pixels at once.

override ADC_MULTIPLIER: i32 = 1;
override ADC_ADDEND: i32 = 0;
override ADC_SHIFT: u32 = 0u;
// 1 ... 8
override ADC_BITS: u32 = 6u;
override BITS_PER_PHASE: u32 = 2u;
// Whether sums of 2-bit digits add fields instead of counting bits twice: the same numbers.
override FIELD_SUMS: bool = true;

// Codes of four column reads, and whether each lay outside.
struct Reads {
  codes: vec4i,
  outside: vec4<bool>,
}

fn highest_code() -> u32 {
  return (1u << ADC_BITS) - 1u;
}

// Sums on a bit line: `digits` as the word lines drive them, `bits` with every weight bit as wide as a digit.
fn bit_line_sums(digits: vec4u, bits: u32) -> vec4u {
  let on = digits & vec4u(bits);
  if (FIELD_SUMS && BITS_PER_PHASE == 2u) {
    return field_sums(on);
  }
  var sums = countOneBits(on);
  if (BITS_PER_PHASE == 2u) {
    sums += countOneBits(on & vec4u(0xaaaaaaaau));
  }
  return sums;
}

// Sums of 16 fields of 2 bits: neighbours are added in fields of 4, then of 8 bits, and those by a product, whose upper
// byte is the sum of all. For adapters without an instruction that counts bits: two counts take twice the operations.
fn field_sums(on: vec4u) -> vec4u {
  let of_two = (on & vec4u(0x33333333u)) + ((on >> vec4u(2u)) & vec4u(0x33333333u));
  // at most 12: no field runs over
  let of_four = (of_two + (of_two >> vec4u(4u))) & vec4u(0x0f0f0f0fu);
  return (of_four * vec4u(0x01010101u)) >> vec4u(24u);
}

fn read_column(digits: vec4u, bits: u32) -> Reads {
  let sums = bit_line_sums(digits, bits);
  if (ADC_MULTIPLIER == 1 && ADC_ADDEND == 0 && ADC_SHIFT == 0u) {
    return Reads(vec4i(min(sums, vec4u(highest_code()))), sums > vec4u(highest_code()));
  }
  return convert((vec4i(sums) * ADC_MULTIPLIER + vec4i(ADC_ADDEND)) >> vec4u(ADC_SHIFT));
}

// Limits ideal codes to those that there are.
fn convert(ideal: vec4i) -> Reads {
  let codes = clamp(ideal, vec4i(0), vec4i(i32(highest_code())));
  return Reads(codes, codes != ideal);
}

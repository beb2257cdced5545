// The macro, one invocation per output: walks the stored groups of its kernel tile, reads every bit line in every input
// phase, converts, and shift-accumulates. Column codes stay in registers.
//   s(g, j, p) = sum over the phase's planes t and the bits c of column j's cells of 2^(t + c) popcount(input & cells)
//   C          = sum over g, j, p of factor_j 2^(p b) level(code(s(g, j, p)))
//   sum        = bias + floor((step C + offset K G) / 256 + 1/2), clamped to the accumulator and counted if it was;
//                in 32 bits, see finish-sums.wgsl for more
// Takes any columns and any ADC: factors, thresholds and levels are looked up where they are not computed.
// CPU twin: src/reference/macro-mac.ts.

struct MacroMacParams {
  // (image, y, x, kernel) to make
  invocations: u32,
  kernels: u32,
  kernels_per_tile: u32,
  output_height: u32,
  output_width: u32,
  words_height: u32,
  words_width: u32,
  blocks: u32,
  // the window whose positions are groups of their own
  kernel_width: u32,
  positions: u32,
  stride_y: u32,
  stride_x: u32,
  pad_top: u32,
  pad_left: u32,
  dilation_y: u32,
  dilation_x: u32,
  // bits of the accumulator
  accumulator_bits: u32,
  // what the ADC's offset adds per macro-op, in 1/256 unit, split as upper * 256 + lower
  offset_upper: i32,
  offset_lower: i32,
  noise_key: u32,
  // number in the run of the batch's first image
  first_image: u32,
  // where read noise and cell errors begin in the noise
  quantiles: u32,
  cell_errors: u32,
  // where factors and ADC begin in the tables
  readout: u32,
  // kernels of the whole layer, and the number among them of the first one here
  all_kernels: u32,
  first_kernel: u32,
  // word of block 0 at a pixel outside the map; 0: nothing is driven there
  outside_words: u32,
}

// 1: step, offset, bias and accumulator are applied here; 0: codes are stored, and another kernel does that.
override FINISH: u32 = 1u;
override WORDS: u32 = 1u;
// Bit lines of a kernel, and bits of a cell.
override COLUMNS: u32 = 8u;
override CELL_BITS: u32 = 1u;
// 1: the columns are the bits of two's complement, lowest first.
override BINARY: u32 = 1u;
// Sum of all factors.
override FACTOR_SUM: i32 = -1;
// 1: the ADC is uniform, and its levels are its codes.
override ADC_UNIFORM: u32 = 1u;
override PHASES: u32 = 4u;
override BITS_PER_PHASE: u32 = 2u;
// Largest sum that a bit line can have in one phase.
override LARGEST_SUM: u32 = 48u;

// 1: the chip has noise, of any kind.
override NOISE: u32 = 0u;
// 1: read noise.
override READ_NOISE: u32 = 0u;
// 1: cell mismatch.
override CELL_ERRORS: u32 = 0u;
override WORD_LINES_ON: u32 = 16u;

@group(0) @binding(0) var<uniform> params: MacroMacParams;
// order (image, y, x, block, plane, word)
@group(0) @binding(1) var<storage, read> planes: array<u32>;
// order (group, kernel in tile, column, bit of the cell, word)
@group(0) @binding(2) var<storage, read> cell_planes: array<u32>;
// first group of each tile, and the end
@group(0) @binding(3) var<storage, read> tile_starts: array<u32>;
// index code of each group
@group(0) @binding(4) var<storage, read> codes: array<u32>;
@group(0) @binding(5) var<storage, read> bias: array<i32>;
// order (image, y, x, kernel)
@group(0) @binding(6) var<storage, read_write> sums: array<i32>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(7) var<storage, read_write> events: array<atomic<u32>, 6>;
// noise per column, order (kernel, column): offset in 1/256 unit and gain in 1/65536; from params.quantiles on, read noise
// by 16 random bits, two 16-bit numbers per word; from params.cell_errors on, order (group, kernel in tile, column,
// word line), four bytes per word; from params.readout on, factors of the columns unless BINARY, and unless ADC_UNIFORM
// the lowest sum that is not saturated and the lowest above it that is, thresholds and levels of the ADC
@group(0) @binding(8) var<storage, read> tables: array<i32>;

var<workgroup> group_events: array<atomic<u32>, 3>;

struct Counted {
  codes: i32,
  saturated: u32,
  zero_phase: u32,
}

@compute @workgroup_size(WORKGROUP)
fn macro_mac(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(num_workgroups) num_workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = linear_index(workgroup_id, num_workgroups, local);
  if (index < params.invocations) {
    run_output(index);
  }
  workgroupBarrier();
  if (local < 3u) {
    add_events(local, atomicLoad(&group_events[local]));
  }
}

fn run_output(index: u32) {
  let kernel = index % params.kernels;
  let pixel = index / params.kernels;
  let x = pixel % params.output_width;
  let y = (pixel / params.output_width) % params.output_height;
  let image = pixel / (params.output_width * params.output_height);
  let tile = kernel / params.kernels_per_tile;
  let first = tile_starts[tile];
  let last = tile_starts[tile + 1u];
  var counted = Counted(0, 0u, 0u);
  for (var group = first; group < last; group++) {
    let code = codes[group];
    let position = code % params.positions;
    let row = (position / params.kernel_width) * params.dilation_y;
    let across = (position % params.kernel_width) * params.dilation_x;
    let word_y = i32(y * params.stride_y + row) - i32(params.pad_top);
    let word_x = i32(x * params.stride_x + across) - i32(params.pad_left);
    let in_map = word_y >= 0 && word_y < i32(params.words_height) && word_x >= 0 && word_x < i32(params.words_width);
    let first_word = ((image * params.words_height + u32(word_y)) * params.words_width + u32(word_x)) * params.blocks;
    let word = select(params.outside_words, first_word, in_map) + code / params.positions;
    let inside = in_map || params.outside_words > 0u;
    let column = group * params.kernels_per_tile + kernel % params.kernels_per_tile;
    if (NOISE == 1u) {
      let pixel_key = pcg(params.noise_key + params.first_image * params.output_height * params.output_width + pixel);
      let state = noise_state(pixel_key, params.first_kernel + kernel, code);
      noisy_op(NoisyOp(word, inside, column, kernel, state), &counted);
    } else {
      macro_op(word, inside, column, &counted);
    }
  }
  count(counted);
  let at = pixel * params.all_kernels + params.first_kernel + kernel;
  if (FINISH == 1u) {
    finish(at, kernel, last - first, counted.codes);
  } else {
    sums[at] = counted.codes;
  }
}

// One kernel's part of one macro-op. Where not `inside` no word line is driven, but the bit lines are read all the same.
fn macro_op(word: u32, inside: bool, column: u32, counted: ptr<function, Counted>) {
  let first_plane = word * PHASES * BITS_PER_PHASE * WORDS;
  if (WORDS == 1u && BINARY == 1u && ADC_UNIFORM == 1u) {
    narrow_op(first_plane, inside, column * COLUMNS, counted);
    return;
  }
  for (var phase = 0u; phase < PHASES; phase++) {
    let plane = first_plane + phase * BITS_PER_PHASE * WORDS;
    var driven = 0u;
    for (var i = 0u; inside && i < BITS_PER_PHASE * WORDS; i++) {
      driven |= planes[plane + i];
    }
    if (driven == 0u) {
      idle_phase(phase, counted);
      continue;
    }
    var phase_codes = 0;
    for (var of_kernel = 0u; of_kernel < COLUMNS; of_kernel++) {
      let found = read_sum(column_sum(plane, column * COLUMNS + of_kernel));
      (*counted).saturated += found.saturated;
      phase_codes += found.level * factor_of(of_kernel);
    }
    (*counted).codes += phase_codes << (phase * BITS_PER_PHASE);
  }
}

// Up to 32 word lines, bits of two's complement, a uniform ADC: a plane is one word. The weight bits are taken four at a time, as vectors: arrays that are
// indexed in loops cost software adapters 2 to 5 times as much.
fn narrow_op(first_plane: u32, inside: bool, weight_plane: u32, counted: ptr<function, Counted>) {
  let low_bits = weight_bits(weight_plane, 0u);
  let high_bits = weight_bits(weight_plane, 4u);
  let low_values = vec4i(bit_value(0u), bit_value(1u), bit_value(2u), bit_value(3u));
  let high_values = vec4i(bit_value(4u), bit_value(5u), bit_value(6u), bit_value(7u));
  for (var phase = 0u; phase < PHASES; phase++) {
    var digits = vec4u(0u);
    if (inside) {
      digits = phase_digits(first_plane + phase * BITS_PER_PHASE);
    }
    if ((digits.x | digits.y | digits.z | digits.w) == 0u) {
      idle_phase(phase, counted);
      continue;
    }
    var phase_codes = dot(narrow_codes(digits, low_bits, low_values, counted), low_values);
    if (COLUMNS > 4u) {
      phase_codes += dot(narrow_codes(digits, high_bits, high_values, counted), high_values);
    }
    (*counted).codes += phase_codes << (phase * BITS_PER_PHASE);
  }
}

// Column codes of four weight bits; bits that the weights do not have count for nothing.
fn narrow_codes(digits: vec4u, bits: vec4u, values: vec4i, counted: ptr<function, Counted>) -> vec4i {
  var sums = countOneBits(vec4u(digits.x) & bits);
  if (BITS_PER_PHASE > 1u) {
    sums += countOneBits(vec4u(digits.y) & bits) << vec4u(1u);
  }
  if (BITS_PER_PHASE > 2u) {
    sums += countOneBits(vec4u(digits.z) & bits) << vec4u(2u);
    sums += countOneBits(vec4u(digits.w) & bits) << vec4u(3u);
  }
  if (ADC_STEP == 256 && ADC_OFFSET == 0 && highest_code() >= i32(LARGEST_SUM)) {
    return vec4i(sums); // nothing can saturate: the code is the sum
  }
  let ideal = vec4i(ideal_code(sums.x), ideal_code(sums.y), ideal_code(sums.z), ideal_code(sums.w));
  let codes = clamp(ideal, vec4i(0), vec4i(highest_code()));
  let saturated = select(vec4u(0u), vec4u(1u), (codes != ideal) & (values != vec4i(0)));
  (*counted).saturated += saturated.x + saturated.y + saturated.z + saturated.w;
  return codes;
}

// Planes of four weight bits from `first` on; 0 for those that the weights do not have.
fn weight_bits(plane: u32, first: u32) -> vec4u {
  var bits = vec4u(0u);
  if (first < COLUMNS) {
    bits.x = cell_planes[plane + first];
  }
  if (first + 1u < COLUMNS) {
    bits.y = cell_planes[plane + first + 1u];
  }
  if (first + 2u < COLUMNS) {
    bits.z = cell_planes[plane + first + 2u];
  }
  if (first + 3u < COLUMNS) {
    bits.w = cell_planes[plane + first + 3u];
  }
  return bits;
}

// The planes that a phase drives at once.
fn phase_digits(plane: u32) -> vec4u {
  var digits = vec4u(planes[plane], 0u, 0u, 0u);
  if (BITS_PER_PHASE > 1u) {
    digits.y = planes[plane + 1u];
  }
  if (BITS_PER_PHASE > 2u) {
    digits.z = planes[plane + 2u];
    digits.w = planes[plane + 3u];
  }
  return digits;
}

// What a weight bit stands for: 2^bit, negative for the sign bit, 0 for a bit that the weights do not have.
fn bit_value(bit: u32) -> i32 {
  let value = 1i << bit;
  return select(select(0, value, bit < COLUMNS), -value, bit == COLUMNS - 1u);
}

// What one unit on a column stands for.
fn factor_of(column: u32) -> i32 {
  if (BINARY == 1u) {
    return bit_value(column);
  }
  return tables[params.readout + column];
}

// A phase that drives no word line reads sum 0 on every bit line.
fn idle_phase(phase: u32, counted: ptr<function, Counted>) {
  let found = read_sum(0u);
  (*counted).zero_phase += COLUMNS;
  (*counted).saturated += COLUMNS * found.saturated;
  (*counted).codes += (FACTOR_SUM * found.level) << (phase * BITS_PER_PHASE);
}

// The sum on bit line `column` of (group, kernel in tile, column).
fn column_sum(plane: u32, column: u32) -> u32 {
  var sum = 0u;
  for (var t = 0u; t < BITS_PER_PHASE; t++) {
    for (var c = 0u; c < CELL_BITS; c++) {
      let cells = (column * CELL_BITS + c) * WORDS;
      for (var word = 0u; word < WORDS; word++) {
        sum += countOneBits(planes[plane + t * WORDS + word] & cell_planes[cells + word]) << (t + c);
      }
    }
  }
  return sum;
}

// What the ADC makes of a sum: the level of its code, and 1 if the sum lies outside the codes.
struct Read {
  level: i32,
  saturated: u32,
}

// Of a sum in unit discharges.
fn read_sum(sum: u32) -> Read {
  if (ADC_UNIFORM == 1u) {
    return limited(ideal_code(sum));
  }
  return looked_up(i32(sum) * 256);
}

// Of a sum in 1/256 unit discharge.
fn read_analog(sum: i32) -> Read {
  if (ADC_UNIFORM == 1u) {
    return limited(analog_code(sum));
  }
  return looked_up(sum);
}

fn limited(ideal: i32) -> Read {
  let code = clamp(ideal, 0, highest_code());
  return Read(code, select(0u, 1u, code != ideal));
}

// The code is how many thresholds the sum reaches.
fn looked_up(sum: i32) -> Read {
  let ends = params.readout + select(COLUMNS, 0u, BINARY == 1u);
  let thresholds = ends + 2u;
  var low = 0u;
  var high = ADC_CODES - 1u;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (tables[thresholds + middle] <= sum) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  let outside = sum < tables[ends] || sum >= tables[ends + 1u];
  return Read(tables[thresholds + ADC_CODES - 1u + low], select(0u, 1u, outside));
}

struct NoisyOp {
  word: u32,
  inside: bool,
  column: u32,
  kernel: u32,
  state: u32,
}

// One kernel's part of one macro-op, with noise. Twin of src/reference/noise.ts.
fn noisy_op(op: NoisyOp, counted: ptr<function, Counted>) {
  let first_plane = op.word * PHASES * BITS_PER_PHASE * WORDS;
  var state = op.state;
  for (var of_kernel = 0u; of_kernel < COLUMNS; of_kernel++) {
    let column = op.kernel * COLUMNS + of_kernel;
    for (var phase = 0u; phase < PHASES; phase++) {
      let plane = first_plane + phase * BITS_PER_PHASE * WORDS;
      var sum = 0u;
      var cells = 0;
      if (op.inside) {
        sum = column_sum(plane, op.column * COLUMNS + of_kernel);
        if (CELL_ERRORS == 1u) {
          cells = cell_deviation(plane, (op.column * COLUMNS + of_kernel) * WORD_LINES_ON);
        }
      }
      if (READ_NOISE == 1u && phase % 2u == 0u) {
        state = next_word(state);
      }
      let deviating = i32(sum * 256u) + cells;
      let gained = deviating + ((((deviating + 128) >> 8u) * tables[2u * column + 1u]) >> 8u);
      let found = read_analog(gained + tables[2u * column] + read_noise(state, phase));
      (*counted).saturated += found.saturated;
      (*counted).codes += (found.level * factor_of(of_kernel)) << (phase * BITS_PER_PHASE);
    }
  }
  (*counted).zero_phase += COLUMNS * zero_phases(first_plane, op.inside);
}

// What the mismatch of a bit line's cells adds to its sum, in 1/256 unit. `first_cell` may lie in the middle of a word.
fn cell_deviation(plane: u32, first_cell: u32) -> i32 {
  var deviation = 0;
  for (var word = 0u; word < WORDS; word++) {
    let digits = phase_planes(plane, word);
    let lines = min(32u, WORD_LINES_ON - 32u * word);
    var errors = 0;
    for (var line = 0u; line < lines; line++) {
      let cell = first_cell + 32u * word + line;
      if (line == 0u || cell % 4u == 0u) {
        errors = tables[params.cell_errors + cell / 4u];
      }
      let bits = (digits >> vec4u(line)) & vec4u(1u);
      let digit = bits.x | (bits.y << 1u) | (bits.z << 2u) | (bits.w << 3u);
      deviation += i32(digit) * ((errors << (24u - 8u * (cell % 4u))) >> 24u);
    }
  }
  return deviation;
}

// The planes that a phase drives at once, of one word of word lines.
fn phase_planes(plane: u32, word: u32) -> vec4u {
  var digits = vec4u(planes[plane + word], 0u, 0u, 0u);
  if (BITS_PER_PHASE > 1u) {
    digits.y = planes[plane + WORDS + word];
  }
  if (BITS_PER_PHASE > 2u) {
    digits.z = planes[plane + 2u * WORDS + word];
    digits.w = planes[plane + 3u * WORDS + word];
  }
  return digits;
}

fn read_noise(state: u32, phase: u32) -> i32 {
  if (READ_NOISE == 0u) {
    return 0;
  }
  let uniform_bits = select(state >> 16u, state & 0xffffu, phase % 2u == 0u);
  let pair = tables[params.quantiles + uniform_bits / 2u];
  return select(pair >> 16u, (pair << 16u) >> 16u, uniform_bits % 2u == 0u);
}

// Phases of a word that drive no word line.
fn zero_phases(first_plane: u32, inside: bool) -> u32 {
  var count = 0u;
  for (var phase = 0u; phase < PHASES; phase++) {
    var driven = 0u;
    for (var i = 0u; inside && i < BITS_PER_PHASE * WORDS; i++) {
      driven |= planes[first_plane + phase * BITS_PER_PHASE * WORDS + i];
    }
    count += select(0u, 1u, driven == 0u);
  }
  return count;
}

fn finish(at: u32, kernel: u32, groups: u32, codes: i32) {
  // floor((step C + offset) / 256 + 1/2) in 32 bits: both products are split at 256.
  let lower = ADC_STEP * (codes & 255) + params.offset_lower * i32(groups) + 128;
  let value = ADC_STEP * (codes >> 8u) + params.offset_upper * i32(groups) + (lower >> 8u);
  let sum = bias[kernel] + value;
  // -2^(bits-1) ... 2^(bits-1) - 1
  let low = -1i << (params.accumulator_bits - 1u);
  let kept = clamp(sum, low, -(low + 1));
  sums[at] = kept;
  if (kept != sum) {
    atomicAdd(&group_events[2], 1u);
  }
}

// Most invocations have nothing to tell: atomics are what this kernel can least afford.
fn count(counted: Counted) {
  if (counted.saturated > 0u) {
    atomicAdd(&group_events[0], counted.saturated);
  }
  if (counted.zero_phase > 0u) {
    atomicAdd(&group_events[1], counted.zero_phase);
  }
}

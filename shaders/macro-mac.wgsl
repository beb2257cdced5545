// The macro, one invocation per output: walks the stored groups of its kernel tile, reads every bit line in every input
// phase, converts, and shift-accumulates. Column codes stay in registers.
//   s(g, j, p) = sum over the phase's planes t of 2^t popcount(input plane & weight plane j)
//   C          = sum over g, j, p of sign_j 2^j 2^(p b) code(s(g, j, p))       sign -1 for the highest weight bit
//   sum        = bias + floor((step C + offset K G) / 256 + 1/2), clamped to the accumulator and counted if it was
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
  stride: u32,
  padding: u32,
  // bits of the accumulator
  accumulator_bits: u32,
  // what the ADC's offset adds per macro-op, in 1/256 unit, split as upper * 256 + lower
  offset_upper: i32,
  offset_lower: i32,
}

override WORDS: u32 = 1u;
override WEIGHT_BITS: u32 = 8u;
override PHASES: u32 = 4u;
override BITS_PER_PHASE: u32 = 2u;

@group(0) @binding(0) var<uniform> params: MacroMacParams;
// order (image, y, x, block, plane, word)
@group(0) @binding(1) var<storage, read> planes: array<u32>;
// order (group, kernel in tile, weight bit, word)
@group(0) @binding(2) var<storage, read> weight_planes: array<u32>;
// first group of each tile, and the end
@group(0) @binding(3) var<storage, read> tile_starts: array<u32>;
// index code of each group
@group(0) @binding(4) var<storage, read> codes: array<u32>;
@group(0) @binding(5) var<storage, read> bias: array<i32>;
// order (image, y, x, kernel)
@group(0) @binding(6) var<storage, read_write> sums: array<i32>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(7) var<storage, read_write> events: array<atomic<u32>, 6>;

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
    let word_y = i32(y * params.stride + position / params.kernel_width) - i32(params.padding);
    let word_x = i32(x * params.stride + position % params.kernel_width) - i32(params.padding);
    let inside = word_y >= 0 && word_y < i32(params.words_height) && word_x >= 0 && word_x < i32(params.words_width);
    let word = ((image * params.words_height + u32(word_y)) * params.words_width + u32(word_x)) * params.blocks
      + code / params.positions;
    let column = group * params.kernels_per_tile + kernel % params.kernels_per_tile;
    macro_op(word, inside, column, &counted);
  }
  finish(index, kernel, last - first, counted);
}

// One kernel's part of one macro-op. Outside the map no word line is driven, but the bit lines are read all the same.
fn macro_op(word: u32, inside: bool, column: u32, counted: ptr<function, Counted>) {
  let planes_per_phase = BITS_PER_PHASE * WORDS;
  for (var phase = 0u; phase < PHASES; phase++) {
    let plane = (word * PHASES + phase) * planes_per_phase;
    var driven = 0u;
    if (inside) {
      for (var i = 0u; i < planes_per_phase; i++) {
        driven |= planes[plane + i];
      }
    }
    if (driven == 0u) {
      (*counted).zero_phase += WEIGHT_BITS;
    }
    var phase_codes = 0;
    for (var bit = 0u; bit < WEIGHT_BITS; bit++) {
      var sum = 0u;
      if (driven != 0u) {
        sum = column_sum(plane, (column * WEIGHT_BITS + bit) * WORDS);
      }
      let ideal = ideal_code(sum);
      let code = clamp(ideal, 0, highest_code());
      (*counted).saturated += select(0u, 1u, code != ideal);
      let weighted = code << bit;
      phase_codes += select(weighted, -weighted, bit == WEIGHT_BITS - 1u);
    }
    (*counted).codes += phase_codes << (phase * BITS_PER_PHASE);
  }
}

fn column_sum(plane: u32, weight_plane: u32) -> u32 {
  var sum = 0u;
  for (var t = 0u; t < BITS_PER_PHASE; t++) {
    for (var word = 0u; word < WORDS; word++) {
      sum += countOneBits(planes[plane + t * WORDS + word] & weight_planes[weight_plane + word]) << t;
    }
  }
  return sum;
}

fn finish(index: u32, kernel: u32, groups: u32, counted: Counted) {
  // floor((step C + offset) / 256 + 1/2) in 32 bits: both products are split at 256.
  let codes_upper = counted.codes >> 8u;
  let codes_lower = counted.codes & 255;
  let lower = ADC_STEP * codes_lower + params.offset_lower * i32(groups) + 128;
  let value = ADC_STEP * codes_upper + params.offset_upper * i32(groups) + (lower >> 8u);
  let sum = bias[kernel] + value;
  // -2^(bits-1) ... 2^(bits-1) - 1
  let low = -1i << (params.accumulator_bits - 1u);
  let kept = clamp(sum, low, -(low + 1));
  sums[index] = kept;
  atomicAdd(&group_events[0], counted.saturated);
  atomicAdd(&group_events[1], counted.zero_phase);
  atomicAdd(&group_events[2], select(0u, 1u, kept != sum));
}

fn add_events(event: u32, count: u32) {
  if (count == 0u) {
    return;
  }
  let before = atomicAdd(&events[2u * event], count);
  if (before + count < before) {
    atomicAdd(&events[2u * event + 1u], 1u);
  }
}

// The macro as in tiled-mac.wgsl, with noise of every kind at an ADC of step 1: cells of unequal discharge, gain and
// offset of each column, read noise.
//   a1 = 256 s + sum over wl of digit(wl) error(wl)     errors as error + 128, 128 where the weight bit is 0
//   a2 = a1 + floor(floor(a1 / 256 + 1/2) gain / 256)
//   code = floor((a2 + offset + n) / 256 + 1/2)         offset less that of the ADC, n by 16 random bits
// CPU twins: src/reference/macro-mac.ts, src/reference/noise.ts.

@group(0) @binding(0) var<uniform> params: TileParams;
// digits, order (image, padded y, padded x, block)
@group(0) @binding(1) var<storage, read> words: array<vec4u>;
// weight bits as wide as digits, order (group, kernel, eight weight bits); from params.columns on, order (tile, kernel),
// eight offsets in 1/256 unit and eight gains in 1/65536; from params.quantiles on, read noise by 16 random bits, two
// numbers per word; from params.cell_errors on, bytes, order (group, kernel, eight weight bits, word line)
@group(0) @binding(2) var<storage, read> weights: array<u32>;
// first group of each tile, and the end
@group(0) @binding(3) var<storage, read> tile_starts: array<u32>;
// of each group: distance of its word from a pixel's first word, index code
@group(0) @binding(4) var<storage, read> groups: array<vec2u>;
@group(0) @binding(5) var<storage, read> bias: array<i32>;
// order (image, y, x, kernel)
@group(0) @binding(6) var<storage, read_write> sums: array<i32>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(7) var<storage, read_write> events: array<atomic<u32>, 6>;
// first word of each output pixel
@group(0) @binding(8) var<storage, read> first_words: array<u32>;

// 1: read noise.
override READ_NOISE: u32 = 0u;
// 1: cell mismatch.
override CELL_ERRORS: u32 = 0u;

// The digits of a phase at four pixels as bytes, four word lines each, and 128 times their sum.
struct Bytes {
  a: vec4u,
  b: vec4u,
  c: vec4u,
  d: vec4u,
  taken: vec4i,
}

struct PhaseBytes {
  a: Bytes,
  b: Bytes,
  c: Bytes,
  d: Bytes,
}

// A bit line: the weight bits on it, what is fixed of it, and the errors of its cells.
struct Column {
  bits: u32,
  offset: i32,
  gain: i32,
  errors: vec4u,
}

@compute @workgroup_size(TILE_WORKGROUP)
fn analog_mac(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = tile_of(workgroup_id);
  let slot = slot_of(workgroup_id);
  let place = place_of(workgroup_id, local);
  let kernel = params.first_kernel + tile * params.kernels_per_tile + slot;
  let keys = pixel_keys(place.pixel);
  let column = params.columns + (tile * KERNEL_SLOTS + slot) * 16u;
  var one = Part(vec4i(0), vec4u(0u));
  var other = Part(vec4i(0), vec4u(0u));
  let first = tile_starts[tile];
  let last = tile_starts[tile + 1u];
  for (var index = first; index < last; index++) {
    let group = groups[index];
    let at = place.word + vec4u(group.x);
    let x = by_phase(words[at.x], words[at.y], words[at.z], words[at.w]);
    let bytes = PhaseBytes(as_bytes(x.a), as_bytes(x.b), as_bytes(x.c), as_bytes(x.d));
    let number = index * KERNEL_SLOTS + slot;
    one = macro_op(NoisyPart(one, states(keys, kernel, group.y)), x, bytes, number, column);
    other = macro_op(NoisyPart(other, states(keys, kernel + 1u, group.y)), x, bytes, number + 1u, column + 16u);
  }
  finish(place, tile, slot, one, last - first);
  finish(place, tile, slot + 1u, other, last - first);
}

fn as_bytes(digits: vec4u) -> Bytes {
  if (CELL_ERRORS == 0u) {
    return Bytes(vec4u(0u), vec4u(0u), vec4u(0u), vec4u(0u), vec4i(0));
  }
  let width = 4u * BITS_PER_PHASE;
  let sum = bit_line_sums(digits, 0xffffffffu);
  return Bytes(
    spread_quad(digits),
    spread_quad(digits >> vec4u(width)),
    spread_quad(digits >> vec4u(2u * width)),
    spread_quad(digits >> vec4u(3u * width)),
    vec4i(sum << vec4u(7u)),
  );
}

// The lowest four digits as four bytes.
fn spread_quad(digits: vec4u) -> vec4u {
  let step = 8u - BITS_PER_PHASE;
  let mask = (1u << BITS_PER_PHASE) - 1u;
  return (digits & vec4u(mask)) | ((digits << vec4u(step)) & vec4u(mask << 8u))
    | ((digits << vec4u(2u * step)) & vec4u(mask << 16u)) | ((digits << vec4u(3u * step)) & vec4u(mask << 24u));
}

// One kernel's part of one macro-op, added to what the kernel has. `number` is that of (group, kernel). A loop, and loads
// that are the same for all: unrolled, this would take software adapters ten seconds to compile.
fn macro_op(start: NoisyPart, x: Digits, bytes: PhaseBytes, number: u32, first_column: u32) -> Part {
  var part = start.part;
  var state = start.state;
  for (var bit = 0u; bit < WEIGHT_BITS; bit++) {
    let column = Column(
      weights[number * 8u + bit],
      i32(weights[first_column + bit]),
      i32(weights[first_column + 8u + bit]),
      errors_at(params.cell_errors + (number * 8u + bit) * 4u),
    );
    // Two phases share a random word: the first has its lower half.
    state = drawn(state);
    part = add_reads(part, analog_read(x.a, bytes.a, column, state & vec4u(0xffffu)), bit, 0u);
    if (PHASES > 1u) {
      part = add_reads(part, analog_read(x.b, bytes.b, column, state >> vec4u(16u)), bit, 1u);
    }
    if (PHASES > 2u) {
      state = drawn(state);
      part = add_reads(part, analog_read(x.c, bytes.c, column, state & vec4u(0xffffu)), bit, 2u);
    }
    if (PHASES > 3u) {
      part = add_reads(part, analog_read(x.d, bytes.d, column, state >> vec4u(16u)), bit, 3u);
    }
  }
  return part;
}

// The errors of a bit line's cells, in 16 bytes.
fn errors_at(first: u32) -> vec4u {
  if (CELL_ERRORS == 0u) {
    return vec4u(0u);
  }
  return vec4u(weights[first], weights[first + 1u], weights[first + 2u], weights[first + 3u]);
}

fn drawn(state: vec4u) -> vec4u {
  if (READ_NOISE == 0u) {
    return state;
  }
  return next_words(state);
}

fn analog_read(digits: vec4u, bytes: Bytes, column: Column, random: vec4u) -> Reads {
  var sums = vec4i(bit_line_sums(digits, column.bits) << vec4u(8u));
  if (CELL_ERRORS == 1u) {
    sums += vec4i(dots(bytes.a, column.errors.x) + dots(bytes.b, column.errors.y)
      + dots(bytes.c, column.errors.z) + dots(bytes.d, column.errors.w)) - bytes.taken;
  }
  sums += (((sums + vec4i(128)) >> vec4u(8u)) * column.gain) >> vec4u(8u);
  return convert((sums + vec4i(column.offset + 128) + read_noise(random)) >> vec4u(8u));
}

fn dots(x: vec4u, errors: u32) -> vec4u {
  return vec4u(
    dot4U8Packed(x.x, errors),
    dot4U8Packed(x.y, errors),
    dot4U8Packed(x.z, errors),
    dot4U8Packed(x.w, errors),
  );
}

fn read_noise(random: vec4u) -> vec4i {
  if (READ_NOISE == 0u) {
    return vec4i(0);
  }
  let at = vec4u(params.quantiles) + (random >> vec4u(1u));
  let pairs = vec4u(weights[at.x], weights[at.y], weights[at.z], weights[at.w]);
  // the half of the pair, with its sign
  let shift = (vec4u(1u) - (random & vec4u(1u))) << vec4u(4u);
  return vec4i(pairs << shift) >> vec4u(16u);
}

// Divisions would cost software adapters as much as a macro-op.
fn first_word(pixel: u32) -> u32 {
  return first_words[pixel];
}

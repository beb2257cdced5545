// Puts activations on word lines for the tiled kernels: the word map with its border of what stands for 0, so that no kernel asks
// what is outside. One invocation makes one word, in chunks of 16 word lines: 16 bytes each, or the digits of four phases.
//   bytes:  quad i holds the activations of word lines 4 i ... 4 i + 3
// For one of the two it also counts the column reads of phases that drive no word line, once for all that meet the word.
//   digits: phase p holds the digit that each word line drives in phase p, BITS_PER_PHASE bits each, word line 0 lowest
// CPU twin: src/reference/input-phases.ts.

struct InputWordsParams {
  // (image, y, x, block) to make
  invocations: u32,
  input_height: u32,
  input_width: u32,
  channels: u32,
  // the window that is dealt onto word lines, 1 x 1 unless the layer is packed
  patch_height: u32,
  patch_width: u32,
  patch_stride_y: u32,
  patch_stride_x: u32,
  patch_top: u32,
  patch_left: u32,
  patch_dilation_y: u32,
  patch_dilation_x: u32,
  // what word lines drive whose pixel lies outside the input
  pad_code: u32,
  // the word map without its border
  words_height: u32,
  words_width: u32,
  // ... and with it
  padded_height: u32,
  padded_width: u32,
  // its border above and on the left
  pad_top: u32,
  pad_left: u32,
  blocks: u32,
  // chunks of a word
  chunks: u32,
}

// 1: no patch, and channels and word lines come in fours, so that four activations are one aligned word.
override ALIGNED: u32 = 0u;
// 1: digits, 0: bytes.
override DIGITS: u32 = 0u;
override BITS_PER_PHASE: u32 = 2u;
override PHASES: u32 = 4u;
// 1: count zero phases.
override COUNT: u32 = 0u;

@group(0) @binding(0) var<uniform> params: InputWordsParams;
// bytes, order (image, y, x, channel)
@group(0) @binding(1) var<storage, read> activations: array<u32>;
// order (image, padded y, padded x, block, chunk)
@group(0) @binding(2) var<storage, read_write> words: array<vec4u>;
// column reads per phase that meet a word of an image, order (padded y, padded x, block)
@group(0) @binding(3) var<storage, read> reads: array<u32>;
// saturated reads, zero-phase reads, overflowed sums; each as a lower and an upper word
@group(0) @binding(4) var<storage, read_write> events: array<atomic<u32>, 6>;

@compute @workgroup_size(WORKGROUP)
fn input_words(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(num_workgroups) num_workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = linear_index(workgroup_id, num_workgroups, local);
  if (index >= params.invocations) {
    return;
  }
  let channel_block = index % params.blocks;
  let pixel = index / params.blocks;
  let in_image = pixel % (params.padded_width * params.padded_height);
  let x = i32(in_image % params.padded_width) - i32(params.pad_left);
  let y = i32(in_image / params.padded_width) - i32(params.pad_top);
  let image = pixel / (params.padded_width * params.padded_height);
  let inside = x >= 0 && y >= 0 && x < i32(params.words_width) && y < i32(params.words_height);
  var driven = 0u;
  for (var chunk = 0u; chunk < params.chunks; chunk++) {
    var quads = vec4u(0u);
    if (inside || params.pad_code != 0u) {
      quads = vec4u(
        quad_at(image, y, x, channel_block, 4u * chunk),
        quad_at(image, y, x, channel_block, 4u * chunk + 1u),
        quad_at(image, y, x, channel_block, 4u * chunk + 2u),
        quad_at(image, y, x, channel_block, 4u * chunk + 3u),
      );
    }
    driven |= quads.x | quads.y | quads.z | quads.w;
    if (DIGITS == 1u) {
      quads = vec4u(phase(quads, 0u), phase(quads, 1u), phase(quads, 2u), phase(quads, 3u));
    }
    words[index * params.chunks + chunk] = quads;
  }
  if (COUNT == 1u) {
    add_events(1u, zero_phases(driven) * reads[in_image * params.blocks + channel_block]);
  }
}

// Phases in which none of the bytes that were joined in `driven` has a digit.
fn zero_phases(driven: u32) -> u32 {
  var count = 0u;
  for (var number = 0u; number < PHASES; number++) {
    let mask = (((1u << BITS_PER_PHASE) - 1u) << (number * BITS_PER_PHASE)) * 0x01010101u;
    count += select(0u, 1u, (driven & mask) == 0u);
  }
  return count;
}

// Word lines 4 i ... 4 i + 3 of a block, as four bytes; word lines beyond the block are 0.
fn quad_at(image: u32, word_y: i32, word_x: i32, channel_block: u32, quad: u32) -> u32 {
  let line = channel_block * WORD_LINES_ON + 4u * quad;
  if (ALIGNED == 1u) {
    if (4u * quad >= WORD_LINES_ON || line >= params.channels) {
      return 0u;
    }
    if (word_y < 0 || word_x < 0 || word_y >= i32(params.input_height) || word_x >= i32(params.input_width)) {
      return params.pad_code * 0x01010101u;
    }
    return activations[(((image * params.input_height + u32(word_y)) * params.input_width + u32(word_x)) * params.channels + line) / 4u];
  }
  var word = 0u;
  for (var i = 0u; i < 4u; i++) {
    if (4u * quad + i < WORD_LINES_ON) {
      word |= activation_at(image, word_y, word_x, line + i) << (8u * i);
    }
  }
  return word;
}

// The digits of one phase, packed.
fn phase(quads: vec4u, number: u32) -> u32 {
  let mask = (1u << BITS_PER_PHASE) - 1u;
  let digits = (quads >> vec4u(number * BITS_PER_PHASE)) & vec4u(mask * 0x01010101u);
  // four bytes with a digit each become four digits side by side
  let packed = (digits | (digits >> vec4u(8u - BITS_PER_PHASE)) | (digits >> vec4u(16u - 2u * BITS_PER_PHASE))
    | (digits >> vec4u(24u - 3u * BITS_PER_PHASE))) & vec4u((1u << (4u * BITS_PER_PHASE)) - 1u);
  let shift = 4u * BITS_PER_PHASE;
  return packed.x | (packed.y << shift) | (packed.z << (2u * shift)) | (packed.w << (3u * shift));
}

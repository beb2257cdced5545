// Puts activations on word lines: one bit plane per input bit and input word, bit i of a plane is word line i.
//   plane b of word (image, y, x, block) = bit b of the activation of every word line
// Behind them lies one more word for each block, of a pixel outside the map, where word lines drive anything there.
// An input phase drives inputBitsPerPhase neighbouring planes at once. Word lines without an input are 0.
// CPU twin: src/reference/input-phases.ts.

struct InputPhasesParams {
  // (image, y, x, block, word of 32 word lines) to make, and those of a pixel outside
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
  words_height: u32,
  words_width: u32,
  blocks: u32,
  // of all images; one more is outside
  pixels: u32,
}

// 32-bit words that hold a bit of every word line.
override WORDS: u32 = 1u;
// Planes per input word: phases x bits per phase, at most 8.
override PLANES: u32 = 8u;

@group(0) @binding(0) var<uniform> params: InputPhasesParams;
// bytes, order (image, y, x, channel)
@group(0) @binding(1) var<storage, read> activations: array<u32>;
// order (image, y, x, block, plane, word)
@group(0) @binding(2) var<storage, read_write> planes: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn input_phases(
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(num_workgroups) num_workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = linear_index(workgroup_id, num_workgroups, local);
  if (index >= params.invocations) {
    return;
  }
  let word = index % WORDS;
  let channel_block = (index / WORDS) % params.blocks;
  let pixel = index / (WORDS * params.blocks);
  let x = pixel % params.words_width;
  let y = (pixel / params.words_width) % params.words_height;
  let image = pixel / (params.words_width * params.words_height);
  // Planes 0 ... 3 and 4 ... 7, as vectors: an array that is indexed in a loop costs software adapters far more.
  var low = vec4u(0u);
  var high = vec4u(0u);
  let lines = min(32u, WORD_LINES_ON - word * 32u);
  for (var i = 0u; i < lines; i++) {
    let line = channel_block * WORD_LINES_ON + word * 32u + i;
    var activation = 0u;
    if (pixel < params.pixels) {
      activation = activation_at(image, i32(y), i32(x), line);
    } else if (line < params.channels * params.patch_height * params.patch_width) {
      activation = params.pad_code;
    }
    let bits = vec4u(activation);
    low |= ((bits >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)) << vec4u(i);
    high |= ((bits >> vec4u(4u, 5u, 6u, 7u)) & vec4u(1u)) << vec4u(i);
  }
  let base = (pixel * params.blocks + channel_block) * PLANES * WORDS + word;
  store(base, 0u, low);
  store(base, 4u, high);
}

// Stores four planes from `first` on, as many of them as there are.
fn store(base: u32, first: u32, bits: vec4u) {
  if (first < PLANES) {
    planes[base + first * WORDS] = bits.x;
  }
  if (first + 1u < PLANES) {
    planes[base + (first + 1u) * WORDS] = bits.y;
  }
  if (first + 2u < PLANES) {
    planes[base + (first + 2u) * WORDS] = bits.z;
  }
  if (first + 3u < PLANES) {
    planes[base + (first + 3u) * WORDS] = bits.w;
  }
}

// The activation of a word line at a pixel of the word map. Inputs of a packed layer are dealt onto word lines as one
// patch, (channel, patch position); other layers have a patch of 1 x 1.

// Word lines that are on at once.
override WORD_LINES_ON: u32 = 16u;

fn activation_at(image: u32, word_y: i32, word_x: i32, line: u32) -> u32 {
  let channel = line % params.channels;
  let position = line / params.channels;
  if (position >= params.patch_height * params.patch_width) {
    return 0u;
  }
  let row = i32((position / params.patch_width) * params.patch_dilation_y);
  let column = i32((position % params.patch_width) * params.patch_dilation_x);
  let y = word_y * i32(params.patch_stride_y) + row - i32(params.patch_top);
  let x = word_x * i32(params.patch_stride_x) + column - i32(params.patch_left);
  if (y < 0 || y >= i32(params.input_height) || x < 0 || x >= i32(params.input_width)) {
    return params.pad_code;
  }
  let at = ((image * params.input_height + u32(y)) * params.input_width + u32(x)) * params.channels + channel;
  return byte_of(activations[at / 4u], at);
}

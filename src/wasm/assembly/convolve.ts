// Convolution in real arithmetic: twin of src/network/ops/conv.ts, product by product in 64 bits and in the same order, so
// that sums are the same numbers. 16 kernels at a time; inputs that are 0, about half of them after a ReLU, are left out.

/** A convolution of one image; written by src/wasm/convolutions.ts. */
@unmanaged
export class Conv {
  inputHeight: i32;
  inputWidth: i32;
  channels: i32;
  height: i32;
  width: i32;
  kernels: i32;
  windowHeight: i32;
  windowWidth: i32;
  strideY: i32;
  strideX: i32;
  top: i32;
  left: i32;
  dilationY: i32;
  dilationX: i32;
  /** 32-bit floats, order (y, x, channel). */
  input: usize;
  output: usize;
  /** 64-bit floats, order (16 kernels, row, column, channel, kernel); kernels padded to 16. */
  weights: usize;
  /** One per kernel, padded likewise. */
  bias: usize;
  /** Room for the inputs of a window that are not 0, and for where their weights are. */
  values: usize;
  places: usize;
}

/** Bytes of the weights of one input. */
const weightBytes: usize = 16 * 8;

/** Convolves one image. */
export function convolveImage(conv: Conv): void {
  const inputs = <usize>(conv.windowHeight * conv.windowWidth * conv.channels);
  const sixteens = (conv.kernels + 15) >> 4;
  let to = conv.output;
  for (let y = 0; y < conv.height; y++)
    for (let x = 0; x < conv.width; x++) {
      const count = gatherWindow(conv, y, x);
      let weights = conv.weights;
      for (let sixteen = 0; sixteen < sixteens; sixteen++) {
        const kernels = min(16, conv.kernels - 16 * sixteen);
        sixteenSums(conv, count, weights, conv.bias + weightBytes * <usize>sixteen, to, kernels);
        weights += inputs * weightBytes;
        to += 4 * <usize>kernels;
      }
    }
}

/** The inputs of a window that are not 0, with where their weights are; gives how many. */
function gatherWindow(conv: Conv, y: i32, x: i32): usize {
  const channels = conv.channels;
  let values = conv.values;
  let places = conv.places;
  let row: usize = 0;
  for (let dy = 0; dy < conv.windowHeight; dy++) {
    const fromY = y * conv.strideY - conv.top + dy * conv.dilationY;
    for (let dx = 0; dx < conv.windowWidth; dx++, row += weightBytes * <usize>channels) {
      const fromX = x * conv.strideX - conv.left + dx * conv.dilationX;
      if (fromY < 0 || fromY >= conv.inputHeight || fromX < 0 || fromX >= conv.inputWidth) continue;
      let from = conv.input + 4 * <usize>((fromY * conv.inputWidth + fromX) * channels);
      let place = row;
      for (let channel = 0; channel < channels; channel++, from += 4, place += weightBytes) {
        const value = load<f32>(from);
        // Written in any case, and kept if it is not 0: no branch to guess.
        store<f64>(values, <f64>value);
        store<u32>(places, <u32>place);
        const isKept = <usize>(value != 0);
        values += isKept << 3;
        places += isKept << 2;
      }
    }
  }
  return (places - conv.places) >> 2;
}

/** Sums of 16 kernels, rounded to 32 bits. */
function sixteenSums(
  conv: Conv,
  count: usize,
  weights: usize,
  bias: usize,
  to: usize,
  kernels: i32,
): void {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  let s4 = f64x2.splat(0), s5 = f64x2.splat(0), s6 = f64x2.splat(0), s7 = f64x2.splat(0);
  let places = conv.places;
  const end = places + 4 * count;
  for (let values = conv.values; places < end; places += 4, values += 8) {
    const value = v128.load64_splat(values);
    const at = weights + <usize>load<u32>(places);
    s0 = f64x2.add(s0, f64x2.mul(value, v128.load(at)));
    s1 = f64x2.add(s1, f64x2.mul(value, v128.load(at, 16)));
    s2 = f64x2.add(s2, f64x2.mul(value, v128.load(at, 32)));
    s3 = f64x2.add(s3, f64x2.mul(value, v128.load(at, 48)));
    s4 = f64x2.add(s4, f64x2.mul(value, v128.load(at, 64)));
    s5 = f64x2.add(s5, f64x2.mul(value, v128.load(at, 80)));
    s6 = f64x2.add(s6, f64x2.mul(value, v128.load(at, 96)));
    s7 = f64x2.add(s7, f64x2.mul(value, v128.load(at, 112)));
  }
  storeFour(to, kernels, f64x2.add(v128.load(bias), s0), f64x2.add(v128.load(bias, 16), s1));
  storeFour(to + 16, kernels - 4, f64x2.add(v128.load(bias, 32), s2), f64x2.add(v128.load(bias, 48), s3));
  storeFour(to + 32, kernels - 8, f64x2.add(v128.load(bias, 64), s4), f64x2.add(v128.load(bias, 80), s5));
  storeFour(to + 48, kernels - 12, f64x2.add(v128.load(bias, 96), s6), f64x2.add(v128.load(bias, 112), s7));
}

/** Stores four sums, or as many as there are kernels. */
function storeFour(to: usize, kernels: i32, a: v128, b: v128): void {
  const four = v128.shuffle<i32>(
    f32x4.demote_f64x2_zero(a),
    f32x4.demote_f64x2_zero(b),
    0, 1, 4, 5,
  );
  if (kernels >= 4) {
    v128.store(to, four);
    return;
  }
  if (kernels > 0) store<f32>(to, f32x4.extract_lane(four, 0));
  if (kernels > 1) store<f32>(to, f32x4.extract_lane(four, 1), 4);
  if (kernels > 2) store<f32>(to, f32x4.extract_lane(four, 2), 8);
}

// Convolution: sums of products of a window's pixels with the weights of each kernel.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import { type FloatMap, shapeText } from '../../core/feature-map.ts';
import { outputSize, positionsOf, type Window, windowFault } from '../../core/window.ts';
import { type NodeTensors, type Operator, tensorOf } from './operator.ts';
import { windowSchema } from './window-schema.ts';

/** Attributes of {@link conv}. */
export interface ConvAttributes {
  /** Input channels C. */
  readonly channels: number;
  /** Output channels M. */
  readonly kernels: number;
  /** Kernel height R and width S, and how the kernel moves. Pixels around the input are 0. */
  readonly window: Window;
}

const size = z.int().positive().max(65536);

/** Convolution with `weight`, order (M, C, R, S) as PyTorch's, and perhaps a `bias` per kernel. */
export const conv: Operator<ConvAttributes> = {
  attributes: z.strictObject({
    channels: size,
    kernels: size,
    window: windowSchema,
  }),
  inputs: 1,
  shape({ channels, kernels, window }, inputs, where) {
    const input = at(inputs, 0);
    if (input.channels !== channels)
      throw new CimError('network', {
        what: `needs ${channels} channels, but its input is ${shapeText(input)}`,
        where,
      });
    const what = windowFault(window, input);
    if (what !== undefined) throw new CimError('network', { what, where });
    return { ...outputSize(window, input), channels: kernels };
  },
  tensors: ({ channels, kernels, window: { height, width } }) => ({
    weight: { shape: [kernels, channels, height, width] },
    bias: { shape: [kernels], isOptional: true },
  }),
  macs: ({ channels, kernels, window }, { height, width }) =>
    channels * kernels * positionsOf(window) * height * width,
  forward: ({ attributes, tensors }, inputs, output) =>
    convolve(attributes, tensors, at(inputs, 0), output),
};

/** Kernels whose sums are kept in registers together. */
const kernelsTogether = 8;

/** The inputs of one output pixel that are not 0, which is about half of them after a ReLU. */
interface Patch {
  readonly values: Float64Array;
  /** Where in a kernel's weights, order (R, S, C), each of them belongs. */
  readonly places: Int32Array;
  count: number;
}

/**
 * The convolution of `input` with kernels of `tensors`: `weight`, order (M, C, R, S), and perhaps `bias`.
 * Products are added up in 64 bits.
 */
export function convolve(
  layer: ConvAttributes,
  tensors: NodeTensors,
  input: FloatMap,
  output: FloatMap,
): void {
  const { kernels } = layer;
  const weights = weightsTogether(layer, tensorOf(tensors, 'weight'));
  const bias = new Float64Array(Math.ceil(kernels / kernelsTogether) * kernelsTogether);
  if (tensors['bias']) bias.set(tensors['bias']);
  const sums = new Float64Array(bias.length);
  const inputs = positionsOf(layer.window) * layer.channels;
  const patch = { values: new Float64Array(inputs), places: new Int32Array(inputs), count: 0 };
  let to = 0;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        gatherPatch(layer, input, { image, y, x }, patch);
        sums.set(bias);
        addProducts(patch, weights, inputs, sums);
        output.data.set(kernels === sums.length ? sums : sums.subarray(0, kernels), to);
        to += kernels;
      }
}

function gatherPatch(
  layer: ConvAttributes,
  input: FloatMap,
  at: { readonly image: number; readonly y: number; readonly x: number },
  patch: Patch,
): void {
  const { channels, window } = layer;
  const [down, right] = window.dilations;
  const top = at.y * window.strides[0] - window.pads[0];
  const left = at.x * window.strides[1] - window.pads[1];
  const firstColumn = Math.max(0, Math.ceil(-left / right));
  const endColumn = Math.min(window.width, Math.ceil((input.width - left) / right));
  // The columns of a row, and their channels, lie side by side in the patch, and without holes in the map too.
  const together = right === 1 ? endColumn - firstColumn : 1;
  patch.count = 0;
  for (let row = 0; row < window.height; row++) {
    const y = top + row * down;
    if (y < 0 || y >= input.height) continue;
    const line = (at.image * input.height + y) * input.width + left;
    for (let column = firstColumn; column < endColumn; column += together) {
      const run = { from: (line + column * right) * channels, length: together * channels };
      gatherRun(input.data, run, (row * window.width + column) * channels, patch);
    }
  }
}

/** Adds the values of a run that are not 0 to a patch, where the first one's place is `place`. */
function gatherRun(
  data: Float32Array,
  { from, length }: { readonly from: number; readonly length: number },
  place: number,
  patch: Patch,
): void {
  const { values, places } = patch;
  let { count } = patch;
  for (let i = 0; i < length; i++) {
    const value = data[from + i] as number;
    if (value === 0) continue;
    values[count] = value;
    places[count++] = place + i;
  }
  patch.count = count;
}

/** Adds the products of a patch with each kernel to `sums`: several kernels at once, so that an input is read once. */
function addProducts(
  { values, places, count }: Patch,
  weights: Float64Array,
  inputs: number,
  sums: Float64Array,
): void {
  for (let kernel = 0; kernel < sums.length; kernel += kernelsTogether) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    const first = kernel * inputs;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      const at = first + (places[i] as number) * kernelsTogether;
      s0 += value * (weights[at] as number);
      s1 += value * (weights[at + 1] as number);
      s2 += value * (weights[at + 2] as number);
      s3 += value * (weights[at + 3] as number);
      s4 += value * (weights[at + 4] as number);
      s5 += value * (weights[at + 5] as number);
      s6 += value * (weights[at + 6] as number);
      s7 += value * (weights[at + 7] as number);
    }
    const added = [s0, s1, s2, s3, s4, s5, s6, s7];
    for (let k = 0; k < kernelsTogether; k++)
      sums[kernel + k] = (sums[kernel + k] as number) + (added[k] as number);
  }
}

/** Weights in order (M / 8, R, S, C, 8), as {@link addProducts} walks them. */
function weightsTogether(layer: ConvAttributes, weights: Float32Array): Float64Array {
  const { channels, kernels } = layer;
  const positions = positionsOf(layer.window);
  const inputs = positions * channels;
  const together = new Float64Array(
    Math.ceil(kernels / kernelsTogether) * kernelsTogether * inputs,
  );
  for (let m = 0; m < kernels; m++) {
    const first =
      Math.floor(m / kernelsTogether) * kernelsTogether * inputs + (m % kernelsTogether);
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < positions; p++)
        together[first + (p * channels + c) * kernelsTogether] = weights[
          (m * channels + c) * positions + p
        ] as number;
  }
  return together;
}

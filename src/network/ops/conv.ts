// Convolution: sums of products of a window's pixels with the weights of each kernel.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import { type FloatMap, shapeText } from '../../core/feature-map.ts';
import { outputSize, positionsOf, windowFault } from '../../core/window.ts';
import type { ConvAttributes } from './conv-attributes.ts';
import { convolveDepthwise } from './depthwise.ts';
import { type NodeTensors, type Operator, tensorOf } from './operator.ts';
import { windowSchema } from './window-schema.ts';

const size = z.int().positive().max(65536);

/** Convolution with `weight`, order (M, C / groups, R, S) as PyTorch's, and perhaps a `bias` per kernel. */
export const conv: Operator<ConvAttributes> = {
  attributes: z.strictObject({
    channels: size,
    kernels: size,
    window: windowSchema,
    groups: size.optional(),
  }),
  inputs: 1,
  shape({ channels, kernels, window, groups = 1 }, inputs, where) {
    const input = at(inputs, 0);
    if (channels % groups !== 0 || kernels % groups !== 0)
      throw new CimError('network', {
        what: `has ${groups} groups, which divide its ${channels} channels and ${kernels} kernels not evenly`,
        where,
      });
    if (input.channels !== channels)
      throw new CimError('network', {
        what: `needs ${channels} channels, but its input is ${shapeText(input)}`,
        where,
      });
    const what = windowFault(window, input);
    if (what !== undefined) throw new CimError('network', { what, where });
    return { ...outputSize(window, input), channels: kernels };
  },
  tensors: ({ channels, kernels, window: { height, width }, groups = 1 }) => ({
    weight: { shape: [kernels, channels / groups, height, width] },
    bias: { shape: [kernels], isOptional: true },
  }),
  macs: ({ channels, kernels, window, groups = 1 }, { height, width }) =>
    (channels / groups) * kernels * positionsOf(window) * height * width,
  forward({ attributes, tensors }, inputs, output) {
    const input = at(inputs, 0);
    const { groups = 1 } = attributes;
    if (groups === 1) convolve(attributes, tensors, input, output);
    else if (groups === attributes.channels) convolveDepthwise(attributes, tensors, input, output);
    else convolveGroups({ ...attributes, groups }, tensors, input, output);
  },
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
 * Products are added up in 64 bits, in the order of the window's rows, columns and channels, and then the bias.
 */
export type Convolve = (
  layer: ConvAttributes,
  tensors: NodeTensors,
  input: FloatMap,
  output: FloatMap,
) => void;

let chosen: Convolve | undefined;

/**
 * Has forward passes convolve with something faster from now on, in this thread; undefined: in plain TypeScript again. Its numbers must
 * be those of {@link convolvePlainly}, bit for bit.
 */
export function convolveWith(faster: Convolve | undefined): void {
  chosen = faster;
}

/** A {@link Convolve}: the one that was chosen. */
export const convolve: Convolve = (...of) => {
  (chosen ?? convolvePlainly)(...of);
};

/** A {@link Convolve} in plain TypeScript. */
export function convolvePlainly(
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

/** A convolution in groups: each is one of its own, on a map of its channels. */
function convolveGroups(
  layer: ConvAttributes & { readonly groups: number },
  { weight, bias }: NodeTensors,
  input: FloatMap,
  output: FloatMap,
): void {
  const { groups, window } = layer;
  const channels = layer.channels / groups;
  const kernels = layer.kernels / groups;
  const size = kernels * channels * positionsOf(window);
  for (let group = 0; group < groups; group++) {
    const tensors = {
      weight: weight?.subarray(group * size, (group + 1) * size) ?? new Float32Array(),
      ...(bias ? { bias: bias.subarray(group * kernels, (group + 1) * kernels) } : {}),
    };
    const part = {
      ...output,
      channels: kernels,
      data: new Float32Array(output.data.length / groups),
    };
    const seen = { ...input, channels, data: new Float32Array(input.data.length / groups) };
    moveChannels({ map: input, first: group * channels }, { map: seen, first: 0 }, channels);
    convolve({ channels, kernels, window }, tensors, seen, part);
    moveChannels({ map: part, first: 0 }, { map: output, first: group * kernels }, kernels);
  }
}

/** Channels of a map, from one of them on. */
interface Channels {
  readonly map: FloatMap;
  readonly first: number;
}

/** Copies `count` channels of each pixel from one map into another. */
function moveChannels(from: Channels, to: Channels, count: number): void {
  const pixels = from.map.data.length / from.map.channels;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const start = pixel * from.map.channels + from.first;
    const values = from.map.data.subarray(start, start + count);
    to.map.data.set(values, pixel * to.map.channels + to.first);
  }
}

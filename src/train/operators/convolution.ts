// Convolution. Both gradients are made of ordinary convolutions and matrix products, chosen by measurement.

import { at } from '../../core/errors.ts';
import {
  matMul,
  pad,
  reduce,
  reshape,
  reverse,
  shift,
  slice,
  transpose,
} from '../autodiff/arithmetic.ts';
import type { InputGradient, Tape } from '../autodiff/gradients.ts';
import { type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';

/** How the kernel moves. */
export interface ConvolutionOptions {
  readonly stride: number;
  /** Zero pixels around the input, on every side. */
  readonly padding: number;
}

/** Input (N, C, H, W), kernels (M, C, R, S) and, perhaps, a bias (M). */
export interface ConvolutionInputs {
  readonly input: Value;
  readonly weights: Value;
  readonly bias?: Value | undefined;
}

/** Sizes of one convolution: input (N, C, H, W), kernels (M, C, R, S), output (N, M, P, Q). */
interface Sizes extends ConvolutionOptions {
  readonly N: number;
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly M: number;
  readonly R: number;
  readonly S: number;
  readonly P: number;
  readonly Q: number;
}

/** Convolution of `input` (N, C, H, W) with `weights` (M, C, R, S); gives (N, M, P, Q). No bias. */
export const convolution = (
  tape: Tape,
  input: Value,
  weights: Value,
  options: ConvolutionOptions,
): Value => convolve(tape, { input, weights }, options);

/** {@link convolution} whose bias, if it has one, is added by the same node. */
export function convolve(
  tape: Tape,
  { input, weights, bias }: ConvolutionInputs,
  options: ConvolutionOptions,
): Value {
  const { graph } = tape;
  const sizes = sizesOf(input, weights, options);
  const { N, M, P, Q, stride, padding } = sizes;
  const inputs = bias ? [input, weights, bias] : [input, weights];
  const output = graph.node('Conv', inputs, [N, M, P, Q], {
    attributes: { strides: [stride, stride], pads: [padding, padding, padding, padding] },
  });
  const gradients: InputGradient[] = [
    (gradient) => inputGradient(graph, gradient, weights, sizes),
    (gradient) => weightGradient(graph, gradient, input, sizes),
    (gradient) => {
      const flat = reshape(graph, gradient, [N, M, P * Q]);
      return reduce(graph, 'ReduceSum', flat, { axes: [0, 2], keep: false });
    },
  ];
  return tape.record(output, inputs, gradients.slice(0, inputs.length));
}

function sizesOf(input: Value, weights: Value, { stride, padding }: ConvolutionOptions): Sizes {
  const { images: N, channels: C, height: H, width: W } = imageShape(input);
  const { images: M, height: R, width: S } = imageShape(weights);
  const P = Math.floor((H + 2 * padding - R) / stride) + 1;
  const Q = Math.floor((W + 2 * padding - S) / stride) + 1;
  return { N, C, H, W, M, R, S, P, Q, stride, padding };
}

/**
 * Gradient of the input. With stride 1 it is the convolution of the output's gradient with the kernels turned by half
 * a turn, which ONNX Runtime does as fast as the forward one; its ConvTranspose is the slower, general form.
 */
function inputGradient(graph: GraphBuilder, gradient: Value, weights: Value, sizes: Sizes): Value {
  const { N, C, H, W, R, S, P, Q, stride, padding } = sizes;
  if (stride === 1 && padding < R && padding < S) {
    const turned = transpose(
      graph,
      R * S === 1 ? weights : reverse(graph, weights, [2, 3]),
      [1, 0, 2, 3],
    );
    const pads = [R - 1 - padding, S - 1 - padding, R - 1 - padding, S - 1 - padding];
    return graph.node('Conv', [gradient, turned], [N, C, H, W], { attributes: { pads } });
  }
  // Rows and columns at the far edge that no kernel reached: they get zeros from output_padding.
  const unreached = [
    H + 2 * padding - R - (P - 1) * stride,
    W + 2 * padding - S - (Q - 1) * stride,
  ];
  return graph.node('ConvTranspose', [gradient, weights], [N, C, H, W], {
    attributes: {
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      output_padding: unreached,
    },
  });
}

/**
 * Gradient of the weights: for each kernel position (r, s) the product of the output's gradient (M, P Q) with the input
 * seen from there (P Q, C), image by image, then summed over the images.
 *
 * On small maps of many channels it is one product over the whole batch: a step of full VGG16 takes 2.9 CPU seconds instead of 5.4.
 *
 * Measured on 2 cores, 64 to 64 channels at 32x32, batch 128: this 145 GFLOP/s; one product over the whole batch per
 * position 108; all positions in one product 49 to 84; as one large convolution 35 to 57. Thin inputs are the exception:
 * with 1 channel one product for all positions is three times as fast.
 */
function weightGradient(graph: GraphBuilder, gradient: Value, input: Value, sizes: Sizes): Value {
  const { C, M, R, S, P, Q } = sizes;
  const shape = [M, C, R, S];
  // Many channels on few pixels: image by image the products are far larger than what they are made of.
  const product = M * C > 4 * (M + C) * P * Q ? productOfBatch : productByImage;
  if (C * R * S <= 64) {
    const stacked = graph.node(
      'Concat',
      inputViews(graph, input, sizes),
      [sizes.N, R * S * C, P, Q],
      { attributes: { axis: 1 } },
    );
    const byPosition = reshape(graph, product(graph, gradient, stacked), [M, R * S, C]);
    return reshape(graph, transpose(graph, byPosition, [0, 2, 1]), shape);
  }
  const parts = viewPairs(graph, gradient, input, sizes).map((pair) =>
    reshape(graph, product(graph, pair.gradient, pair.input), [M, C, 1]),
  );
  if (parts.length === 1) return reshape(graph, at(parts, 0), shape);
  const all = graph.node('Concat', parts, [M, C, R * S], { attributes: { axis: 2 } });
  return reshape(graph, all, shape);
}

/** Sum over images and pixels of `gradient` (N, M, P, Q) times `view` (N, C, P, Q): (M, C). */
function productByImage(graph: GraphBuilder, gradient: Value, view: Value): Value {
  const products = matMul(graph, flatPixels(graph, gradient), pixelsFirst(graph, view));
  return reduce(graph, 'ReduceSum', products, { axes: [0], keep: false });
}

/** The same as one product over the whole batch, for which both are brought into another order. */
function productOfBatch(graph: GraphBuilder, gradient: Value, view: Value): Value {
  const { images, channels: M, height, width } = imageShape(gradient);
  const count = images * height * width;
  const all = reshape(graph, transpose(graph, flatPixels(graph, gradient), [1, 0, 2]), [M, count]);
  return matMul(
    graph,
    all,
    reshape(graph, pixelsFirst(graph, view), [count, imageShape(view).channels]),
  );
}

function flatPixels(graph: GraphBuilder, map: Value): Value {
  const { images, channels, height, width } = imageShape(map);
  return reshape(graph, map, [images, channels, height * width]);
}

const pixelsFirst = (graph: GraphBuilder, map: Value): Value =>
  transpose(graph, flatPixels(graph, map), [0, 2, 1]);

/** What is multiplied for one kernel position: the pixels of both at the same places. */
interface ViewPair {
  readonly gradient: Value;
  readonly input: Value;
}

/**
 * For each kernel position, in order (r, s), the output's gradient and the input pixels that it meets.
 *
 * Where output and input have the same size, the input is shifted by rows and the gradient, the other way, by columns:
 * R - 1 and S - 1 copies instead of R S + S + 1, which took as long as the products (ResNet-20's layers: 1.6 to 2 times
 * as fast).
 */
function viewPairs(
  graph: GraphBuilder,
  gradient: Value,
  input: Value,
  sizes: Sizes,
): readonly ViewPair[] {
  const { H, W, R, S, P, Q, stride, padding } = sizes;
  if (stride !== 1 || P !== H || Q !== W) {
    return inputViews(graph, input, sizes).map((view) => ({ gradient, input: view }));
  }
  const rows = Array.from({ length: R }, (_, r) => shift(graph, input, 2, padding - r));
  const columns = Array.from({ length: S }, (_, s) => shift(graph, gradient, 3, s - padding));
  return Array.from({ length: R * S }, (_, position) => ({
    gradient: at(columns, position % S),
    input: at(rows, Math.floor(position / S)),
  }));
}

/**
 * For each kernel position, in order (r, s), the input pixels that it meets: (N, C, P, Q). Columns are cut first, once
 * for all kernel rows, because cutting rows afterwards copies whole stretches of memory.
 */
export function inputViews(
  graph: GraphBuilder,
  input: Value,
  { R, S, P, Q, stride, padding }: Omit<Sizes, 'N' | 'C' | 'H' | 'W' | 'M'>,
): readonly Value[] {
  const around = [0, 0, padding, padding];
  const padded = pad(graph, input, around, around);
  const cut = (from: Value, axis: number, start: number, count: number): Value =>
    slice(graph, from, [{ axis, start, end: start + (count - 1) * stride + 1, step: stride }]);
  const byColumn = Array.from({ length: S }, (_, s) => cut(padded, 3, s, Q));
  return Array.from({ length: R * S }, (_, position) =>
    cut(at(byColumn, position % S), 2, Math.floor(position / S), P),
  );
}

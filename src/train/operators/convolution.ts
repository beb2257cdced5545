// Convolution. Both gradients are made of ordinary convolutions and matrix products, chosen by measurement.

import { at } from '../../core/errors.ts';
import { extentOf, outputSize, type Window } from '../../core/window.ts';
import { matMul, reduce, reshape, reverse, shift, transpose } from '../autodiff/arithmetic.ts';
import type { InputGradient, Tape } from '../autodiff/gradients.ts';
import { type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';
import { backwardAttributes, inputViews, windowAttributes } from './windows.ts';

/** Input (N, C, H, W), kernels (M, C, R, S) and, perhaps, a bias (M). */
export interface ConvolutionInputs {
  readonly input: Value;
  readonly weights: Value;
  readonly bias?: Value | undefined;
}

/** Sizes of one convolution: input (N, C, H, W), kernels (M, C, R, S), output (N, M, P, Q). */
interface Sizes {
  readonly window: Window;
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
export const convolution = (tape: Tape, input: Value, weights: Value, window: Window): Value =>
  convolve(tape, { input, weights }, window);

/** {@link convolution} whose bias, if it has one, is added by the same node. */
export function convolve(
  tape: Tape,
  { input, weights, bias }: ConvolutionInputs,
  window: Window,
): Value {
  const { graph } = tape;
  const sizes = sizesOf(input, weights, window);
  const { N, M, P, Q } = sizes;
  const inputs = bias ? [input, weights, bias] : [input, weights];
  const output = graph.node('Conv', inputs, [N, M, P, Q], {
    attributes: windowAttributes(window),
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

function sizesOf(input: Value, weights: Value, window: Window): Sizes {
  const { images: N, channels: C, height: H, width: W } = imageShape(input);
  const { images: M, height: R, width: S } = imageShape(weights);
  const { height: P, width: Q } = outputSize(window, { height: H, width: W });
  return { N, C, H, W, M, R, S, P, Q, window };
}

/**
 * Gradient of the input. With strides of 1 it is the convolution of the output's gradient with the kernels turned by half
 * a turn, which ONNX Runtime does as fast as the forward one; its ConvTranspose is the slower, general form.
 */
function inputGradient(graph: GraphBuilder, gradient: Value, weights: Value, sizes: Sizes): Value {
  const { N, C, H, W, R, S, window } = sizes;
  const { strides, pads, dilations } = window;
  const extent = extentOf(window);
  const [maxDown, maxAcross] = [extent.height - 1, extent.width - 1];
  const turnedPads = [
    maxDown - pads[0],
    maxAcross - pads[1],
    maxDown - pads[2],
    maxAcross - pads[3],
  ];
  if (strides.every((stride) => stride === 1) && turnedPads.every((count) => count >= 0)) {
    const turned = transpose(
      graph,
      R * S === 1 ? weights : reverse(graph, weights, [2, 3]),
      [1, 0, 2, 3],
    );
    const attributes = { pads: turnedPads, dilations };
    return graph.node('Conv', [gradient, turned], [N, C, H, W], { attributes });
  }
  return graph.node('ConvTranspose', [gradient, weights], [N, C, H, W], {
    attributes: backwardAttributes(window, { height: H, width: W }),
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
      inputViews(graph, input, sizes.window),
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
  const { H, W, R, S, P, Q, window } = sizes;
  const { strides, pads, dilations } = window;
  const keepsSize = strides.every((stride) => stride === 1) && P === H && Q === W;
  const fits = pads.every((count, side) => count <= (side % 2 === 0 ? H : W));
  if (!keepsSize || !fits)
    return inputViews(graph, input, window).map((view) => ({ gradient, input: view }));
  const rows = Array.from({ length: R }, (_, r) =>
    shift(graph, input, 2, pads[0] - r * dilations[0]),
  );
  const columns = Array.from({ length: S }, (_, s) =>
    shift(graph, gradient, 3, s * dilations[1] - pads[1]),
  );
  return Array.from({ length: R * S }, (_, position) => ({
    gradient: at(columns, position % S),
    input: at(rows, Math.floor(position / S)),
  }));
}

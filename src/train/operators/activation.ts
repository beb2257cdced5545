// ReLU and pooling.

import { outputSize, tileSizeOf, type Window, wholeMap } from '../../core/window.ts';
import {
  apply,
  compare,
  divide,
  multiply,
  pad,
  reduce,
  reshape,
  slice,
} from '../autodiff/arithmetic.ts';
import type { Tape } from '../autodiff/gradients.ts';
import { absent, type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';
import {
  inputViews,
  meanGradient,
  type MeanWindow,
  poolAttributes,
  positionsBack,
  windowPixels,
  windowSums,
} from './windows.ts';

/** max(0, input). The gradient at exactly 0 is 0. */
export function relu(tape: Tape, input: Value): Value {
  const { graph } = tape;
  const output = apply(graph, 'Relu', input);
  return tape.record(
    output,
    [input],
    [(gradient) => multiply(graph, gradient, compare(graph, 'Greater', output, graph.scalar(0)))],
  );
}

/**
 * Maximum over windows; padding is never the maximum, and pixels that no window sees are dropped.
 * Pixels that share a window's maximum share its gradient: after quantisation ties are common, and sending the whole
 * gradient to each would count it several times.
 */
export function maxPool(tape: Tape, input: Value, window: Window): Value {
  const { graph } = tape;
  const output = largestOfWindows(graph, input, window);
  const size = tileSizeOf(window);
  return tape.record(
    output,
    [input],
    [
      (gradient) =>
        size === undefined
          ? windowsGradient(graph, { input, output, gradient }, window)
          : tilesGradient(graph, { input, output, gradient }, size),
    ],
  );
}

/** Maximum over each window: (N, C, H, W) to (N, C, P, Q). */
export function largestOfWindows(graph: GraphBuilder, input: Value, window: Window): Value {
  const { images, channels } = imageShape(input);
  const { height, width } = outputSize(window, imageShape(input));
  const attributes = poolAttributes(window);
  return graph.node('MaxPool', [input], [images, channels, height, width], { attributes });
}

interface Pooled {
  readonly input: Value;
  readonly output: Value;
  readonly gradient: Value;
}

/** Below every value that a map has. */
const lowest = -(2 ** 127);

function windowsGradient(
  graph: GraphBuilder,
  { input, output, gradient }: Pooled,
  window: Window,
): Value {
  const { images, channels, height, width } = imageShape(output);
  const one = [images, channels, 1, height, width];
  const views = inputViews(graph, input, window, lowest).map((view) => reshape(graph, view, one));
  const all = one.with(2, views.length);
  const stacked = graph.node('Concat', views, all, { attributes: { axis: 2 } });
  const winners = compare(graph, 'Equal', stacked, reshape(graph, output, one));
  const winnerCount = reduce(graph, 'ReduceSum', winners, { axes: [2] });
  const perWinner = divide(graph, reshape(graph, gradient, one), winnerCount);
  return positionsBack(graph, multiply(graph, winners, perWinner), window, input.shape);
}

/** As {@link windowsGradient} for windows of `size` x `size` side by side, several times as fast. */
function tilesGradient(
  graph: GraphBuilder,
  { input, output, gradient }: Pooled,
  size: number,
): Value {
  const { height, width } = imageShape(input);
  const { height: rows, width: columns } = imageShape(output);
  const windows = { attributes: { kernel_shape: [size, size], strides: [size, size] } };
  const covered = crop(graph, input, rows * size, columns * size);
  const winners = compare(graph, 'Equal', covered, enlarge(graph, output, size));
  const winnerShare = graph.node('AveragePool', [winners], output.shape, windows);
  const winnerCount = multiply(graph, winnerShare, graph.scalar(size * size));
  const perWinner = enlarge(graph, divide(graph, gradient, winnerCount), size);
  const dropped = [0, 0, height - rows * size, width - columns * size];
  return pad(graph, multiply(graph, winners, perWinner), [0, 0, 0, 0], dropped);
}

/** The first rows and columns of (N, C, H, W). */
function crop(graph: GraphBuilder, input: Value, rows: number, columns: number): Value {
  const { height, width } = imageShape(input);
  if (rows === height && columns === width) return input;
  return slice(graph, input, [
    { axis: 2, start: 0, end: rows },
    { axis: 3, start: 0, end: columns },
  ]);
}

/**
 * Each pixel repeated `size` x `size` times. Resize with these modes has a fast path for size 2; broadcasting over
 * split axes instead made the gradient of max-pool four times as slow.
 */
function enlarge(graph: GraphBuilder, input: Value, size: number): Value {
  const { images, channels, height, width } = imageShape(input);
  const scales = graph.floats([1, 1, size, size]);
  return graph.node(
    'Resize',
    [input, absent, scales],
    [images, channels, height * size, width * size],
    {
      attributes: {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      },
    },
  );
}

/** Mean over windows: (N, C, H, W) to (N, C, P, Q), which are 1 x 1 without a window: then it is the whole map. */
export function averagePool(
  tape: Tape,
  input: Value,
  { window = wholeMap(imageShape(input)), countIncludePad = false }: MeanWindow = {},
): Value {
  const { graph } = tape;
  const pixels = windowPixels(graph, input, window, countIncludePad);
  const means = divide(graph, windowSums(graph, input, window), pixels);
  const back = { window, shape: input.shape };
  return tape.record(means, [input], [(gradient) => meanGradient(graph, gradient, pixels, back)]);
}

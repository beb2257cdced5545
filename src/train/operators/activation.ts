// ReLU and pooling.

import { apply, compare, divide, multiply, pad, reduce, slice } from '../autodiff/arithmetic.ts';
import type { Tape } from '../autodiff/gradients.ts';
import { absent, type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';

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
 * Maximum over `size` x `size` windows that do not overlap; pixels that fill no window are dropped.
 * Pixels that share a window's maximum share its gradient: after quantisation ties are common, and sending the whole
 * gradient to each would count it several times.
 */
export function maxPool(tape: Tape, input: Value, size: number): Value {
  const { graph } = tape;
  const { images, channels, height, width } = imageShape(input);
  const rows = Math.floor(height / size);
  const columns = Math.floor(width / size);
  const windows = { attributes: { kernel_shape: [size, size], strides: [size, size] } };
  const output = graph.node('MaxPool', [input], [images, channels, rows, columns], windows);
  return tape.record(
    output,
    [input],
    [
      (gradient) => {
        const covered = crop(graph, input, rows * size, columns * size);
        const winners = compare(graph, 'Equal', covered, enlarge(graph, output, size));
        const winnerShare = graph.node('AveragePool', [winners], output.shape, windows);
        const winnerCount = multiply(graph, winnerShare, graph.scalar(size * size));
        const perWinner = enlarge(graph, divide(graph, gradient, winnerCount), size);
        const dropped = [0, 0, height - rows * size, width - columns * size];
        return pad(graph, multiply(graph, winners, perWinner), [0, 0, 0, 0], dropped);
      },
    ],
  );
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

/** Mean over all pixels of each channel: (N, C, H, W) to (N, C, 1, 1). */
export function averagePool(tape: Tape, input: Value): Value {
  const { graph } = tape;
  const { height, width } = imageShape(input);
  const output = reduce(graph, 'ReduceMean', input, { axes: [2, 3] });
  return tape.record(
    output,
    [input],
    [
      (gradient) => {
        const share = multiply(graph, gradient, graph.scalar(1 / (height * width)));
        return graph.node('Expand', [share, graph.integers(input.shape)], input.shape);
      },
    ],
  );
}

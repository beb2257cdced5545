// Windows in ONNX's words, and what pools and their gradients need of them.

import { at } from '../../core/errors.ts';
import {
  extentOf,
  isSameWindow,
  outputSize,
  positionsOf,
  type Window,
  wholeMap,
} from '../../core/window.ts';
import type { AveragePoolLayer } from '../../network/layer.ts';
import { divide, padWith, reduce, reshape, slice } from '../autodiff/arithmetic.ts';
import { type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';

/** Over what an average pool takes means. */
export type MeanWindow = Pick<AveragePoolLayer, 'window' | 'countIncludePad'>;

/** Attributes of Conv, MaxPool and ConvTranspose; those of pools need {@link poolAttributes}. */
export const windowAttributes = ({
  strides,
  pads,
  dilations,
}: Window): Record<'strides' | 'pads' | 'dilations', readonly number[]> => ({
  strides,
  pads,
  dilations,
});

/** Attributes of MaxPool. */
export const poolAttributes = (window: Window): Record<string, readonly number[]> => ({
  kernel_shape: [window.height, window.width],
  ...windowAttributes(window),
});

/**
 * Attributes of the ConvTranspose that takes output pixels back to a map of `height` x `width`. Rows and columns at the far
 * edge that no window reached get zeros from output_padding.
 */
export function backwardAttributes(
  window: Window,
  map: { readonly height: number; readonly width: number },
): Record<string, readonly number[]> {
  const { strides, pads } = window;
  const output = outputSize(window, map);
  const extent = extentOf(window);
  return {
    ...windowAttributes(window),
    output_padding: [
      map.height + pads[0] + pads[2] - extent.height - (output.height - 1) * strides[0],
      map.width + pads[1] + pads[3] - extent.width - (output.width - 1) * strides[1],
    ],
  };
}

/**
 * For each position of the window, row by row, the input pixels that it meets: (N, C, P, Q). Columns are cut first, once
 * for all rows of the window, because cutting rows afterwards copies whole stretches of memory.
 * @param border value around the map, 0 by default
 */
export function inputViews(
  graph: GraphBuilder,
  input: Value,
  window: Window,
  border = 0,
): readonly Value[] {
  const { width, strides, pads, dilations } = window;
  const output = outputSize(window, imageShape(input));
  const padded = padWith(graph, input, border, {
    before: [0, 0, pads[0], pads[1]],
    after: [0, 0, pads[2], pads[3]],
  });
  const cut = (from: Value, axis: 2 | 3, position: number): Value => {
    const [step, dilation] = [at(strides, axis - 2), at(dilations, axis - 2)];
    const count = axis === 2 ? output.height : output.width;
    const start = position * dilation;
    return slice(graph, from, [{ axis, start, end: start + (count - 1) * step + 1, step }]);
  };
  const byColumn = Array.from({ length: width }, (_, column) => cut(padded, 3, column));
  return Array.from({ length: positionsOf(window) }, (_, position) =>
    cut(at(byColumn, position % width), 2, Math.floor(position / width)),
  );
}

/** Sum over each window: (N, C, H, W) to (N, C, P, Q). */
export function windowSums(graph: GraphBuilder, input: Value, window: Window): Value {
  if (isWhole(window, input.shape)) return reduce(graph, 'ReduceSum', input, { axes: [2, 3] });
  const { images, channels } = imageShape(input);
  const output = outputSize(window, imageShape(input));
  const shape = [images, channels, output.height, output.width];
  return graph.node('Conv', [input, ones(graph, channels, window)], shape, {
    attributes: { ...windowAttributes(window), group: channels },
  });
}

/** Inverse direction of {@link windowSums}: each pixel of a map of `shape` gets the sum of its windows' values. */
export function sumOfWindows(
  graph: GraphBuilder,
  values: Value,
  window: Window,
  shape: readonly number[],
): Value {
  if (isWhole(window, shape)) return graph.node('Expand', [values, graph.integers(shape)], shape);
  const { channels } = imageShape(values);
  return graph.node('ConvTranspose', [values, ones(graph, channels, window)], shape, {
    attributes: {
      ...backwardAttributes(window, { height: at(shape, 2), width: at(shape, 3) }),
      group: channels,
    },
  });
}

/** Is there one window, over the whole map? That is done faster without a convolution. */
const isWhole = (window: Window, shape: readonly number[]): boolean =>
  isSameWindow(window, wholeMap({ height: at(shape, 2), width: at(shape, 3) }));

/** Kernels of ones, one per channel: (C, 1, R, S). */
function ones(graph: GraphBuilder, channels: number, { height, width }: Window): Value {
  const shape = [channels, 1, height, width];
  return graph.node('Expand', [graph.scalar(1), graph.integers(shape)], shape);
}

/** Pixels by which the mean of each window is divided: (1, 1, P, Q), or () where it is the same for all. */
export function windowPixels(
  graph: GraphBuilder,
  input: Value,
  window: Window,
  countIncludePad: boolean,
): Value {
  if (countIncludePad || window.pads.every((count) => count === 0))
    return graph.scalar(positionsOf(window));
  const { height, width } = imageShape(input);
  const shape = [1, 1, height, width];
  const map = graph.node('Expand', [graph.scalar(1), graph.integers(shape)], shape);
  return windowSums(graph, map, window);
}

/** Gradient of a mean over windows: each pixel gets its share from every window that sees it. */
export const meanGradient = (
  graph: GraphBuilder,
  gradient: Value,
  pixels: Value,
  { window, shape }: { readonly window: Window; readonly shape: readonly number[] },
): Value => sumOfWindows(graph, divide(graph, gradient, pixels), window, shape);

/**
 * Gradient of windows that chose among their pixels: `parts` (N, C, R S, P, Q), by position of the window, go back to
 * the pixels that they came from, in a map of `shape`.
 */
export function positionsBack(
  graph: GraphBuilder,
  parts: Value,
  window: Window,
  shape: readonly number[],
): Value {
  const [images = 1, channels = 1, positions = 1, rows = 1, columns = 1] = parts.shape;
  const { height, width } = window;
  // One kernel per position, with a 1 there.
  const chosen = Array.from({ length: positions ** 2 }, (_, i) =>
    i % (positions + 1) === 0 ? 1 : 0,
  );
  const one = reshape(graph, graph.floats(chosen), [1, positions, 1, height, width]);
  const all = [channels, positions, 1, height, width];
  const repeated = graph.node('Expand', [one, graph.integers(all)], all);
  const kernels = reshape(graph, repeated, [channels * positions, 1, height, width]);
  const flat = reshape(graph, parts, [images, channels * positions, rows, columns]);
  return graph.node('ConvTranspose', [flat, kernels], shape, {
    attributes: {
      ...backwardAttributes(window, { height: at(shape, 2), width: at(shape, 3) }),
      group: channels,
    },
  });
}

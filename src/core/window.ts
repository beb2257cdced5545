// Sliding windows over feature maps: which input pixels an output pixel sees. Convolutions, pools and the macro's groups
// all move this way.

import type { Size } from './feature-map.ts';

/** A place in a map. */
export interface Pixel {
  readonly y: number;
  readonly x: number;
}

/** A window that moves over a map, with the attributes of ONNX. All numbers are whole; lengths are in pixels. */
export interface Window {
  /** Rows and columns of the window: its positions, 1 or more of each. */
  readonly height: number;
  readonly width: number;
  /** From one output pixel to the next, down and to the right; 1 or more. */
  readonly strides: readonly [y: number, x: number];
  /** Border around the map, where there is nothing: in ONNX's order, 0 or more. */
  readonly pads: readonly [top: number, left: number, bottom: number, right: number];
  /** From one position of the window to the next, down and to the right; 1 or more. 1 leaves no holes. */
  readonly dilations: readonly [y: number, x: number];
}

/**
 * A window without holes that moves and is padded alike in all directions.
 * @param options `stride` is 1 and `padding` 0 by default
 */
export function symmetricWindow(
  height: number,
  width: number,
  options: { readonly stride?: number | undefined; readonly padding?: number | undefined } = {},
): Window {
  const { stride = 1, padding = 0 } = options;
  return {
    height,
    width,
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    dilations: [1, 1],
  };
}

/** A window of one pixel. */
export const onePixel: Window = symmetricWindow(1, 1);

/** A window that covers a whole map. */
export const wholeMap = ({ height, width }: Size): Window => symmetricWindow(height, width);

/** Windows of `size` x `size` side by side: they do not overlap. */
export const tilingWindow = (size: number): Window => symmetricWindow(size, size, { stride: size });

/** Stride and padding of a {@link symmetricWindow}; undefined for any other window. */
export function symmetryOf(
  window: Window,
): { readonly stride: number; readonly padding: number } | undefined {
  const [stride] = window.strides;
  const [padding] = window.pads;
  const isSymmetric =
    window.strides[1] === stride &&
    window.pads.every((pad) => pad === padding) &&
    window.dilations.every((dilation) => dilation === 1);
  return isSymmetric ? { stride, padding } : undefined;
}

/** Size of a {@link tilingWindow}; undefined for any other window. */
export function tileSizeOf(window: Window): number | undefined {
  const { height, width } = window;
  const symmetry = symmetryOf(window);
  return height === width && symmetry?.stride === height && symmetry.padding === 0
    ? height
    : undefined;
}

/** Are two windows the same? */
export const isSameWindow = (a: Window, b: Window): boolean =>
  numbersOf(a).every((value, i) => value === numbersOf(b)[i]);

const numbersOf = (window: Window): readonly number[] => [
  window.height,
  window.width,
  ...window.strides,
  ...window.pads,
  ...window.dilations,
];

/** Positions of a window. */
export const positionsOf = ({ height, width }: Window): number => height * width;

/** Pixels from the first to the last row and column of a window, holes included. */
export const extentOf = ({ height, width, dilations }: Window): Size => ({
  height: (height - 1) * dilations[0] + 1,
  width: (width - 1) * dilations[1] + 1,
});

/** Output pixels of a window that moves over `map`: less than 1 where the padded map is smaller than the window. */
export function outputSize(window: Window, map: Size): Size {
  const { strides, pads } = window;
  const extent = extentOf(window);
  return {
    height: Math.floor((map.height + pads[0] + pads[2] - extent.height) / strides[0]) + 1,
    width: Math.floor((map.width + pads[1] + pads[3] - extent.width) / strides[1]) + 1,
  };
}

/** Input pixel at a position of the window of an output pixel, positions counted row by row. It may lie outside the map. */
export function inputPixel(window: Window, output: Pixel, position: number): Pixel {
  const { width, strides, pads, dilations } = window;
  return {
    y: output.y * strides[0] - pads[0] + Math.floor(position / width) * dilations[0],
    x: output.x * strides[1] - pads[1] + (position % width) * dilations[1],
  };
}

/** Does a pixel lie in a map, rather than in the border around it? */
export const isInside = ({ height, width }: Size, { y, x }: Pixel): boolean =>
  y >= 0 && y < height && x >= 0 && x < width;

/**
 * Calls `visit` for each window position whose input pixel lies inside the map.
 * @param position number of the position in the window, row by row
 * @param pixel number of the input pixel in its image, row by row
 */
export function forEachInside(
  window: Window,
  map: Size,
  output: Pixel,
  visit: (position: number, pixel: number) => void,
): void {
  const [down, right] = window.dilations;
  const top = output.y * window.strides[0] - window.pads[0];
  const left = output.x * window.strides[1] - window.pads[1];
  const firstRow = Math.max(0, Math.ceil(-top / down));
  const firstColumn = Math.max(0, Math.ceil(-left / right));
  for (let row = firstRow; row < window.height; row++) {
    const y = top + row * down;
    if (y >= map.height) break;
    for (let column = firstColumn; column < window.width; column++) {
      const x = left + column * right;
      if (x >= map.width) break;
      visit(row * window.width + column, y * map.width + x);
    }
  }
}

/**
 * How many windows see each row and each column of a map, over all output pixels: pixel (y, x) lies in
 * `rows[y] * columns[x]` windows.
 */
export function windowsOver(
  window: Window,
  map: Size,
): { readonly rows: Uint32Array; readonly columns: Uint32Array } {
  const [down, right] = axesOf(window);
  const output = outputSize(window, map);
  return {
    rows: windowsAlong(down, map.height, output.height),
    columns: windowsAlong(right, map.width, output.width),
  };
}

/** One direction of a window. */
interface Axis {
  readonly positions: number;
  readonly stride: number;
  readonly before: number;
  readonly dilation: number;
}

const axesOf = ({ height, width, strides, pads, dilations }: Window): readonly [Axis, Axis] => [
  { positions: height, stride: strides[0], before: pads[0], dilation: dilations[0] },
  { positions: width, stride: strides[1], before: pads[1], dilation: dilations[1] },
];

function windowsAlong(axis: Axis, size: number, outputs: number): Uint32Array {
  const seen = new Uint32Array(size);
  for (let output = 0; output < outputs; output++)
    for (let position = 0; position < axis.positions; position++) {
      const pixel = output * axis.stride - axis.before + position * axis.dilation;
      if (pixel >= 0 && pixel < size) seen[pixel] = (seen[pixel] as number) + 1;
    }
  return seen;
}

/** What is wrong with a window that moves over `map`, in words that follow a layer's name; undefined where it fits. */
export function windowFault(window: Window, map: Size): string | undefined {
  const { height, width, strides, pads, dilations } = window;
  const counts: readonly [string, readonly number[], min: number][] = [
    ['window', [height, width], 1],
    ['strides', strides, 1],
    ['pads', pads, 0],
    ['dilations', dilations, 1],
  ];
  for (const [name, values, min] of counts)
    if (!values.every((value) => Number.isInteger(value) && value >= min))
      return `has ${name} of ${values.join(', ')}: each must be a whole number from ${min} up`;
  const output = outputSize(window, map);
  if (output.height > 0 && output.width > 0) return undefined;
  const extent = extentOf(window);
  const padded = {
    height: map.height + pads[0] + pads[2],
    width: map.width + pads[1] + pads[3],
  };
  const around = pads.some((pad) => pad > 0) ? ` with its pads ${pads.join(', ')}` : '';
  return `its window spans ${sizeText(extent)} pixels, but its input has ${sizeText(padded)}${around}`;
}

/**
 * As {@link windowFault} for a pool: its pads must be smaller than its window, as ONNX Runtime asks for, and each of its
 * windows must see the map, for a border has neither a maximum nor a mean.
 */
export function poolFault(window: Window, map: Size): string | undefined {
  const fault = windowFault(window, map);
  if (fault !== undefined) return fault;
  const { height, width, pads } = window;
  if (pads.some((pad, side) => pad >= (side % 2 === 0 ? height : width)))
    return `has pads of ${pads.join(', ')}: those of a pool must be smaller than its window ${sizeText(window)}`;
  const [down, right] = axesOf(window);
  const output = outputSize(window, map);
  const row = firstBlind(down, map.height, output.height);
  const column = firstBlind(right, map.width, output.width);
  if (row < 0 && column < 0) return undefined;
  const where = row < 0 ? `column ${column}` : `row ${row}`;
  return `its window sees nothing but padding at ${where} of its output`;
}

/** First output at which no position of the window lies in the map; -1 where there is none. */
function firstBlind(axis: Axis, size: number, outputs: number): number {
  for (let output = 0; output < outputs; output++) {
    const first = output * axis.stride - axis.before;
    const position = Math.max(0, Math.ceil(-first / axis.dilation));
    if (position >= axis.positions || first + position * axis.dilation >= size) return output;
  }
  return -1;
}

const sizeText = ({ height, width }: Size): string => `${height}x${width}`;

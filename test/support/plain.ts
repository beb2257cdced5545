// Layers computed the plain way, from their definitions alone: what the tests hold the code against. Shares no code
// with src. Exact for integers below 2^53.

import type { Shape } from '../../src/core/feature-map.ts';
import type { Window } from '../../src/core/window.ts';

/** Values of a batch, order (image, y, x, channel). */
export interface PlainMap extends Shape {
  readonly images: number;
  readonly data: ArrayLike<number>;
}

/** A convolution's sizes and values; weights of order (M, C, R, S). */
export interface PlainKernels {
  readonly channels: number;
  readonly kernels: number;
  readonly window: Window;
  readonly weights: ArrayLike<number>;
  readonly bias?: ArrayLike<number> | undefined;
}

/** Where a value lies in a {@link PlainMap}. */
export interface Place {
  readonly image: number;
  readonly y: number;
  readonly x: number;
  readonly c: number;
}

/** The value at a place; `around` outside the map. */
export function valueAt(map: PlainMap, { image, y, x, c }: Place, around = 0): number {
  if (y < 0 || x < 0 || y >= map.height || x >= map.width) return around;
  return map.data[((image * map.height + y) * map.width + x) * map.channels + c]!;
}

/** Calls `value` for each place of a map, in order. */
export function fillMap(
  shape: Shape & { readonly images: number },
  value: (place: Place) => number,
): Float64Array {
  const data = new Float64Array(shape.images * shape.height * shape.width * shape.channels);
  let to = 0;
  for (let image = 0; image < shape.images; image++)
    for (let y = 0; y < shape.height; y++)
      for (let x = 0; x < shape.width; x++)
        for (let c = 0; c < shape.channels; c++) data[to++] = value({ image, y, x, c });
  return data;
}

/**
 * Rows and columns that a window has over a map, by trying: as many as there are before its last position leaves the
 * padded map.
 */
export function plainOutputSize(
  window: Window,
  map: Omit<Shape, 'channels'>,
): Omit<Shape, 'channels'> {
  const { height, width, strides, pads, dilations } = window;
  let [rows, columns] = [0, 0];
  while (rows * strides[0] + (height - 1) * dilations[0] < map.height + pads[0] + pads[2]) rows++;
  while (columns * strides[1] + (width - 1) * dilations[1] < map.width + pads[1] + pads[3])
    columns++;
  return { height: rows, width: columns };
}

/** The convolution as its definition stands: seven loops, in doubles. */
export function plainConvolution(layer: PlainKernels, input: PlainMap): PlainMap {
  const { height, width, strides, pads, dilations } = layer.window;
  const shape = {
    images: input.images,
    ...plainOutputSize(layer.window, input),
    channels: layer.kernels,
  };
  const data = fillMap(shape, ({ image, y, x, c: m }) => {
    let sum = layer.bias?.[m] ?? 0;
    for (let c = 0; c < layer.channels; c++)
      for (let r = 0; r < height; r++)
        for (let s = 0; s < width; s++) {
          const weight = layer.weights[((m * layer.channels + c) * height + r) * width + s]!;
          const at = {
            image,
            y: y * strides[0] + r * dilations[0] - pads[0],
            x: x * strides[1] + s * dilations[1] - pads[1],
            c,
          };
          sum += weight * valueAt(input, at);
        }
    return sum;
  });
  return { ...shape, data };
}

/** What `take` makes of the values inside the map that each window sees. */
export function plainPool(
  window: Window,
  input: PlainMap,
  take: (seen: readonly number[]) => number,
): PlainMap {
  const { strides, pads, dilations } = window;
  const { images, channels } = input;
  const shape = { images, ...plainOutputSize(window, input), channels };
  const data = fillMap(shape, ({ image, y, x, c }) => {
    const seen: number[] = [];
    for (let r = 0; r < window.height; r++)
      for (let s = 0; s < window.width; s++) {
        const inY = y * strides[0] + r * dilations[0] - pads[0];
        const inX = x * strides[1] + s * dilations[1] - pads[1];
        if (inY >= 0 && inX >= 0 && inY < input.height && inX < input.width)
          seen.push(valueAt(input, { image, y: inY, x: inX, c }));
      }
    return take(seen);
  });
  return { ...shape, data };
}

/** Largest value of each window. */
export const plainMaxPool = (window: Window, input: PlainMap): PlainMap =>
  plainPool(window, input, (seen) => Math.max(...seen));

/** `floor(numerator / denominator + 1/2)`, in big integers. */
export function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  const twice = 2n * numerator + denominator;
  const quotient = twice / (2n * denominator);
  return twice < 0n && twice % (2n * denominator) !== 0n ? quotient - 1n : quotient;
}

/** `floor(value * multiplier / 2^shift + 1/2)`, in big integers. */
export function scaledExactly(
  value: number,
  scale: { readonly multiplier: number; readonly shift: number },
): number {
  const up = scale.shift < 0 ? 1n << BigInt(-scale.shift) : 1n;
  const down = scale.shift > 0 ? 1n << BigInt(scale.shift) : 1n;
  return Number(roundedQuotient(BigInt(value) * BigInt(scale.multiplier) * up, down));
}

// Layers computed the plain way, from their definitions alone: what the tests hold the code against. Shares no code
// with src. Exact for integers below 2^53.

import type { Shape } from '../../src/core/feature-map.ts';

/** Values of a batch, order (image, y, x, channel). */
export interface PlainMap extends Shape {
  readonly images: number;
  readonly data: ArrayLike<number>;
}

/** A convolution's sizes and values; weights of order (M, C, R, S). */
export interface PlainKernels {
  readonly channels: number;
  readonly kernels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
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

/** The value at a place; 0 around the map. */
export function valueAt(map: PlainMap, { image, y, x, c }: Place): number {
  if (y < 0 || x < 0 || y >= map.height || x >= map.width) return 0;
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

/** The convolution as its definition stands: seven loops, in doubles. */
export function plainConvolution(layer: PlainKernels, input: PlainMap): PlainMap {
  const over = (size: number, kernel: number): number =>
    Math.floor((size + 2 * layer.padding - kernel) / layer.stride) + 1;
  const shape = {
    images: input.images,
    height: over(input.height, layer.kernelHeight),
    width: over(input.width, layer.kernelWidth),
    channels: layer.kernels,
  };
  const data = fillMap(shape, ({ image, y, x, c: m }) => {
    let sum = layer.bias?.[m] ?? 0;
    for (let c = 0; c < layer.channels; c++)
      for (let r = 0; r < layer.kernelHeight; r++)
        for (let s = 0; s < layer.kernelWidth; s++) {
          const weight =
            layer.weights[
              ((m * layer.channels + c) * layer.kernelHeight + r) * layer.kernelWidth + s
            ]!;
          const at = {
            image,
            y: y * layer.stride + r - layer.padding,
            x: x * layer.stride + s - layer.padding,
            c,
          };
          sum += weight * valueAt(input, at);
        }
    return sum;
  });
  return { ...shape, data };
}

/** Largest of windows that do not overlap. */
export function plainMaxPool(size: number, input: PlainMap): PlainMap {
  const shape = {
    images: input.images,
    height: Math.floor(input.height / size),
    width: Math.floor(input.width / size),
    channels: input.channels,
  };
  const data = fillMap(shape, ({ image, y, x, c }) => {
    const seen: number[] = [];
    for (let dy = 0; dy < size; dy++)
      for (let dx = 0; dx < size; dx++)
        seen.push(valueAt(input, { image, y: y * size + dy, x: x * size + dx, c }));
    return Math.max(...seen);
  });
  return { ...shape, data };
}

/** Sum over the whole map of each channel; divide by the pixels for the mean. */
export function plainChannelSums(input: PlainMap): PlainMap {
  const shape = { images: input.images, height: 1, width: 1, channels: input.channels };
  const data = fillMap(shape, ({ image, c }) => {
    let sum = 0;
    for (let y = 0; y < input.height; y++)
      for (let x = 0; x < input.width; x++) sum += valueAt(input, { image, y, x, c });
    return sum;
  });
  return { ...shape, data };
}

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

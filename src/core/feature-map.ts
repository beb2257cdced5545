// Activations of one layer for a batch of images, stored as the chip stores them: pixel by pixel, channels innermost.

import { countOf } from './words.ts';

/** Pixels of a feature map or a window. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Height, width and channels of the feature map of one image. */
export interface Shape extends Size {
  readonly channels: number;
}

/** Unsigned activations of a batch, order (image, y, x, channel). */
export interface FeatureMap extends Shape {
  readonly images: number;
  /** Bits per activation, 1 ... 8. Every value is below 2^bits. */
  readonly bits: number;
  readonly data: Uint8Array;
}

/** Real-valued activations of a batch, order (image, y, x, channel). */
export interface FloatMap extends Shape {
  readonly images: number;
  readonly data: Float32Array;
}

/** Activations of one image. */
export const activationsPerImage = (shape: Shape): number =>
  shape.height * shape.width * shape.channels;

/** Shape as a person writes it: `28x28x16` (height, width, channels). */
export const shapeText = (shape: Shape): string =>
  `${shape.height}x${shape.width}x${shape.channels}`;

/** Size as a person writes it: `3x3` (height, width). */
export const sizeText = ({ height, width }: Size): string => `${height}x${width}`;

/** What is wrong with the number of a map's values, in words; undefined where they are as many as its shape says. */
export function lengthFault(map: FeatureMap): string | undefined {
  const wanted = map.images * activationsPerImage(map);
  return map.data.length === wanted
    ? undefined
    : `${countOf(map.images, 'image')} of ${shapeText(map)} ${map.images === 1 ? 'has' : 'have'} ${wanted} values, there are ${map.data.length}`;
}

/** Images `first ... first+count-1` of a batch, without copying. */
export function imageSlice(map: FeatureMap, first: number, count: number): FeatureMap {
  const size = activationsPerImage(map);
  return { ...map, images: count, data: map.data.subarray(first * size, (first + count) * size) };
}

/** Position, from `first` on, of the largest of `values` between `first` and `end`; the first of equals. */
export function argmax(values: ArrayLike<number>, first = 0, end: number = values.length): number {
  let best = first;
  for (let i = first + 1; i < end; i++)
    if ((values[i] as number) > (values[best] as number)) best = i;
  return best - first;
}

/** The class with the largest of each image's outputs, order (image, class). */
export const predictedClasses = (outputs: ArrayLike<number>, classes: number): Uint16Array =>
  Uint16Array.from({ length: outputs.length / classes }, (_, image) =>
    argmax(outputs, image * classes, (image + 1) * classes),
  );

// Pixels around an image that stand for the mean of its channels: what pads of a layer that reads normalised pixels are.

import type { FeatureMap, Shape } from './feature-map.ts';

/** A border that an image gets before it is stored on the chip. */
export interface ImageBorder {
  /** Rows above, columns to the left, rows below, columns to the right. */
  readonly pads: readonly [top: number, left: number, bottom: number, right: number];
  /** Of each channel, 0 ... 255. */
  readonly pixels: readonly number[];
}

/** The shape of an image with its border. */
export function borderedShape({ height, width, channels }: Shape, border: ImageBorder): Shape {
  const [top, left, bottom, right] = border.pads;
  return { height: height + top + bottom, width: width + left + right, channels };
}

/** Inverse of {@link borderedShape}; the shape itself where there is no border. */
export function imageShape({
  input,
  border,
}: {
  readonly input: Shape;
  readonly border?: ImageBorder | undefined;
}): Shape {
  if (!border) return input;
  const [top, left, bottom, right] = border.pads;
  const { height, width, channels } = input;
  return { height: height - top - bottom, width: width - left - right, channels };
}

/** 8-bit images with a border around each, where there is one. */
export function withBorder(images: FeatureMap, border: ImageBorder | undefined): FeatureMap {
  if (!border) return images;
  const { height, width, channels } = images;
  const shape = borderedShape(images, border);
  const [top, left] = border.pads;
  const data = Uint8Array.from(
    { length: images.images * shape.height * shape.width * channels },
    (_, i) => border.pixels[i % channels] as number,
  );
  const row = width * channels;
  for (let image = 0; image < images.images; image++)
    for (let y = 0; y < height; y++) {
      const from = (image * height + y) * row;
      const to = ((image * shape.height + top + y) * shape.width + left) * channels;
      data.set(images.data.subarray(from, from + row), to);
    }
  return { ...images, ...shape, data };
}

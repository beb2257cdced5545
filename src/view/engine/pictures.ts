// A person's own pictures as test images: what the browser can open, scaled to what the network reads. The name of a file
// says what it shows.

import { CimError } from '../../core/errors.ts';
import type { Shape } from '../../core/feature-map.ts';
import { cifar10Classes } from '../../datasets/cifar.ts';
import { type ImageSet, toImageSet } from '../../datasets/image-set.ts';
import type { NamedBytes } from './user-files.ts';

/** Whether a file is a picture, by its name. */
export const isPicture = ({ name }: Pick<NamedBytes, 'name'>): boolean =>
  /\.(?:png|jpe?g|webp|gif|bmp|avif)$/i.test(name);

/** What pictures are to become. */
export interface PictureTarget {
  /** Data set that the network was trained on. */
  readonly dataset: string;
  readonly classes: number;
  readonly input: Shape;
}

/** Opens a picture and scales it: red, green, blue and opacity of each pixel, black where it is transparent. */
export type OpenPicture = (
  file: NamedBytes,
  size: Pick<Shape, 'height' | 'width'>,
) => Promise<Uint8ClampedArray>;

/**
 * The pictures as 8-bit images of the network's size; grey ones (BT.601 luma) where it has one channel. A picture that has
 * the size already keeps its pixels.
 * @throws {CimError} (input) when a file is no picture, or its name does not begin with a class
 */
export async function readPictures(
  files: readonly NamedBytes[],
  target: PictureTarget,
  open: OpenPicture,
): Promise<ImageSet> {
  const { dataset, classes, input } = target;
  const size = input.height * input.width * input.channels;
  const data = new Uint8Array(files.length * size);
  const labels = Uint8Array.from(files, ({ name }) => classOf(name, target));
  for (const [i, file] of files.entries())
    data.set(channelsOf(await open(file, input), input), i * size);
  const images = { ...input, images: files.length, bits: 8, data };
  return toImageSet({ name: `${dataset} pictures`, classes, images, labels }, 'pictures');
}

/** The class that a file's name begins with, as a number or, for CIFAR-10, as a word. */
export function classOf(name: string, { dataset, classes }: PictureTarget): number {
  const [word = ''] = /^[a-z]+|^\d+/i.exec(name) ?? [];
  const named = dataset === 'cifar10' ? cifar10Classes.indexOf(word.toLowerCase()) : -1;
  const label = named >= 0 ? named : Number(word || NaN);
  if (label < classes) return label;
  const words = dataset === 'cifar10' ? `, or ${cifar10Classes.join(', ')}` : '';
  throw new CimError('input', {
    what: `"${name}" does not begin with the class of what it shows`,
    where: ['images', name],
    todo: `name it by its class, 0 to ${classes - 1}${words}, such as ${dataset === 'cifar10' ? 'cat' : '7'}-mine.png`,
  });
}

/** From red, green, blue and opacity of each pixel to what the network reads, order (y, x, channel). */
function channelsOf(rgba: Uint8ClampedArray, { height, width, channels }: Shape): Uint8Array {
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(4 * i, 4 * i + 3);
    if (channels === 1) pixels[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else pixels.set([red, green, blue], i * channels);
  }
  return pixels;
}

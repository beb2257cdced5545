// Batches for training: images in random order, each moved a little and perhaps mirrored, as real numbers.

import { quantizePixels } from '../../core/pixels.ts';
import { at } from '../../core/errors.ts';
import { activationsPerImage } from '../../core/feature-map.ts';
import { randomWord, shuffled } from '../../core/random.ts';
import type { ImageSet, Labels } from '../../datasets/image-set.ts';
import { shrinker } from './shrink.ts';

/** The tensors of one batch. */
export interface Batch {
  /** The number that each pixel stands for, order (image, channel, y, x). */
  readonly images: Float32Array;
  /** Wanted probabilities: 1 for the image's class and 0 for the others, or smoothed; order (image, class). */
  readonly targets: Float32Array;
  readonly labels: Labels;
}

/** How batches are drawn. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly seed: number;
  /**
   * Images are moved by up to this many pixels in each direction, zeros coming in; 0 leaves them in place. The same as
   * cutting the image's size at random out of the image with so many zeros around it.
   */
  readonly largestShift: number;
  /** Mirrors every second image, at random, left to right. */
  readonly flip?: boolean;
  /** The number that each of the 256 pixel values stands for; pixel / 255 by default. */
  readonly pixels?: Float32Array | undefined;
  /** Share of the probability that goes evenly to all classes, 0 ... 1; 0 by default. */
  readonly labelSmoothing?: number | undefined;
  /** Rows and columns that images are shrunk to, after they are moved and mirrored; their own by default. */
  readonly side?: number | undefined;
  /** Batches of the epoch that are left out at its beginning, because they are done. */
  readonly skip?: number;
}

// Streams of random numbers, one of each per epoch.
const shuffleStream = 0x1_0000;
const shiftStream = 0x2_0000;
const flipStream = 0x3_0000;

/** Pixel values as networks in real arithmetic read them. */
export const realPixels: Float32Array = Float32Array.from({ length: 256 }, (_, p) => p / 255);

/** Pixel values as an integer network with activations of `bits` bits reads them. */
export const integerPixels = (bits: number): Float32Array =>
  Float32Array.from(
    quantizePixels(
      Uint8Array.from({ length: 256 }, (_, p) => p),
      bits,
    ),
  );

/** The batches of one epoch. Images that fill no batch are left out; the next epoch's order is another. */
export function* epochBatches(
  set: ImageSet,
  epoch: number,
  options: BatchOptions,
): Generator<Batch> {
  const { batchSize, seed, largestShift, flip = false, pixels = realPixels, skip = 0 } = options;
  const { labelSmoothing = 0, side } = options;
  const shared = labelSmoothing / set.classes;
  const order = shuffled(set.images.images, seed, shuffleStream + epoch);
  const size = activationsPerImage(set.images);
  const shrink = side === undefined ? undefined : shrinker(set.images, side);
  for (let first = skip * batchSize; first + batchSize <= order.length; first += batchSize) {
    const images = new Float32Array(batchSize * size);
    const targets = new Float32Array(batchSize * set.classes).fill(shared);
    const labels = set.classes > 256 ? new Uint16Array(batchSize) : new Uint8Array(batchSize);
    for (let i = 0; i < batchSize; i++) {
      const image = at(order, first + i);
      const shift =
        largestShift > 0
          ? randomShift(randomWord(seed, shiftStream + epoch, image), largestShift)
          : noShift;
      const mirrored = flip && randomWord(seed, flipStream + epoch, image) >>> 31 === 1;
      copyImage(set, image, images.subarray(i * size, (i + 1) * size), {
        ...shift,
        mirrored,
        pixels,
      });
      labels[i] = at(set.labels, image);
      targets[i * set.classes + at(labels, i)] = 1 - labelSmoothing + shared;
    }
    yield { images: shrink ? shrink(images, batchSize) : images, targets, labels };
  }
}

interface Shift {
  readonly down: number;
  readonly right: number;
}
const noShift: Shift = { down: 0, right: 0 };

/** Both shifts, each -largest ... largest, from the two halves of a random word. */
function randomShift(word: number, largest: number): Shift {
  const choices = 2 * largest + 1;
  return {
    down: ((word & 0xffff) % choices) - largest,
    right: ((word >>> 16) % choices) - largest,
  };
}

/** How {@link copyImage} changes an image. */
export interface ImageChange extends Shift {
  readonly mirrored: boolean;
  /** The number that each pixel value stands for. */
  readonly pixels: Float32Array;
}

/** Leaves the image in place, pixel p as p / 255. */
export const unchanged: ImageChange = { ...noShift, mirrored: false, pixels: realPixels };

/** Copies one image from (y, x, channel) bytes to (channel, y, x) numbers, mirrored first, then moved. */
export function copyImage(
  set: ImageSet,
  image: number,
  to: Float32Array,
  change: ImageChange,
): void {
  const { height, width, channels, data } = set.images;
  const { down, right, mirrored, pixels } = change;
  const start = image * height * width * channels;
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++)
    for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
      const column = mirrored ? width - 1 - (x - right) : x - right;
      const from = start + ((y - down) * width + column) * channels;
      for (let c = 0; c < channels; c++)
        to[(c * height + y) * width + x] = pixels[data[from + c] as number] as number;
    }
}

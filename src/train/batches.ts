// Batches for training: images in random order, each moved a little, as real numbers.

import { at } from '../core/errors.ts';
import { activationsPerImage } from '../core/feature-map.ts';
import { randomWord, shuffled } from '../core/random.ts';
import type { ImageSet } from '../datasets/image-set.ts';

/** The tensors of one batch. */
export interface Batch {
  /** Pixel / 255, order (image, channel, y, x). */
  readonly images: Float32Array;
  /** 1 for the image's class, 0 for the others; order (image, class). */
  readonly targets: Float32Array;
  readonly labels: Uint8Array;
}

/** How batches are drawn. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Images are moved by up to this many pixels in each direction, zeros coming in; 0 leaves them in place. */
  readonly largestShift: number;
}

// Streams of random numbers, one of each per epoch.
const shuffleStream = 0x1_0000;
const shiftStream = 0x2_0000;

/** The batches of one epoch. Images that fill no batch are left out; the next epoch's order is another. */
export function* epochBatches(
  set: ImageSet,
  epoch: number,
  options: BatchOptions,
): Generator<Batch> {
  const { batchSize, seed, largestShift } = options;
  const order = shuffled(set.images.images, seed, shuffleStream + epoch);
  const size = activationsPerImage(set.images);
  for (let first = 0; first + batchSize <= order.length; first += batchSize) {
    const images = new Float32Array(batchSize * size);
    const targets = new Float32Array(batchSize * set.classes);
    const labels = new Uint8Array(batchSize);
    for (let i = 0; i < batchSize; i++) {
      const image = at(order, first + i);
      const shift =
        largestShift > 0
          ? randomShift(randomWord(seed, shiftStream + epoch, image), largestShift)
          : noShift;
      copyImage(set, image, shift, images.subarray(i * size, (i + 1) * size));
      labels[i] = at(set.labels, image);
      targets[i * set.classes + at(labels, i)] = 1;
    }
    yield { images, targets, labels };
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

/** Copies one image from (y, x, channel) bytes to (channel, y, x) numbers in 0 ... 1, moved by `shift`. */
export function copyImage(set: ImageSet, image: number, shift: Shift, to: Float32Array): void {
  const { height, width, channels, data, bits } = set.images;
  const start = image * height * width * channels;
  const highest = 2 ** bits - 1;
  for (let y = Math.max(0, shift.down); y < Math.min(height, height + shift.down); y++)
    for (let x = Math.max(0, shift.right); x < Math.min(width, width + shift.right); x++) {
      const from = start + ((y - shift.down) * width + x - shift.right) * channels;
      for (let c = 0; c < channels; c++)
        to[(c * height + y) * width + x] = at(data, from + c) / highest;
    }
}

import { describe, expect, it } from 'vitest';
import type { ImageSet } from '../../src/datasets/image-set.ts';
import { copyImage, epochBatches } from '../../src/train/batches.ts';

/** `count` images of 3x4 pixels and 2 channels, whose bytes tell where they are from. */
function numberedImages(count: number): ImageSet {
  const data = Uint8Array.from({ length: count * 24 }, (_, i) => i);
  const images = { images: count, height: 3, width: 4, channels: 2, bits: 8, data };
  return {
    name: 'numbered',
    classes: 3,
    images,
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
  };
}

describe('copyImage', () => {
  const moved = (down: number, right: number): number[] => {
    const to = new Float32Array(24);
    copyImage(numberedImages(2), 1, { down, right }, to);
    return [...to].map((value) => Math.round(value * 255));
  };

  it('puts channels first', () => {
    const firstChannel = Array.from({ length: 12 }, (_, pixel) => 24 + 2 * pixel);

    expect(moved(0, 0)).toEqual([...firstChannel, ...firstChannel.map((value) => value + 1)]);
  });

  it('moves the image, zeros coming in', () => {
    expect(moved(1, -1).slice(0, 12)).toEqual([0, 0, 0, 0, 26, 28, 30, 0, 34, 36, 38, 0]);
    expect(moved(-2, 2).slice(0, 12)).toEqual([0, 0, 40, 42, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('epochBatches', () => {
  const options = { batchSize: 4, seed: 5, largestShift: 0 };

  it('takes every image at most once, and only full batches', () => {
    const labels = [...epochBatches(numberedImages(10), 0, options)].map(
      (batch) => batch.images[0],
    );

    expect(labels).toHaveLength(2);
    const firstPixels = [...epochBatches(numberedImages(10), 0, options)].flatMap((batch) =>
      [0, 1, 2, 3].map((i) => Math.round((batch.images[i * 24] as number) * 255)),
    );
    expect(new Set(firstPixels).size).toBe(8);
  });

  it('marks the label of each image among the targets', () => {
    for (const { targets, labels } of epochBatches(numberedImages(8), 0, options))
      labels.forEach((label, i) =>
        expect([...targets.subarray(3 * i, 3 * i + 3)].indexOf(1)).toBe(label),
      );
  });

  it('repeats itself for the same seed and epoch, and differs for others', () => {
    const order = (seed: number, epoch: number): string =>
      [...epochBatches(numberedImages(10), epoch, { batchSize: 10, seed, largestShift: 2 })]
        .map((b) => b.images.join())
        .join();

    expect(order(1, 0)).toBe(order(1, 0));
    expect(order(1, 0)).not.toBe(order(1, 1));
    expect(order(1, 0)).not.toBe(order(2, 0));
  });
});

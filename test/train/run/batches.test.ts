import { describe, expect, it } from 'vitest';
import type { ImageSet } from '../../../src/datasets/image-set.ts';
import {
  copyImage,
  epochBatches,
  integerPixels,
  unchanged,
} from '../../../src/train/run/batches.ts';

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
  const moved = (down: number, right: number, mirrored = false): number[] => {
    const to = new Float32Array(24);
    copyImage(numberedImages(2), 1, to, { ...unchanged, down, right, mirrored });
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

  it('mirrors the image left to right, before it moves it', () => {
    const row = [30, 28, 26, 24];

    expect(moved(0, 0, true).slice(0, 4)).toEqual(row);
    expect(moved(0, 1, true).slice(0, 4)).toEqual([0, ...row.slice(0, 3)]);
  });

  it('gives pixels as an integer network reads them', () => {
    expect([...integerPixels(8)]).toEqual(Array.from({ length: 256 }, (_, p) => p));
    expect([0, 8, 9, 128, 255].map((p) => integerPixels(4)[p])).toEqual([0, 0, 1, 8, 15]);
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

  it('smooths what is wanted, and shrinks images', () => {
    const [batch] = epochBatches(numberedImages(8), 0, {
      ...options,
      labelSmoothing: 0.3,
      side: 2,
    });

    batch!.labels.forEach((label, i) => {
      const wanted = [...batch!.targets.subarray(3 * i, 3 * i + 3)];
      [0, 1, 2].forEach((c) =>
        expect(wanted[c]).toBe(Math.fround(c === label ? 1 - 0.3 + 0.3 / 3 : 0.3 / 3)),
      );
    });
    expect(batch!.images).toHaveLength(batch!.labels.length * 2 * 4);
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

  it('mirrors about every second image, others in each epoch', () => {
    const count = 400;
    const set = numberedImages(count);
    const still = { batchSize: count, seed: 2, largestShift: 0 };
    const mirrored = (epoch: number): boolean[] => {
      const [plain] = epochBatches(set, epoch, still);
      const [flipped] = epochBatches(set, epoch, { ...still, flip: true });
      return Array.from(
        { length: count },
        (_, i) => plain!.images[i * 24] !== flipped!.images[i * 24],
      );
    };
    const shares = [0, 1].map((epoch) => mirrored(epoch).filter(Boolean).length / count);

    // Four deviations of a fair coin thrown 400 times are 0.1.
    for (const share of shares) expect(Math.abs(share - 0.5)).toBeLessThan(0.1);
    expect(mirrored(0)).toEqual(mirrored(0));
  });

  it('goes on in the middle of an epoch', () => {
    const draw = { batchSize: 3, seed: 6, largestShift: 1, flip: true };

    const all = [...epochBatches(numberedImages(10), 4, draw)];
    const rest = [...epochBatches(numberedImages(10), 4, { ...draw, skip: 1 })];

    expect(rest).toEqual(all.slice(1));
  });
});

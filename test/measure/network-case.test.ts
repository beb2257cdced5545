// How many images fill a device for as long as a case of a self-check may take.

import { expect, it } from 'vitest';
import { shortBatch } from '../../src/measure/network-case.ts';

it.for([
  [0.3, 1, 1],
  [0.02, 1, 16],
  [0.05, 1, 16],
  [0.07, 1, 4],
  [0.1, 40, undefined],
] as const)(
  'gives a device of %f s per image, for batches of %f s, %s images',
  async ([secondsPerImage, seconds, images]) => {
    const asked: number[] = [];
    const batch = await shortBatch(async (count) => {
      asked.push(count);
      await Promise.resolve();
      return count * secondsPerImage;
    }, seconds);

    expect(batch).toBe(images);
    expect(asked.reduce((sum, count) => sum + count * secondsPerImage, 0)).toBeLessThan(
      4 * seconds,
    );
  },
);

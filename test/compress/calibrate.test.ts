import { describe, expect, it } from 'vitest';
import { calibrateClips } from '../../src/compress/calibrate.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import type { Progress } from '../../src/core/progress.ts';
import type { Network } from '../../src/network/network.ts';
import { conv, networkOf, noise } from '../support/small-networks.ts';

/** A network of one 1x1 convolution that multiplies each pixel by `factor`. */
function multiplier(side: number, factor: number, relu: boolean): Network {
  const layer = conv({
    name: 'only',
    input: 'image',
    channels: 1,
    kernels: 1,
    kernelHeight: 1,
    kernelWidth: 1,
    padding: 0,
    relu,
  });
  return networkOf('times', { height: side, width: side, channels: 1 }, 1, [
    { ...layer, weights: Float32Array.of(factor) },
  ]);
}

/** One image with `counts[value]` pixels of each value, zero elsewhere. */
function image(side: number, counts: Readonly<Record<number, number>>): FeatureMap {
  const data = new Uint8Array(side * side);
  let at = 0;
  for (const [value, count] of Object.entries(counts)) {
    data.fill(Number(value), at, at + count);
    at += count;
  }
  return { images: 1, height: side, width: side, channels: 1, bits: 8, data };
}

const clip = (network: Network, images: FeatureMap, bits: number): number =>
  calibrateClips(network, images, bits, {}).get('only')!;

describe('calibrateClips', () => {
  it('clips an outlier where rounding the many and cutting the one balance', () => {
    // 2700 values of 64/255 and one of 1, 4 bits (15 steps): the error 2700 (c/15)^2 / 12 + (1 - c)^2 is least at
    // c = 1 / (1 + 2700 / (12 * 225)) = 1/2. Values reach 1, so the histogram spans 0 ... 2 in bins of 1/1024: the
    // clip is a bin edge (half a bin off) and the outlier sits in the middle of its bin (a quarter more).
    const found = clip(multiplier(52, 1, true), image(52, { 64: 2700, 255: 1 }), 4);

    expect(Math.abs(found - 1 / 2)).toBeLessThan(1 / 1024);
  });

  it('has fewer steps below zero and above for a layer without ReLU', () => {
    // Of 4 bits, 7 steps are left: least at c = 1 / (1 + 2700 / (12 * 49)) = 0.1788, but that cuts the many as well.
    // With 588 of them it is 1 / (1 + 588 / 588) = 1/2 again.
    const found = clip(multiplier(52, -1, false), image(52, { 64: 588, 255: 1 }), 4);

    expect(Math.abs(found - 1 / 2)).toBeLessThan(1 / 1024);
  });

  it('cuts hardly anything where values are equally frequent and steps are many', () => {
    const counts = Object.fromEntries(Array.from({ length: 255 }, (_, i) => [i + 1, 10]));

    const found = clip(multiplier(52, 1, true), image(52, counts), 8);

    // For equal density on 0 ... 1 the error c^3 / (12 * 255^2) + (1 - c)^3 / 3 is least at c = 510/511; the values
    // are 1/255 apart and bins 1/1024 wide.
    expect(Math.abs(found - 510 / 511)).toBeLessThan(1 / 255 + 1 / 1024);
  });

  it('scales with the values', () => {
    const images = image(52, { 64: 2700, 255: 1 });

    const one = clip(multiplier(52, 1, true), images, 4);
    const many = clip(multiplier(52, 1024, true), images, 4);
    const few = clip(multiplier(52, 2 ** -6, true), images, 4);

    expect(many / one).toBe(1024);
    expect(few / one).toBe(2 ** -6);
  });

  it('clips lower when bits are fewer', () => {
    const images = image(52, { 30: 1000, 60: 500, 120: 50, 255: 1 });

    const clips = [8, 6, 4, 3, 2].map((bits) => clip(multiplier(52, 1, true), images, bits));

    expect(clips).toEqual(clips.toSorted((a, b) => b - a));
    expect(clips.at(-1)).toBeLessThan(clips[0]!);
  });

  it('gives zero or more, never NaN, for a layer that only gives zero', () => {
    const found = clip(multiplier(4, 0, true), noise({ height: 4, width: 4, channels: 1 }, 2), 8);

    expect(found).toBeGreaterThanOrEqual(0);
  });

  it('does not depend on the order of the images', () => {
    const network = multiplier(4, 1, true);
    const images = noise(network.input, 60);
    const backwards = { ...images, data: images.data.toReversed() };

    expect(clip(network, backwards, 6)).toBe(clip(network, images, 6));
  });

  it('tells of its progress and stops when told to', () => {
    const network = multiplier(4, 1, true);
    const seen: Progress[] = [];
    const signal = { aborted: false };
    const onProgress = (progress: Progress): void => {
      seen.push(progress);
      signal.aborted = progress.done > 0;
    };

    const run = (): unknown =>
      calibrateClips(network, noise(network.input, 120), 8, { onProgress, signal });

    expect(run).toThrow(expect.objectContaining({ kind: 'cancelled' }));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ stage: 'calibrate', total: 120 });
  });
});

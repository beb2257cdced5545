import { describe, expect, it } from 'vitest';
import { calibrateClips } from '../../src/compress/calibrate.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import type { Progress } from '../../src/core/progress.ts';
import { conv, fusedOf, linear } from '../support/small-networks.ts';

const [side, classes, bits] = [6, 4, 4];
const pixels = side * side;
const scores = linear({ name: 'scores', input: 'first', inputs: pixels, outputs: classes });
const weights = scores.weights.map((weight, i) => (i % pixels === 0 ? weight / 1024 : weight));

/** Pixels times 1 and ReLU, whose clip is asked for, then sums of them; the first pixel hardly counts. */
const network = fusedOf('trial', { height: side, width: side, channels: 1 }, classes, [
  {
    ...conv({
      name: 'first',
      input: 'image',
      channels: 1,
      kernels: 1,
      kernelHeight: 1,
      kernelWidth: 1,
      padding: 0,
    }),
    weights: Float32Array.of(1),
  },
  { ...scores, weights },
]);

const imagesOf = (images: readonly (readonly number[])[]): FeatureMap => ({
  images: images.length,
  height: side,
  width: side,
  channels: 1,
  bits: 8,
  data: Uint8Array.from(images.flat()),
});
const clipOf = (images: readonly (readonly number[])[]): number =>
  calibrateClips(network, imagesOf(images), bits, {}).get('first')!;
/** 40 images or more, of which all values count together. */
const ofAll = (images: readonly (readonly number[])[]): number =>
  clipOf(Array.from({ length: 8 }, () => images).flat());
const ofEach = (images: readonly (readonly number[])[]): number =>
  images.reduce((sum, image) => sum + clipOf([image]), 0) / images.length;

/** What the trial measures, in plain loops: the share of the scores' squares that codes up to `clip` lose. */
function lost(images: readonly (readonly number[])[], clip: number): number {
  const step = clip / (2 ** bits - 1);
  const centred = (values: readonly number[]): readonly number[] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / classes;
    return values.map((value) => value - mean);
  };
  const scoresOf = (image: readonly number[]): readonly number[] =>
    centred(
      Array.from({ length: classes }, (_, k) =>
        image.reduce((sum, value, i) => sum + value * weights[k * pixels + i]!, 0),
      ),
    );
  const shares = images.map((image) => {
    const real = image.map((pixel) => pixel / 255);
    const wanted = scoresOf(real);
    const found = scoresOf(real.map((value) => Math.min(15, Math.round(value / step)) * step));
    const squares = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value ** 2, 0);
    return squares(found.map((value, k) => value - wanted[k]!)) / squares(wanted);
  });
  return shares.reduce((sum, share) => sum + share, 0) / images.length;
}

/** Dim images, each with other values. */
const dim = Array.from({ length: 5 }, (_, image) =>
  Array.from({ length: pixels }, (_, i) => 5 + ((7 * i + 11 * image) % 23)),
);

describe('clips that are tried', () => {
  it('are the mean of each image’s where an outlier that does not count would settle all', () => {
    const images = [...dim, dim[0]!.with(0, 255)];
    const [all, each] = [ofAll(images), ofEach(images)];

    expect(lost(images, each)).toBeLessThan(lost(images, all));
    expect(clipOf(images)).toBe(each);
    expect(each).toBeLessThan(all);
  });

  it('are those of all values together where bright images count as much as others', () => {
    const bright = dim.map((image) => image.map((pixel) => 9 * pixel));
    const images = [...dim, ...bright];
    const [all, each] = [ofAll(images), ofEach(images)];

    expect(lost(images, all)).toBeLessThan(lost(images, each));
    expect(clipOf(images)).toBe(all);
  });

  it('are not tried for 32 images or more', () => {
    const images = Array.from({ length: 32 }, (_, i) =>
      i === 0 ? dim[0]!.with(0, 255) : dim[i % 5]!,
    );

    expect(clipOf(images)).toBe(ofAll(images));
  });

  it('tell how far they are over all three passes', () => {
    const seen: number[] = [];
    const images = imagesOf(dim.slice(0, 3));
    const onProgress = ({ done, total }: Progress): void => {
      expect(total).toBe(3);
      seen.push(done);
    };

    calibrateClips(network, images, bits, { onProgress });

    expect(seen).toEqual([1, 2, 3]); // one portion in each
  });
});

import { describe, expect, it } from 'vitest';
import {
  firstImages,
  type ImageSet,
  spreadImages,
  toImageSet,
} from '../../src/datasets/image-set.ts';
import { caught } from '../support/caught.ts';

/** `count` images of 1x2 pixels that hold their own number twice. */
function numbered(count: number): ImageSet {
  const data = Uint8Array.from({ length: 2 * count }, (_, i) => i >> 1);
  return {
    name: 'numbered',
    classes: 4,
    images: { images: count, height: 1, width: 2, channels: 1, bits: 8, data },
    labels: Uint8Array.from({ length: count }, (_, i) => i % 4),
  };
}

describe('toImageSet', () => {
  it('gives back a set that is whole', () => {
    const set = numbered(5);

    expect(toImageSet(set, 'here')).toBe(set);
  });

  it('refuses labels of another count', () => {
    const set = { ...numbered(5), labels: new Uint8Array(4) };

    expect(caught(() => toImageSet(set, 'here'))).toMatchObject({
      kind: 'input',
      what: '5 images but 4 labels',
      where: ['here'],
    });
  });

  it('refuses a label that is no class', () => {
    const set = { ...numbered(3), labels: Uint8Array.of(0, 3, 4) };

    expect(caught(() => toImageSet(set, 'here')).what).toBe('label 4 of image 2 is not below 4');
  });

  it('refuses fewer pixels than the images have', () => {
    const { images, ...rest } = numbered(3);
    const short = { ...rest, images: { ...images, data: images.data.subarray(1) } };

    expect(caught(() => toImageSet(short, 'here')).kind).toBe('input');
  });
});

describe('firstImages', () => {
  it('takes the first, and all when not told how many', () => {
    const set = numbered(5);

    const two = firstImages(set, 2);

    expect(two.images.images).toBe(2);
    expect([...two.images.data]).toEqual([0, 0, 1, 1]);
    expect([...two.labels]).toEqual([0, 1]);
    expect(firstImages(set, undefined)).toBe(set);
    expect(firstImages(set, 5).images.images).toBe(5);
  });

  it('refuses more than there are', () => {
    expect(caught(() => firstImages(numbered(5), 6))).toMatchObject({
      kind: 'input',
      what: '6 images asked for, it has 5',
    });
  });
});

describe('spreadImages', () => {
  it('takes every n-th image', () => {
    const spread = spreadImages(numbered(10), 4);

    expect(spread.images).toBe(4);
    // floor(i * 10 / 4)
    expect([...spread.data]).toEqual([0, 0, 2, 2, 5, 5, 7, 7]);
  });

  it('takes all when asked for more', () => {
    const spread = spreadImages(numbered(3), 100);

    expect([...spread.data]).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

import { describe, expect, it } from 'vitest';
import { readIdxImages, readIdxLabels } from '../../src/datasets/idx.ts';
import { caught } from '../support/caught.ts';

/** An IDX file of `sizes` whose body counts up. */
function idx(magic: number, sizes: readonly number[], body: number): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + body);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  sizes.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  for (let i = 0; i < body; i++) bytes[4 + 4 * sizes.length + i] = i;
  return bytes;
}

const imageMagic = 0x0803;
const labelMagic = 0x0801;

describe('readIdxImages', () => {
  it('reads images pixel by pixel', () => {
    const images = readIdxImages(idx(imageMagic, [2, 3, 4], 24), 'a.idx');

    expect(images).toMatchObject({ images: 2, height: 3, width: 4, channels: 1, bits: 8 });
    expect([...images.data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it('reads a file that lies anywhere in a larger buffer', () => {
    const whole = new Uint8Array(7 + 40);
    whole.set(idx(imageMagic, [2, 3, 4], 24), 7);

    const images = readIdxImages(whole.subarray(7), 'a.idx');

    expect(images.images).toBe(2);
    expect(images.data[23]).toBe(23);
  });

  it('refuses a file cut off at any byte', () => {
    const file = idx(imageMagic, [2, 3, 4], 24);

    for (let length = 0; length < file.length; length++) {
      const error = caught(() => readIdxImages(file.subarray(0, length), 'a.idx'));

      expect(error).toMatchObject({ kind: 'input', where: ['a.idx'] });
    }
  });

  it.each([
    ['labels', labelMagic],
    ['floats', 0x0d03],
    ['a gzip file', 0x1f8b0808],
  ])('refuses %s and says what it starts with', (_, magic) => {
    const error = caught(() => readIdxImages(idx(magic, [2, 3, 4], 24), 'a.idx'));

    expect(error.kind).toBe('input');
    expect(error.message).toContain(`0x${magic.toString(16).padStart(8, '0')}`);
  });

  it.each([
    ['more than it holds', [3, 3, 4]],
    ['less than it holds', [1, 3, 4]],
    ['4 billion images', [0xffffffff, 28, 28]],
  ])('refuses a header that claims %s', (_, sizes) => {
    const error = caught(() => readIdxImages(idx(imageMagic, sizes, 24), 'a.idx'));

    expect(error.message).toContain(sizes.join(' x '));
    expect(error.message).toContain('the file has 24');
  });

  it.each([
    [[0, 28, 28], 0],
    [[5, 0, 28], 0],
  ])('refuses a file of %j: it holds nothing', (sizes, body) => {
    expect(caught(() => readIdxImages(idx(imageMagic, sizes, body), 'a.idx')).kind).toBe('input');
  });
});

describe('readIdxLabels', () => {
  it('reads labels', () => {
    expect([...readIdxLabels(idx(labelMagic, [5], 5), 'b.idx')]).toEqual([0, 1, 2, 3, 4]);
  });

  it('refuses images, a wrong count and an empty file', () => {
    for (const file of [
      idx(imageMagic, [1, 1, 1], 1),
      idx(labelMagic, [6], 5),
      idx(labelMagic, [0], 0),
    ])
      expect(caught(() => readIdxLabels(file, 'b.idx'))).toMatchObject({
        kind: 'input',
        where: ['b.idx'],
      });
  });
});

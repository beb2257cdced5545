import { describe, expect, it } from 'vitest';
import { readCifar } from '../../src/datasets/cifar.ts';
import { countOf } from '../../src/core/words.ts';
import { caught } from '../support/caught.ts';

/** `labels` per image, then the red, green and blue planes: red is the row, green the column, blue the image. */
function cifar(labels: readonly (readonly number[])[]): Uint8Array {
  const records = labels.flatMap((own, image) => [
    ...own,
    ...Array.from({ length: 1024 }, (_, i) => i >> 5),
    ...Array.from({ length: 1024 }, (_, i) => i & 31),
    ...Array.from({ length: 1024 }, () => image),
  ]);
  return Uint8Array.from(records);
}

describe('readCifar', () => {
  it('reads CIFAR-10 with the channels of a pixel side by side', () => {
    const set = readCifar(cifar([[3], [9]]), 'cifar10', 'data.bin');

    expect(set).toMatchObject({ name: 'cifar10', classes: 10 });
    expect([...set.labels]).toEqual([3, 9]);
    expect(set.images).toMatchObject({ images: 2, height: 32, width: 32, channels: 3, bits: 8 });
    const pixel = (image: number, y: number, x: number): number[] => {
      const at = ((image * 32 + y) * 32 + x) * 3;
      return [...set.images.data.subarray(at, at + 3)];
    };
    expect(pixel(0, 0, 0)).toEqual([0, 0, 0]);
    expect(pixel(0, 5, 31)).toEqual([5, 31, 0]);
    expect(pixel(1, 31, 7)).toEqual([31, 7, 1]);
  });

  it('takes the fine label of CIFAR-100, which comes second', () => {
    const set = readCifar(cifar([[19, 99]]), 'cifar100', 'train.bin');

    expect(set.classes).toBe(100);
    expect([...set.labels]).toEqual([99]);
    expect([...set.images.data.subarray(0, 6)]).toEqual([0, 0, 0, 0, 1, 0]);
  });

  it.each([0, 1, 3072, 3074, 2 * 3073 - 1])('refuses %i bytes', (length) => {
    const error = caught(() => readCifar(new Uint8Array(length), 'cifar10', 'data.bin'));

    expect(error).toMatchObject({ name: 'CimError', where: ['data.bin'] });
    expect(error.message).toContain(countOf(length, 'byte'));
  });

  it('refuses CIFAR-100 read as CIFAR-10', () => {
    expect(caught(() => readCifar(cifar([[1, 2]]), 'cifar10', 'train.bin')).kind).toBe('input');
  });

  it('refuses a label that is no class, naming the image', () => {
    const error = caught(() => readCifar(cifar([[3], [10]]), 'cifar10', 'data.bin'));

    expect(error.message).toContain('label 10 of image 1');
    expect(caught(() => readCifar(cifar([[0, 100]]), 'cifar100', 'a')).message).toContain('100');
    expect(caught(() => readCifar(cifar([[20, 1]]), 'cifar100', 'a')).message).toContain(
      'coarse label 20 of image 0',
    );
  });
});

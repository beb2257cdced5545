import { describe, expect, it } from 'vitest';
import { activationsPerImage, argmax, imageSlice, shapeText } from '../../src/core/feature-map.ts';

const shape = { height: 2, width: 3, channels: 4 };

describe('shapes', () => {
  it('are counted and written height x width x channels', () => {
    expect(activationsPerImage(shape)).toBe(24);
    expect(shapeText(shape)).toBe('2x3x4');
  });
});

describe('imageSlice', () => {
  it('shares the memory of the images it takes', () => {
    const data = Uint8Array.from({ length: 72 }, (_, i) => i);
    const map = { ...shape, images: 3, bits: 8, data };

    const slice = imageSlice(map, 1, 2);

    expect(slice.images).toBe(2);
    expect([...slice.data]).toEqual(Array.from({ length: 48 }, (_, i) => 24 + i));
    expect(slice.data.buffer).toBe(data.buffer);
  });
});

describe('argmax', () => {
  it('takes the first of equals', () => {
    expect(argmax([1, 7, 3, 7])).toBe(1);
    expect(argmax([-5, -2, -9])).toBe(1);
    expect(argmax(Int32Array.of(0))).toBe(0);
  });
});

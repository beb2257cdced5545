import { describe, expect, it } from 'vitest';
import { largest, smallest } from '../../src/core/extremes.ts';

describe('largest and smallest', () => {
  it('find the extremes of any iterable', () => {
    expect(largest([3, -1, 7, 7, 2])).toBe(7);
    expect(smallest(new Set([3, -1, 7]))).toBe(-1);
    expect(largest(Float32Array.of(-2, -3))).toBe(-2);
  });

  it('agree with Math.max and Math.min on nothing, one value, NaN and zeros of both signs', () => {
    for (const values of [[], [5], [1, NaN, 2], [-0, 0], [0, -0], [Infinity, -Infinity]]) {
      expect(largest(values)).toBe(Math.max(...values));
      expect(smallest(values)).toBe(Math.min(...values));
    }
  });

  it('take a million values', () => {
    const values = Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 1_000_003);

    expect(largest(values)).toBe(values.reduce((a, b) => (a > b ? a : b)));
    expect(smallest(values)).toBe(0);
  });
});

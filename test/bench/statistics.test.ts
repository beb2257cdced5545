// Percentiles and power laws of the benches.

import { describe, expect, it } from 'vitest';
import { percentile, powerLaw, spreadOf } from '../../src/measure/statistics.ts';

describe('percentile', () => {
  it('is linear between neighbours, in any order of the values', () => {
    expect(percentile([40, 10, 30, 20], 0.5)).toBe(25);
    expect(percentile([40, 10, 30, 20], 0.95)).toBeCloseTo(38.5, 12);
  });

  it('of one value is that value', () => {
    expect(spreadOf([7])).toEqual({ min: 7, p50: 7, p95: 7, max: 7 });
  });

  it('finds the least and the most', () => {
    expect(spreadOf([3, 1, 2])).toMatchObject({ min: 1, p50: 2, max: 3 });
  });
});

describe('powerLaw', () => {
  it('finds the exponent and the factor of points on a power law', () => {
    const points = [1, 10, 100, 1000].map((x) => ({ x, y: 3 * x ** 1.5 }));

    const { exponent, coefficient, r2 } = powerLaw(points);

    expect(exponent).toBeCloseTo(1.5, 12);
    expect(coefficient).toBeCloseTo(3, 12);
    expect(r2).toBeCloseTo(1, 12);
  });

  it('tells by R2 how far points are from a power law', () => {
    const points = [1, 2, 4, 8].map((x, i) => ({ x, y: i % 2 === 0 ? 1 : 5 }));

    expect(powerLaw(points).r2).toBeLessThan(0.3);
  });

  it('explains points that do not depend on x', () => {
    expect(powerLaw([1, 2, 4].map((x) => ({ x, y: 9 })))).toMatchObject({ exponent: 0, r2: 1 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeWeights, roundHalfAway } from '../../src/compress/quantize.ts';
import { gaussians } from '../../src/core/random.ts';
import { holds } from '../support/property.ts';

const bitWidth = fc.integer({ min: 2, max: 8 });
const weights = fc
  .array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((values) => Float32Array.from(values));

describe('roundHalfAway', () => {
  it('rounds halves away from zero', () => {
    expect([-2.5, -1.5, -0.4, 0, 0.4, 0.5, 2.5].map((x) => roundHalfAway(x) + 0)).toEqual([
      -3, -2, 0, 0, 0, 1, 3,
    ]);
  });
});

describe('quantizeWeights', () => {
  it('stays within the symmetric range', () => {
    holds(
      fc.property(weights, bitWidth, (real, bits) => {
        const { values, scale } = quantizeWeights(real, bits);

        expect(scale).toBeGreaterThan(0);
        for (const value of values)
          expect(Math.abs(value)).toBeLessThanOrEqual(2 ** (bits - 1) - 1);
      }),
    );
  });

  it('keeps zero zero and every sign', () => {
    holds(
      fc.property(weights, bitWidth, (real, bits) => {
        const { values } = quantizeWeights(real, bits);

        real.forEach((weight, i) => {
          if (weight === 0) expect(values[i]! + 0).toBe(0);
          else expect(values[i]! * weight).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  it('is symmetric: the negatives of the weights give the negatives of the integers', () => {
    holds(
      fc.property(weights, bitWidth, (real, bits) => {
        const plus = quantizeWeights(real, bits);

        const minus = quantizeWeights(
          real.map((weight) => -weight),
          bits,
        );

        expect(minus.scale).toBe(plus.scale);
        expect(minus.values).toEqual(plus.values.map((value) => -value));
      }),
    );
  });

  it('is nowhere worse than plain rounding to the largest weight', () => {
    holds(
      fc.property(weights, bitWidth, (real, bits) => {
        const highest = 2 ** (bits - 1) - 1;
        const largest = Math.max(...real.map(Math.abs));
        const { values, scale } = quantizeWeights(real, bits);

        const error = real.reduce((sum, weight, i) => sum + (weight - values[i]! * scale) ** 2, 0);

        // Every weight is at most half a step off where nothing is clipped; one in a billion for rounding in doubles.
        const halfStep = largest / highest / 2;
        expect(error).toBeLessThanOrEqual(real.length * halfStep ** 2 * (1 + 1e-9));
      }),
    );
  });

  it('finds a scale as good as the best of the 61, searched weight by weight', () => {
    const real = gaussians(20_000, 0.1, 1, 1);
    const largest = real.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    const bin = largest / 2 ** 14;
    for (const bits of [2, 3, 4, 6, 8]) {
      const highest = 2 ** (bits - 1) - 1;
      const errorAt = (scale: number): number =>
        real.reduce((sum, weight) => {
          const code = Math.max(-highest, Math.min(highest, Math.round(weight / scale)));
          return sum + (weight - code * scale) ** 2;
        }, 0);
      const tried = Array.from({ length: 61 }, (_, i) => (largest * (1 - i / 100)) / highest);
      const best = Math.min(...tried.map(errorAt));

      const { scale } = quantizeWeights(real, bits);

      // A weight within a bin of one of the `highest` borders between codes may count as if rounded the wrong way,
      // which makes its error too high by twice its distance from the border times a step.
      const atBorders = (edge: number): number =>
        real.filter((weight) => {
          const steps = Math.abs(weight) / edge;
          return steps < highest && Math.abs((steps % 1) - 0.5) * edge < bin;
        }).length;
      expect(tried).toContain(scale);
      expect(errorAt(scale)).toBeLessThanOrEqual(best + atBorders(scale) * 2 * bin * scale);
    }
  });

  it('clips an outlier where that loses less', () => {
    const real = new Float32Array(1001).fill(0.5);
    real[1000] = 1;

    const { values, scale } = quantizeWeights(real, 2);

    // Codes -1, 0, 1 only: at scale 1 each 0.5 would be half a unit off; at scale s the error is
    // 1000 (0.5 - s)^2 + (1 - s)^2, least at s = 501 / 1001, which of the tried scales 0.50 is nearest to.
    expect(scale).toBeCloseTo(0.5, 12);
    expect(values.every((value) => value === 1)).toBe(true);
  });

  it('gives zeros and a scale that divides for weights that are all zero', () => {
    const { values, scale } = quantizeWeights(new Float32Array(5), 4);

    expect([...values]).toEqual([0, 0, 0, 0, 0]);
    expect(scale).toBe(1);
  });

  it('keeps integers that fit as they are', () => {
    const real = Float32Array.of(-127, -3, 0, 5, 127);

    const { values, scale } = quantizeWeights(real, 8);

    expect(scale).toBe(1);
    expect([...values]).toEqual([...real]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalProbability, normalQuantiles } from '../../src/core/normal.ts';
import { holds } from '../support/property.ts';

describe('normalProbability', () => {
  it.each([
    [0, 0.5],
    [0.1, 0.539827837277029],
    [0.5, 0.691462461274013],
    [1, 0.841344746068543],
    [1.5, 0.933192798731142],
    [1.96, 0.97500210485178],
    [2, 0.977249868051821],
    [2.5, 0.993790334674224],
    [3, 0.99865010196837],
    [3.5, 0.999767370920964],
    [4, 0.999968328758167],
    [5, 0.999999713348428],
    [6, 0.999999999013412],
  ])('at %d is %d, as in table 26.1 of Abramowitz and Stegun', (x, tabulated) => {
    // The table has 15 decimals, so is off by half a unit of the last; ours is accurate to 1e-14.
    expect(Math.abs(normalProbability(x) - tabulated)).toBeLessThan(1e-14 + 0.5e-15);
    expect(normalProbability(-x)).toBe(1 - normalProbability(x));
  });

  it('never falls, and ends at 0 and 1', () => {
    let before = 0;
    for (let x = -9; x <= 9; x += 1 / 128) {
      const probability = normalProbability(x);
      expect(probability).toBeGreaterThanOrEqual(before - 1e-14);
      before = probability;
    }
    expect([normalProbability(-9), normalProbability(9)]).toEqual([0, 1]);
    expect([normalProbability(-Infinity), normalProbability(Infinity)]).toEqual([0, 1]);
  });
});

describe('normalQuantiles', () => {
  const deviations = [0.3, 1, 7.68, 38.4, 256, 1966.08, 4096, 16384];

  it('gives the smallest integer that the uniform is below', () => {
    const deviation = fc.double({ min: 0.05, max: 5000, noNaN: true });
    const someUniforms = fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: 50 });

    holds(
      fc.property(deviation, someUniforms, (sigma, uniforms) => {
        const quantiles = normalQuantiles(sigma);
        const below = (n: number): number =>
          Math.round(65536 * normalProbability((n + 0.5) / sigma));

        for (const u of uniforms) {
          const n = quantiles[u]!;
          expect(u).toBeLessThan(below(n));
          expect(u).toBeGreaterThanOrEqual(below(n - 1));
        }
      }),
      20,
    );
  });

  it.each(deviations)('is odd about its middle and never falls, at deviation %d', (deviation) => {
    const quantiles = normalQuantiles(deviation);

    expect(quantiles).toHaveLength(65536);
    expect(quantiles.toReversed().map((n) => -n)).toEqual(quantiles);
    expect(quantiles.every((n, u) => u === 0 || n >= quantiles[u - 1]!)).toBe(true);
  });

  it.each(deviations.filter((deviation) => deviation >= 1))(
    'has the variance of a rounded normal variable, at deviation %d',
    (deviation) => {
      const quantiles = normalQuantiles(deviation);
      const variance = quantiles.reduce((sum, n) => sum + n * n, 0) / 65536;

      // Rounding to integers adds 1/12 (off by less than 1e-7 from deviation 1 on). The variance of integers with a
      // symmetric distribution F is the sum over n >= 0 of 2 (2n + 1) (1 - F(n)). Each F(n) of the table is off by up
      // to 1/2 of 1/65536, until it is 1 at the largest entry; what the normal distribution has beyond, from 4.32
      // deviations on, is 2.9e-5 of its variance.
      const largest = quantiles[65535]!;
      const off = largest ** 2 / 65536 + 3e-5 * deviation ** 2 + 1e-7;
      expect(Math.abs(variance - deviation ** 2 - 1 / 12)).toBeLessThan(off);
    },
  );

  it.each(deviations.filter((deviation) => deviation > 30))(
    'ends at 4.32 deviations of %d, half a uniform from the end',
    (deviation) => {
      // 1 - 0.5 / 65536 is the probability of being below 4.3249 deviations.
      const largest = normalQuantiles(deviation)[65535]!;

      expect(Math.abs(largest - 4.3249 * deviation)).toBeLessThanOrEqual(1 + 1e-4 * deviation);
    },
  );

  it('is all zero for deviation 0, and where no uniform reaches half a unit', () => {
    expect(normalQuantiles(0).some((n) => n !== 0)).toBe(false);
    expect(normalQuantiles(0.1).some((n) => n !== 0)).toBe(false);
  });
});

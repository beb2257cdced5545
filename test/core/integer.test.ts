import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyScale,
  bitsFor,
  ceilDivide,
  clamp,
  floorDivide,
  popcount,
  scaleValue,
  toFixedScale,
} from '../../src/core/integer.ts';
import { scaledExactly } from '../support/plain.ts';
import { holds } from '../support/property.ts';

const signedWord = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('floorDivide and ceilDivide', () => {
  it.each([
    [7, 2, 3, 4],
    [-7, 2, -4, -3],
    [6, 3, 2, 2],
    [0, 5, 0, 0],
    [-1, 1000, -1, 0],
  ])('take %i / %i to %i and %i', (a, b, floor, ceil) => {
    expect(floorDivide(a, b)).toBe(floor);
    expect(ceilDivide(a, b) + 0).toBe(ceil);
  });

  it('are exact for numerators up to 2^53', () => {
    holds(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 31 }), (a, b) => {
        const rest = ((BigInt(a) % BigInt(b)) + BigInt(b)) % BigInt(b);

        expect(BigInt(floorDivide(a, b))).toBe((BigInt(a) - rest) / BigInt(b));
      }),
      1000,
    );
  });
});

describe('bitsFor', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [256, 8],
    [257, 9],
    [65536, 16],
  ])('%i codes take %i bits', (count, bits) => {
    expect(bitsFor(count)).toBe(bits);
  });
});

describe('clamp', () => {
  it('keeps what is inside and moves what is outside to the nearer end', () => {
    expect([-5, -2, 0, 3, 9].map((value) => clamp(value, -2, 3))).toEqual([-2, -2, 0, 3, 3]);
  });
});

describe('popcount', () => {
  it('counts the ones of any word, signed or not', () => {
    holds(
      fc.property(signedWord, (word) => {
        const ones = (word >>> 0).toString(2).replaceAll('0', '').length;

        expect(popcount(word)).toBe(ones);
        expect(popcount(word >>> 0)).toBe(ones);
      }),
      1000,
    );
  });

  it('counts none of 0 and all of -1', () => {
    expect(popcount(0)).toBe(0);
    expect(popcount(-1)).toBe(32);
  });
});

describe('toFixedScale', () => {
  it('is off by at most 1 in 256, with a multiplier of 128 ... 255', () => {
    const scale = fc.double({ min: 2 ** -31, max: 255, noNaN: true });

    holds(
      fc.property(scale, (real) => {
        const fixed = toFixedScale(real)!;

        expect(Math.abs(scaleValue(fixed) - real) / real).toBeLessThanOrEqual(1 / 256);
        expect(fixed.multiplier).toBeGreaterThanOrEqual(128);
        expect(fixed.multiplier).toBeLessThanOrEqual(255);
        expect(fixed.shift).toBeGreaterThanOrEqual(0);
        expect(fixed.shift).toBeLessThanOrEqual(39);
      }),
      2000,
    );
  });

  it.each([
    [1, 128, 7],
    [0.5, 128, 8],
    [1 / 3, 171, 9], // 512 / 3 = 170.67
    [255, 255, 0],
    [0.99999, 128, 7], // 255.997 would be a multiplier of 256
    [2 ** -32, 128, 39],
  ])('writes %d as %i over 2^%i', (real, multiplier, shift) => {
    expect(toFixedScale(real)).toEqual({ multiplier, shift });
  });

  it('has no scale for what is not positive, not finite, or out of reach', () => {
    for (const real of [0, -1, NaN, Infinity, 256, 2 ** -34])
      expect(toFixedScale(real), String(real)).toBeUndefined();
  });

  it('multiplies only where that is allowed', () => {
    expect(toFixedScale(1000)).toBeUndefined();
    expect(toFixedScale(1000, -14)).toEqual({ multiplier: 250, shift: -2 });
    expect(toFixedScale(2 ** 21, -14)).toEqual({ multiplier: 128, shift: -14 });
    expect(toFixedScale(2 ** 22, -14)).toBeUndefined();
  });
});

describe('applyScale', () => {
  const multiplier = fc.integer({ min: 128, max: 255 });

  it.each(Array.from({ length: 54 }, (_, i) => i - 14))(
    'is exact for 32-bit values at shift %i',
    (shift) => {
      holds(
        fc.property(signedWord, multiplier, (value, factor) => {
          const scale = { multiplier: factor, shift };

          expect(applyScale(value, scale)).toBe(scaledExactly(value, scale));
        }),
        200,
      );
    },
  );

  it('is exact at both ends of 32 bits and at 0', () => {
    for (let shift = -14; shift <= 39; shift++)
      for (const value of [-(2 ** 31), -1, 0, 1, 2 ** 31 - 1]) {
        const scale = { multiplier: 255, shift };

        expect(applyScale(value, scale), `${value} at ${shift}`).toBe(scaledExactly(value, scale));
      }
  });

  it('rounds halves up, also below zero', () => {
    const half = { multiplier: 128, shift: 8 };

    expect([-3, -2, -1, 1, 2, 3].map((value) => applyScale(value, half) + 0)).toEqual([
      -1, -1, 0, 1, 1, 2,
    ]);
  });
});

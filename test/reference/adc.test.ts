import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnCode, idealCode } from '../../src/reference/adc.ts';
import { roundedQuotient } from '../support/plain.ts';
import { holds } from '../support/property.ts';

const nominal = { bits: 6, step: 256, offset: 0 };

describe('columnCode', () => {
  it('loses nothing of 0 ... 48 at the nominal ADC', () => {
    for (let sum = 0; sum <= 48; sum++) expect(columnCode(256 * sum, nominal)).toBe(sum);
  });

  it('cuts off at 31 with 5 bits', () => {
    for (let sum = 0; sum <= 48; sum++)
      expect(columnCode(256 * sum, { ...nominal, bits: 5 })).toBe(Math.min(sum, 31));
  });

  it('is 0 or 1 with one bit', () => {
    expect([0, 1, 2, 48].map((sum) => columnCode(256 * sum, { ...nominal, bits: 1 }))).toEqual([
      0, 1, 1, 1,
    ]);
  });
});

describe('idealCode', () => {
  it.each([
    // sums 0 ... 6 at step 2: halves go up
    [512, 0, [0, 1, 1, 2, 2, 3, 3]],
    // step 1/2: two codes per unit
    [128, 0, [0, 2, 4, 6, 8, 10, 12]],
    // step 1.5: 0, 0.67, 1.33, 2, 2.67, 3.33, 4
    [384, 0, [0, 1, 1, 2, 3, 3, 4]],
    // step 3, offset 1: (s - 1) / 3 = -0.33, 0, 0.33, 0.67, 1, 1.33, 1.67
    [768, 256, [0, 0, 0, 1, 1, 1, 2]],
    // offset 2: codes below zero, before they are limited
    [256, 512, [-2, -1, 0, 1, 2, 3, 4]],
    // offset -1.5: 1.5, 2.5, ... halves go up
    [256, -384, [2, 3, 4, 5, 6, 7, 8]],
    // offset 1.5: -1.5, -0.5, 0.5, ... halves go up, also below zero
    [256, 384, [-1, 0, 1, 2, 3, 4, 5]],
  ])('at step %i/256 and offset %i/256 gives %j', (step, offset, codes) => {
    const found = codes.map((_, sum) => idealCode(256 * sum, { bits: 8, step, offset }) + 0);

    expect(found).toEqual(codes);
  });

  it('is floor((sum - offset) / step + 1/2) for every ADC', () => {
    const adc = fc.record({
      bits: fc.integer({ min: 1, max: 8 }),
      step: fc.integer({ min: 1, max: 16384 }),
      offset: fc.integer({ min: -262144, max: 262144 }),
    });
    // Noise can take a sum below zero.
    const sum = fc.integer({ min: -(2 ** 15), max: 2 * 256 * 64 * 15 });

    holds(
      fc.property(sum, adc, (onLine, converter) => {
        const exact = roundedQuotient(BigInt(onLine - converter.offset), BigInt(converter.step));

        expect(BigInt(idealCode(onLine, converter))).toBe(exact);
        const highest = 2 ** converter.bits - 1;
        expect(columnCode(onLine, converter) + 0).toBe(
          Math.min(highest, Math.max(0, Number(exact))),
        );
      }),
      2000,
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adcCode,
  type AdcTable,
  adcUnits,
  isSaturated,
  losesNothing,
  uniformAdc,
  uniformTable,
} from '../../src/core/adc-table.ts';
import { roundedQuotient } from '../support/plain.ts';
import { holds } from '../support/property.ts';

const nominal = { bits: 6, step: 256, offset: 0 };
const codeOf = (sum: number, adc: typeof nominal): number => adcCode(sum, uniformTable(adc));

const uniform = fc.record({
  bits: fc.integer({ min: 1, max: 8 }),
  step: fc.integer({ min: 1, max: 16384 }),
  offset: fc.integer({ min: -262144, max: 262144 }),
});

describe('the table of a uniform ADC', () => {
  it('loses nothing of 0 ... 48 at the nominal ADC', () => {
    for (let sum = 0; sum <= 48; sum++) expect(codeOf(256 * sum, nominal)).toBe(sum);
  });

  it('cuts off at 31 with 5 bits', () => {
    for (let sum = 0; sum <= 48; sum++)
      expect(codeOf(256 * sum, { ...nominal, bits: 5 })).toBe(Math.min(sum, 31));
  });

  it('is 0 or 1 with one bit', () => {
    expect([0, 1, 2, 48].map((sum) => codeOf(256 * sum, { ...nominal, bits: 1 }))).toEqual([
      0, 1, 1, 1,
    ]);
  });

  it.each([
    // sums 0 ... 6 at step 2: halves go up
    [512, 0, [0, 1, 1, 2, 2, 3, 3]],
    // step 1/2: two codes per unit
    [128, 0, [0, 2, 4, 6, 8, 10, 12]],
    // step 1.5: 0, 0.67, 1.33, 2, 2.67, 3.33, 4
    [384, 0, [0, 1, 1, 2, 3, 3, 4]],
    // step 3, offset 1: (s - 1) / 3 = -0.33, 0, 0.33, 0.67, 1, 1.33, 1.67
    [768, 256, [0, 0, 0, 1, 1, 1, 2]],
    // offset 2: nothing below code 0
    [256, 512, [0, 0, 0, 1, 2, 3, 4]],
    // offset -1.5: 1.5, 2.5, ... halves go up
    [256, -384, [2, 3, 4, 5, 6, 7, 8]],
  ])('at step %i/256 and offset %i/256 gives %j', (step, offset, codes) => {
    const found = codes.map((_, sum) => codeOf(256 * sum, { bits: 8, step, offset }));

    expect(found).toEqual(codes);
  });

  it('is floor((sum - offset) / step + 1/2), limited to the codes and saturated beyond', () => {
    // Noise can take a sum below zero.
    const sum = fc.integer({ min: -(2 ** 15), max: 2 * 256 * 64 * 15 });

    holds(
      fc.property(sum, uniform, (onLine, adc) => {
        const exact = Number(roundedQuotient(BigInt(onLine - adc.offset), BigInt(adc.step)));
        const highest = 2 ** adc.bits - 1;
        const table = uniformTable(adc);

        expect(adcCode(onLine, table)).toBe(Math.min(highest, Math.max(0, exact)));
        expect(isSaturated(onLine, table)).toBe(exact < 0 || exact > highest);
        expect(table.values[adcCode(onLine, table)]).toBe(
          adc.offset + adc.step * Math.min(highest, Math.max(0, exact)),
        );
      }),
      2000,
    );
  });
});

describe('uniformAdc', () => {
  it('finds bits, step and offset again', () => {
    holds(
      fc.property(uniform, (adc) => {
        expect(uniformAdc(uniformTable(adc))).toEqual(adc);
      }),
    );
  });

  it('knows that a table with any entry changed is none', () => {
    holds(
      fc.property(uniform, fc.nat(), fc.constantFrom(-1, 1), (adc, place, by) => {
        const { thresholds, values, low, high } = uniformTable({ ...adc, step: adc.step + 2 });
        const all = [low, high, ...thresholds, ...values];
        const changed = all.with(place % all.length, all[place % all.length]! + by);
        const table: AdcTable = {
          low: changed[0]!,
          high: changed[1]!,
          thresholds: Int32Array.from(changed.slice(2, 2 + thresholds.length)),
          values: Int32Array.from(changed.slice(2 + thresholds.length)),
        };

        // Two values alone always have one step: then the other entries tell.
        const found = uniformAdc(table);
        if (found) expect(uniformTable(found)).toEqual(table);
        else expect(table).not.toEqual(uniformTable({ ...adc, step: adc.step + 2 }));
        if (adc.bits > 1) expect(found).toBeUndefined();
      }),
    );
  });
});

describe('adcUnits', () => {
  it('splits values into whole levels of the largest step', () => {
    const table = { ...uniformTable(nominal), values: Int32Array.of(-40, -10, 20, 110) };

    expect(adcUnits(table)).toEqual({ step: 30, offset: -40, levels: Int32Array.of(0, 1, 2, 5) });
    expect(adcUnits(uniformTable({ bits: 2, step: 7, offset: 3 }))).toEqual({
      step: 7,
      offset: 3,
      levels: Int32Array.of(0, 1, 2, 3),
    });
  });
});

describe('losesNothing', () => {
  it('asks of each sum whether its code stands for it', () => {
    const table = uniformTable(nominal);
    const finer = uniformTable({ bits: 7, step: 128, offset: -256 });
    const other = { ...table, values: table.values.with(40, 40 * 256 + 1) };

    expect(losesNothing(table, 63)).toBe(true);
    expect(losesNothing(table, 64)).toBe(false);
    expect(losesNothing(finer, 62)).toBe(true);
    expect(losesNothing(other, 39)).toBe(true);
    expect(losesNothing(other, 40)).toBe(false);
    expect(losesNothing({ ...table, high: 30 * 256 }, 30)).toBe(false);
  });
});

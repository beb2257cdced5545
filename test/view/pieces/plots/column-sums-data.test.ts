import { describe, expect, it } from 'vitest';
import {
  columnSumsData,
  isSaturated,
  saturatedShare,
} from '../../../../src/view/pieces/plots/column-sums-data.ts';

/** Three bits, step 2, offset -1: half a step beyond the outer levels still gets a code. */
const adc = { levels: [-1, 1, 3, 5, 7, 9, 11, 13], low: -2, high: 14 };

describe('sums on bit lines', () => {
  it('are saturated outside the codes', () => {
    expect([-2.5, -2, 0, 13.5, 14].map((sum) => isSaturated(sum, adc))).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
  });

  it('are counted: half of them beyond the levels here', () => {
    const sums = [
      { sum: 0, count: 30 },
      { sum: 13, count: 20 },
      { sum: 14, count: 45 },
      { sum: -3, count: 5 },
      { sum: 7, count: 0 },
    ];

    const { summary, table } = columnSumsData({ sums, adc });

    expect(saturatedShare({ sums, adc })).toBe(0.5);
    expect(summary).toBe(
      '100 column reads with sums from -3 to 14 unit discharges; 50.00 % are saturated, outside the ADC’s 8 levels from -1 to 13.',
    );
    expect(table.rows).toEqual([
      [0, 30, 'no'],
      [13, 20, 'no'],
      [14, 45, 'yes'],
      [-3, 5, 'yes'],
    ]);
  });

  it('have no share of saturated reads where nothing was read', () => {
    expect(saturatedShare({ sums: [], adc })).toBe(null);
    expect(columnSumsData({ sums: [], adc }).table.rows).toEqual([]);
  });
});

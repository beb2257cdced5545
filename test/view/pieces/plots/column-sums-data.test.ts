import { describe, expect, it } from 'vitest';
import { columnCode, idealCode } from '../../../../src/reference/adc.ts';
import {
  adcLevels,
  columnSumsData,
  isSaturated,
  saturatedShare,
} from '../../../../src/view/pieces/plots/column-sums-data.ts';

const adc = { bits: 3, step: 2, offset: -1 };

describe('sums on bit lines', () => {
  it('are saturated exactly where the ADC of the reference clamps', () => {
    const program = { bits: 3, step: 2 * 256, offset: -256 };
    for (let sum = -6; sum <= 20; sum += 0.5)
      expect(isSaturated(sum, adc), `sum ${sum}`).toBe(
        idealCode(sum * 256, program) !== columnCode(sum * 256, program),
      );
  });

  it('are compared with what each code stands for', () => {
    expect(adcLevels(adc)).toEqual([-1, 1, 3, 5, 7, 9, 11, 13]);
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

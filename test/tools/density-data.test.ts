import { describe, expect, it } from 'vitest';
import { densityData, seriesOf } from '../../tools/density-page/density-data.ts';

const rows = [
  { series: 'magnitude', density: 1, accuracy: 0.9 },
  { series: 'group lasso', density: 0.5, accuracy: 0.89 },
  { series: 'magnitude', density: 0.25, accuracy: 0.6 },
  { series: 'group lasso', density: 0.25, accuracy: 0.88 },
];

describe('the rows of accuracy against density', () => {
  it('keep the series in the order in which they came', () => {
    expect(seriesOf(rows)).toEqual(['magnitude', 'group lasso']);
  });

  it('are sorted within each series, and summed up by the sparsest of each', () => {
    const { table, summary } = densityData(rows);

    expect(table.rows).toEqual([
      ['group lasso', 0.25, 0.88],
      ['group lasso', 0.5, 0.89],
      ['magnitude', 0.25, 0.6],
      ['magnitude', 1, 0.9],
    ]);
    expect(summary).toBe(
      'Accuracy against density: magnitude reaches 60.00 % at its least density, 25.00 %; group lasso reaches 88.00 % at its least density, 25.00 %.',
    );
  });
});

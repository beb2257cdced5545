import { describe, expect, it } from 'vitest';
import { sweepData } from '../../../src/view/plots/sweep-data.ts';

describe('the rows of a sweep', () => {
  it('are in the order of the setting, with the interval of the images', () => {
    const { table, summary, caption } = sweepData({
      setting: 'ADC bits',
      rows: [
        { x: 6, top1: 0.5, exactTop1: null, images: 10 },
        { x: 3, top1: 0, exactTop1: 0.9, images: 20 },
      ],
    });

    expect(table.rows.map((row) => row[0])).toEqual([3, 6]);
    expect(table.rows[0]![3]).toBeCloseTo(0.1611, 4);
    expect(table.rows[1]!.slice(4)).toEqual([null, 10]);
    expect(summary).toBe('Accuracy on the chip against ADC bits: 0.00 % at 3 and 50.00 % at 6.');
    expect(caption).toContain('95 % binomial interval');
  });

  it('may be none', () => {
    expect(sweepData({ setting: 'ADC bits', rows: [] }).table.rows).toEqual([]);
  });
});

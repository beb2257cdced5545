import { describe, expect, it } from 'vitest';
import type { Report } from '../../../../src/report/report.ts';
import {
  sweepData,
  sweepObstacle,
  sweepRow,
} from '../../../../src/view/pieces/plots/sweep-data.ts';
import { estimateResnet18 } from '../../support/make-pieces-data.ts';

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

  it('have no accuracy and no interval where none is known, which is not 0 %', () => {
    const rows = [
      { x: 4, top1: null, exactTop1: null, images: 0 },
      { x: 5, top1: 0.5, exactTop1: null, images: 10 },
      { x: 6, top1: null, exactTop1: null, images: 0 },
    ];

    expect(sweepData({ setting: 'ADC bits', rows }).table.rows[0]).toEqual([
      4,
      null,
      null,
      null,
      null,
      0,
    ]);
    expect(sweepData({ setting: 'ADC bits', rows }).summary).toBe(
      'Accuracy on the chip against ADC bits: 50.00 % at 5 and 50.00 % at 5.',
    );
    expect(sweepData({ setting: 'ADC bits', rows: rows.slice(2) }).summary).toContain('not known');
  });

  it('may be none', () => {
    expect(sweepData({ setting: 'ADC bits', rows: [] }).table.rows).toEqual([]);
  });
});

describe('a sweep', () => {
  it('says beforehand that it would find no accuracy, after an estimate and without labels', () => {
    const { report } = estimateResnet18();
    const simulated: Report = { ...report, energy: { ...report.energy, activity: 'simulated' } };
    const right: Report = { ...simulated, accuracy: { ...report.accuracy, top1: 0 } };

    expect(sweepObstacle(report)).toContain('this run was an estimate');
    expect(sweepObstacle(simulated)).toContain('have no labels');
    expect(sweepObstacle(right)).toBeUndefined();
    expect(sweepRow(6, report)).toEqual({ x: 6, top1: null, exactTop1: null, images: 0 });
    expect(sweepRow(6, { ...right, images: 20 })).toMatchObject({ top1: 0, images: 20 });
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.ts';
import { compareRows } from '../../../src/view/report/compare-rows.ts';
import { estimateResnet18 } from '../support/make-pieces-data.ts';

describe('reports side by side', () => {
  let first: Report;
  let second: Report;
  beforeAll(() => {
    first = estimateResnet18().report;
    const { performance, accuracy } = first;
    second = {
      ...first,
      seed: 2,
      accuracy: { ...accuracy, top1: 0.5 },
      performance: { ...performance, cyclesPerFrame: performance.cyclesPerFrame * 2 },
    };
  });
  const row = (label: string) =>
    compareRows([first, second]).find((one) => one.label === label)!.cells;

  it('give the ratio to the first where a number has one', () => {
    expect(row('cycles per frame')[0]).toMatchObject({ ratio: '', isDifferent: false });
    expect(row('cycles per frame')[1]).toMatchObject({ ratio: '2 ×', isDifferent: true });
    expect(row('energy per frame')[1]).toMatchObject({ ratio: '1 ×', isDifferent: false });
  });

  it('mark what differs, with no ratio of words and accuracies', () => {
    expect(row('seed')[1]).toEqual({ text: '2', ratio: '', isDifferent: true });
    expect(row('accuracy on the chip').map(({ text, ratio }) => [text, ratio])).toEqual([
      ['unknown', ''],
      ['50.00 %', ''],
    ]);
    expect(row('network')[1]!.isDifferent).toBe(false);
  });
});

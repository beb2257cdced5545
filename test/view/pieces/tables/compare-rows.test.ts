import { beforeAll, describe, expect, it } from 'vitest';
import { picojoules } from '../../../../src/core/units.ts';
import type { Report } from '../../../../src/report/report.ts';
import { compareRows } from '../../../../src/view/pieces/tables/compare-rows.ts';
import { estimateResnet18 } from '../../support/make-pieces-data.ts';

describe('reports side by side', () => {
  let first: Report;
  let second: Report;
  beforeAll(() => {
    first = estimateResnet18().report;
    const { performance, accuracy } = first;
    second = {
      ...first,
      seed: 2,
      energy: {
        ...first.energy,
        activity: 'simulated',
        // Too little to be seen.
        perFrame: { ...first.energy.perFrame, total: picojoules(first.energy.perFrame.total + 1) },
      },
      provenance: first.provenance.map((entry) =>
        entry.parameter === 'adc.bits' ? { ...entry, value: 4 } : entry,
      ),
      layers: first.layers.map((layer, i) =>
        i === 1 ? { ...layer, saturatedReads: layer.columnReads } : layer,
      ),
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
    expect(row('energy per frame')[0]!.text).toBe(row('energy per frame')[1]!.text);
  });

  it('mark what differs, with no ratio of words and accuracies', () => {
    expect(row('seed')[1]).toEqual({ text: '2', ratio: '', isDifferent: true });
    expect(row('accuracy on the chip').map(({ text, ratio }) => [text, ratio])).toEqual([
      ['not simulated', ''],
      ['50.00 %', ''],
    ]);
    expect(row('network')[1]!.isDifferent).toBe(false);
  });

  it('tell the ADCs apart, and what each saturates', () => {
    const saturated = first.layers[1]!.columnReads;
    const all = first.layers.reduce((sum, { columnReads }) => sum + columnReads, 0);

    expect(row('ADC').map(({ text, isDifferent }) => [text, isDifferent])).toEqual([
      ['6 bits, step 1, offset 0', false],
      ['4 bits, step 1, offset 0', true],
    ]);
    expect(row('saturated reads').map(({ text }) => text)).toEqual([
      'not simulated',
      `${((100 * saturated) / all).toFixed(2)} %`,
    ]);
  });
});

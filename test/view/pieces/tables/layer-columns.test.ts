import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../../src/report/report.ts';
import { layerColumns } from '../../../../src/view/pieces/tables/layer-columns.ts';
import { estimateResnet18 } from '../../support/make-pieces-data.ts';

describe('columns of the layer table', () => {
  let report: Report;
  beforeAll(() => {
    ({ report } = estimateResnet18());
  });
  const column = (label: string) => layerColumns(report).find((one) => one.label === label)!;
  const layer = (name: string) => report.layers.find((one) => one.name === name)!;

  it('leave groups and reads of a pool empty', () => {
    for (const label of ['groups', 'stored', 'density', 'saturated reads', 'path'])
      expect(column(label).value(layer('pool')), label).toBe(null);
  });

  it('show no share of saturated reads where nothing was simulated', () => {
    expect(column('saturated reads').value(layer('conv1'))).toBe(null);
    expect(column('saturated reads').text?.(layer('conv1'))).toBe('');
  });

  it('have bars relative to the largest layer', () => {
    const lengths = report.layers.map((one) => column('cycles').bar!(one));

    expect(Math.max(...lengths)).toBe(1);
    expect(column('cycles').bar!(layer('fc'))).toBeCloseTo(
      layer('fc').cycles / Math.max(...report.layers.map(({ cycles }) => cycles)),
      12,
    );
    expect(column('density').bar!(layer('conv1'))).toBe(1);
  });
});

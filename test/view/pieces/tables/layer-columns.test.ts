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

  it('add up to the headline in the last row, the image among them', () => {
    const total = (label: string): unknown => column(label).total?.value;
    const sum = (label: string): number =>
      report.layers.reduce((all, one) => all + Number(column(label).value(one) ?? 0), 0);

    expect(total('cycles')).toBe(report.performance.cyclesPerFrame);
    expect(sum('cycles')).toBeCloseTo(report.performance.cyclesPerFrame, 6);
    expect(total('energy (nJ)')).toBe(report.energy.perFrame.total / 1000);
    expect(sum('energy (nJ)')).toBeCloseTo(report.energy.perFrame.total / 1000, 6);
    for (const label of ['MACs', 'groups', 'stored', 'macro-ops'])
      expect(sum(label), label).toBe(total(label));
    expect(total('density')).toBe(Number(total('stored')) / Number(total('groups')));
  });

  it('have sizes with ×, and no kernel for linear layers', () => {
    expect(column('output').text!(layer('conv1'))).toMatch(/^\d+ × \d+ × \d+$/);
    expect(column('kernel').value(layer('fc'))).toBe(null);
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

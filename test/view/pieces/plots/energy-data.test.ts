import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../../src/report/report.ts';
import { energyData, layerEnergies } from '../../../../src/view/pieces/plots/energy-data.ts';
import { estimateResnet18 } from '../../support/make-pieces-data.ts';

describe('the rows of the energy plot', () => {
  let report: Report;
  beforeAll(() => {
    ({ report } = estimateResnet18());
  });

  it('add up to the energy per frame, part by part', () => {
    const rows = layerEnergies(report);

    for (const part of ['macro', 'featureMap', 'weightPath', 'static'] as const)
      expect(rows.reduce((sum, { energy }) => sum + energy[part], 0)).toBeCloseTo(
        report.energy.perFrame[part],
        3,
      );
  });

  it('are the layers, and the writing of the image: 32 x 32 x 3 activations of 8 bits', () => {
    const rows = layerEnergies(report);
    const writing = report.provenance.find(
      ({ parameter }) => parameter === 'energy.featureMapWrite',
    )!;

    expect(rows.map(({ layer }) => layer)).toEqual([
      'image in',
      ...report.layers.slice(1).map(({ name }) => name),
    ]);
    expect(rows[0]!.energy.featureMap).toBeCloseTo(32 * 32 * 3 * 8 * Number(writing.value), 3);
  });

  it('are in nJ with their total in the table, and the summary names the largest', () => {
    const { table, summary } = energyData(report);
    const last = table.rows.at(-1)!;

    expect(last[0]).toBe('fc');
    expect(last.at(-1)).toBeCloseTo(report.layers.at(-1)!.energy.total / 1000, 9);
    expect(summary).toContain('estimated');
    expect(summary).toContain('goes to macros and ADCs');
    expect(summary).toContain('to l1b1c2,');
  });
});

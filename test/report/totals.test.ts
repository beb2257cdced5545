// Every total of a report is the sum of its rows, for all kinds of networks on all chips.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChipSpec, chips, setChipValues } from '../../src/chips/index.ts';
import type { Network } from '../../src/network/network.ts';
import { resnet20 } from '../../src/network/builtin/resnet20.ts';
import { vgg16 } from '../../src/network/builtin/vgg16.ts';
import { energyParts } from '../../src/report/energy.ts';
import { readReport } from '../../src/report/read-report.ts';
import { type LayerReport, type Report, reportText } from '../../src/report/report.ts';
import { openEstimator } from '../../src/pipeline/estimator.ts';
import { holds } from '../support/property.ts';
import { randomNetwork, tourNetwork, windowNetwork } from '../support/small-networks.ts';

/** Sums of at most a hundred doubles are within this of each other, in whatever order. */
const rounding = 1e-12;

function expectSum(total: number, rows: readonly number[], what: string): void {
  const sum = rows.reduce((all, row) => all + row, 0);
  const size = rows.reduce((all, row) => all + Math.abs(row), 0);
  expect(Math.abs(total - sum), `${what}: ${total} and ${sum}`).toBeLessThanOrEqual(
    rounding * Math.max(size, Math.abs(total)),
  );
}

function expectTotals(report: Report): void {
  const { layers, energy, performance, compression, dram, area } = report;
  const rows = (of: (layer: LayerReport) => number): readonly number[] => layers.map(of);
  for (const part of [...energyParts, 'total'] as const)
    expectSum(
      energy.perFrame[part],
      rows((layer) => layer.energy[part]),
      part,
    );
  for (const one of [energy.perFrame, energy.assumed, ...layers.map((layer) => layer.energy)])
    expectSum(
      one.total,
      energyParts.map((part) => one[part]),
      'parts',
    );
  expectSum(
    performance.cyclesPerFrame,
    rows(({ cycles }) => cycles),
    'cycles',
  );
  const { computeCycles, loadCycles, stallCycles, stalls } = performance;
  expectSum(performance.cyclesPerFrame, [computeCycles, loadCycles, stallCycles], 'causes');
  expectSum(stallCycles, Object.values(stalls), 'stalls');
  expectSum(
    compression.groups,
    rows(({ groups }) => groups),
    'groups',
  );
  expectSum(
    compression.groupsKept,
    rows(({ groupsKept }) => groupsKept),
    'groups kept',
  );
  for (const way of ['read', 'written', 'weights'] as const)
    expectSum(
      dram[way],
      rows((layer) => layer.dram[way]),
      way,
    );
  expectSum(dram.bytesPerFrame, [dram.read, dram.written, dram.weights], 'bytes');
  expectSum(
    area.total,
    area.parts.map((part) => part.area),
    'area',
  );
  const { total, ...power } = energy.staticPower!;
  expectSum(total, Object.values(power), 'static power');
  // Estimated: what is assumed is what is reported.
  expect(energy.assumed).toEqual(energy.perFrame);
}

/** What makes rows of their own: DRAM, batches, gating, other bits. */
const variants: readonly (readonly string[])[] = [
  [],
  ['featureMap.bankBytes=2500', 'featureMap.shortcutBytes=2500'],
  ['featureMap.bankBytes=2500', 'featureMap.shortcutBytes=2500', 'controller.weights=dram'],
  ['controller.batch=2', 'static.gating=idle'],
  ['process.supply=0.7', 'controller.barrier=pass'],
];

describe('the totals of a report', () => {
  it('are the sums of its rows: small networks, all chips, all ways', () => {
    const all = fc.tuple(
      fc.constantFrom<Network>(tourNetwork(), windowNetwork(), ...[3, 4, 5].map(randomNetwork)),
      fc.constantFrom<ChipSpec>(...Object.values(chips)),
      fc.constantFrom(...variants),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
    );

    holds(
      fc.property(all, ([network, chip, settings, prunedGroups]) => {
        const report = openEstimator({ network, prunedGroups })(setChipValues(chip, settings));
        expect(report.layers[0]!.kind).toBe('image');
        expectTotals(report);
      }),
      60,
    );
  });

  it.each([resnet20({ seed: 1 }), vgg16({ seed: 1, width: 16, side: 96 })])(
    'are so for $name, and survive a file',
    (network) => {
      const estimate = openEstimator({ network });
      for (const chip of Object.values(chips)) {
        const report = estimate(chip);
        expectTotals(report);
        expect(readReport(reportText(report), 'report.json')).toEqual(report);
      }
    },
  );
});

import { describe, expect, it } from 'vitest';
import { openReference } from '../../src/reference/reference-backend.ts';
import { type Report, reportText } from '../../src/report/report.ts';
import { summarize } from '../../src/report/summarize.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { estimateRun } from '../../src/pipeline/estimate.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import { mapped } from '../support/mapped.ts';
import { conv, linear, networkOf, noise, tourNetwork } from '../support/small-networks.ts';
import { wideLinear } from '../support/wide-linear.ts';
import { itLong } from '../support/long.ts';
import { fuse } from '../../src/network/passes/fuse.ts';

const facts = {
  dataset: 'noise',
  accuracy: { top1: 0.5, floatTop1: 0.75, floatImages: 4, quantizedTop1: 0.5, agreement: 1 },
};

async function reportOf(
  network: Parameters<typeof mapped>[0],
  options: Parameters<typeof mapped>[1] = {},
): Promise<Report> {
  const mapping = mapped(network, options);
  const backend = openReference();
  const run = await simulate(mapping, noise(network.input, 2), { backend, seed: 7 });
  return summarize(mapping, run, scheduleAll(mapping), facts);
}

const oneLayer = networkOf('one', { height: 1, width: 1, channels: 16 }, 10, [
  linear({ name: 'fc', input: 'image', inputs: 16, outputs: 10 }),
]);

describe('summarize', () => {
  it('gives a network of one layer the numbers of pencil and paper', async () => {
    const report = await reportOf(oneLayer);

    // See energy.test.ts; writing the image of 128 bits at 0.1 pJ comes on top.
    const picojoules = 19.2 + 12.8 + 1.224 + 204.85 + 105 + 12.8;
    expect(report.energy.perFrame.total).toBeCloseTo(picojoules, 9);
    expect(report.energy.dram).toBe(2049 * 8);
    // 160 multiply-accumulates are 320 operations; operations per pJ are TOPS/W.
    expect(report.topsPerWatt.denseEquivalent).toBeCloseTo(320 / picojoules, 9);
    expect(report.topsPerWatt.executed).toBeCloseTo(320 / picojoules, 9);
    expect(report.topsPerWatt.executedWithDram).toBeCloseTo(320 / (picojoules + 16392), 9);
    // 16 cycles of loading, one macro-op, 4 of pipeline, on one of 4 cores.
    expect(report.performance).toEqual({
      cyclesPerFrame: 21,
      framesPerSecond: 1e8 / 21,
      computeCycles: 1 / 4,
      loadCycles: 16 / 4,
      stallCycles: 67 / 4,
      stalls: { barrier: 63 / 4, port: 0, drain: 4 / 4, pool: 0, dram: 0 },
      framesPerSecondBeforeStalls: 1e8 / 17,
      balance: 'none',
      balanceGain: 1,
      utilization: 1 / 4 / 21,
    });
    // pJ over 210 ns are mW.
    expect(report.energy.averagePower).toBeCloseTo(picojoules / 210, 9);
    expect(report.compression).toEqual({
      weightBits: 8,
      activationBits: 8,
      groups: 1,
      groupsKept: 1,
      weightsKept: 1,
      macsKept: 1,
      indexBits: 1,
      storedBits: 2049,
      denseBits: 1280,
    });
    expect(report.layers).toHaveLength(2);
    expect(report.layers[0]).toMatchObject({ name: 'image', kind: 'image', cycles: 0, macs: 0 });
    expect(report.layers[1]).toMatchObject({
      name: 'fc',
      kind: 'linear',
      shape: {
        input: { height: 1, width: 1, channels: 16 },
        output: { height: 1, width: 1, channels: 10 },
        kernel: { height: 1, width: 1 },
      },
      macs: 160,
      macroOps: 2,
      columnReads: 320,
      cycles: 21,
    });
  });

  it('lists every layer, pools with nothing but their shape', async () => {
    const report = await reportOf(tourNetwork(), { prunedGroups: 0.3 });

    expect(report.layers.map(({ name }) => name)).toEqual([
      'image',
      ...fuse(tourNetwork()).layers.map(({ name }) => name),
    ]);
    expect(report.layers[3]).toMatchObject({
      kind: 'maxPool',
      shape: {
        input: { height: 5, width: 4, channels: 24 },
        output: { height: 2, width: 2, channels: 24 },
        kernel: { height: 2, width: 2 },
      },
      macs: 0,
      macroOps: 0,
    });
    expect(report.layers[7]!.shape.kernel).toEqual({ height: 2, width: 2 });
  });

  it('adds the parts of every energy up to its total', async () => {
    const report = await reportOf(tourNetwork(), { prunedGroups: 0.3 });

    for (const energy of [report.energy.perFrame, ...report.layers.map((layer) => layer.energy)]) {
      const { total, ...parts } = energy;
      const sum = Object.values(parts).reduce((all, part) => all + part, 0);
      // The order of five additions in doubles.
      expect(Math.abs(sum - total)).toBeLessThanOrEqual(1e-12 * total);
    }
  });

  it('adds the layers up to the frame', async () => {
    const report = await reportOf(tourNetwork(), { prunedGroups: 0.3 });

    const sum = (part: (layer: Report['layers'][number]) => number): number =>
      report.layers.reduce((all, layer) => all + part(layer), 0);
    expect(sum((layer) => layer.cycles)).toBe(report.performance.cyclesPerFrame);
    expect(sum((layer) => layer.groups)).toBe(report.compression.groups);
    expect(sum((layer) => layer.groupsKept)).toBe(report.compression.groupsKept);
    expect(sum((layer) => layer.energy.total)).toBeCloseTo(report.energy.perFrame.total, 6);
    // The first row is the image: 9 x 8 x 3 bytes at 0.1 pJ per bit.
    expect(report.layers[0]!.energy.total).toBeCloseTo(216 * 0.8, 9);
    const { computeCycles, loadCycles, stallCycles, cyclesPerFrame } = report.performance;
    expect(computeCycles + loadCycles + stallCycles).toBeCloseTo(cyclesPerFrame, 9);
  });

  it('counts skipped multiply-accumulates as dense-equivalent only', async () => {
    const report = await reportOf(tourNetwork(), { prunedGroups: 0.5 });

    const { executed, denseEquivalent, executedWithDram } = report.topsPerWatt;
    expect(report.compression.macsKept).toBeLessThan(1);
    expect(executed / denseEquivalent).toBeCloseTo(report.compression.macsKept, 12);
    expect(executedWithDram).toBeLessThan(executed);
  });

  it('carries what it was told, who ran it, and where every number of the chip is from', async () => {
    const report = await reportOf(oneLayer, {
      settings: ['static.core=0.25', 'noise.read=0.15'],
    });

    expect(report).toMatchObject({
      version: 3,
      seed: 7,
      noise: { read: 0.15, offset: 0, gain: 0, cell: 0 },
      network: 'one',
      chip: 'mars',
      dataset: 'noise',
      backend: 'reference',
      images: 2,
      accuracy: facts.accuracy,
    });
    expect(report.provenance).toContainEqual({
      parameter: 'static.core',
      value: 0.25,
      unit: 'mW',
      evidence: 'assumed',
      source: 'set by the user (0.04 before)',
    });
  });

  it('estimates what it can without a simulation', async () => {
    const mapping = mapped(tourNetwork());
    const counted = await reportOf(tourNetwork());

    const estimated = summarize(mapping, estimateRun(mapping), scheduleAll(mapping));

    expect(estimated.energy.activity).toBe('estimated');
    expect(estimated.accuracy).toEqual({
      top1: null,
      floatTop1: null,
      floatImages: 0,
      quantizedTop1: null,
      agreement: null,
    });
    expect(estimated.performance).toEqual(counted.performance);
    estimated.layers.forEach((layer, i) => {
      expect(layer.columnReads).toBe(counted.layers[i]!.columnReads);
      expect(layer.macroOps).toBe(counted.layers[i]!.macroOps);
    });
    // No phase is known to be silent.
    expect(estimated.energy.perFrame.macro).toBeGreaterThan(counted.energy.perFrame.macro);
  });

  it('has only finite numbers when nothing is left to compute', async () => {
    const network = networkOf('bare', { height: 2, width: 2, channels: 16 }, 2, [
      conv({ name: 'a', input: 'image', channels: 16, kernels: 16 }),
      linear({ name: 'fc', input: 'a', inputs: 64, outputs: 2 }),
    ]);

    const report = await reportOf(network, { prunedGroups: 1 });

    expect(JSON.parse(reportText(report))).toEqual(report);
  });
});

itLong('summarize counts all 100,352 weight loads of a layer', () => {
  const mapping = wideLinear(25_088, 1024, ['macro.wordLines=16']);

  const report = summarize(mapping, estimateRun(mapping), scheduleAll(mapping));

  // Of each core: 16 cycles for every group that is loaded. Two macros hold a group, half of its kernels each.
  expect(report.performance.loadCycles).toBe(16 * (100_352 / 4));
  expect(report.layers[1]).toMatchObject({ groupsKept: 100_352, macroOps: 2 * 100_352 });
});

describe('reportText', () => {
  it('gives the same bytes for the same run, twice', async () => {
    const [one, two] = [await reportOf(tourNetwork()), await reportOf(tourNetwork())];

    expect(reportText(one)).toBe(reportText(two));
    expect(reportText(one).endsWith('}\n')).toBe(true);
  });

  it('parses back to an equal report', async () => {
    const report = await reportOf(tourNetwork(), { prunedGroups: 0.3 });

    expect(JSON.parse(reportText(report))).toEqual(report);
  });
});

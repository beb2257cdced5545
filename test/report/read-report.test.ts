import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { estimateRun } from '../../src/pipeline/estimate.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { readReport } from '../../src/report/read-report.ts';
import { type LayerReport, type Report, reportText } from '../../src/report/report.ts';
import { summarize } from '../../src/report/summarize.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import { caught } from '../support/caught.ts';
import { mapped } from '../support/mapped.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

const mapping = mapped(tourNetwork(), { prunedGroups: 0.3 });
const schedules = scheduleAll(mapping);
const estimated = summarize(mapping, estimateRun(mapping), schedules);

/** A report of version 1, as `mars estimate --json` printed it. */
const version1 = readFileSync(join(import.meta.dirname, 'report-version-1.json'), 'utf8');

type Sizes = readonly [number, number, number];

/** Shapes of a layer by height, width and channels. */
const shapes = (
  [height, width, channels]: Sizes,
  [rows, columns, kernels]: Sizes,
  [kernelHeight, kernelWidth]: readonly [number, number],
): LayerReport['shape'] => ({
  input: { height, width, channels },
  output: { height: rows, width: columns, channels: kernels },
  kernel: { height: kernelHeight, width: kernelWidth },
});

describe('readReport', () => {
  it('gives back a report of a simulation, and one of an estimate, as they were written', async () => {
    const backend = openReference();
    const run = await simulate(mapping, noise(mapping.network.input, 2), { backend, seed: 7 });
    const accuracy = {
      top1: 0.5,
      floatTop1: 0.75,
      floatImages: 4,
      quantizedTop1: 0.5,
      agreement: 1,
    };
    const simulated = summarize(mapping, run, schedules, { dataset: 'noise', accuracy });
    const reports: readonly Report[] = [
      simulated,
      estimated,
      { ...estimated, notSimulated: 'there is no GPU' },
    ];

    for (const report of reports) {
      const text = reportText(report);
      expect(readReport(text, 'report.json')).toEqual(report);
      expect(readReport(new TextEncoder().encode(text), 'report.json')).toEqual(report);
    }
  });

  it('reads version 1, whose shapes were text, as today’s', () => {
    const old = JSON.parse(version1) as Report;
    const { layers: rows, ...rest } = readReport(version1, 'old.json');
    const [image, ...layers] = rows;

    expect(old.version).toBe(1);
    const nothing = { read: 0, written: 0, weights: 0 };
    expect(rest).toEqual({
      ...old,
      version: 3,
      layers: undefined,
      performance: { ...old.performance, stalls: { ...old.performance.stalls, dram: 0 } },
      energy: { ...old.energy, assumed: old.energy.perFrame, columnRead: null, staticPower: null },
      dram: {
        ...nothing,
        bytesPerFrame: 0,
        bandwidth: 0,
        framesPerSecondWithout: old.performance.framesPerSecond,
      },
    });
    // The image had no row: 28 x 28 bytes at 0.1 pJ per bit.
    expect(image).toMatchObject({ name: 'image', kind: 'image', cycles: 0, macs: 0 });
    expect(image!.energy.total).toBeCloseTo(28 * 28 * 8 * 0.1, 6);
    expect(image!.energy.macro).toBe(0);
    expect(layers.map(({ name, shape }) => [name, shape])).toEqual([
      ['conv1', shapes([28, 28, 1], [28, 28, 16], [3, 3])],
      ['pool1', shapes([28, 28, 16], [14, 14, 16], [2, 2])],
      ['conv2', shapes([14, 14, 16], [14, 14, 32], [3, 3])],
      ['pool2', shapes([14, 14, 32], [7, 7, 32], [2, 2])],
      ['conv3', shapes([7, 7, 32], [7, 7, 64], [3, 3])],
      ['pool3', shapes([7, 7, 64], [3, 3, 64], [2, 2])],
      ['conv4', shapes([3, 3, 64], [3, 3, 64], [3, 3])],
      ['fc', shapes([3, 3, 64], [1, 1, 10], [3, 3])],
    ]);
    expect(layers.map((layer) => ({ ...layer, shape: undefined }))).toEqual(
      old.layers.map((layer) => ({
        ...layer,
        shape: undefined,
        strips: 0,
        dram: nothing,
        adc: null,
      })),
    );
  });

  it.each<[string, object | string, string]>([
    ['a chip', { name: 'mine', adc: {} }, 'version'],
    [
      'a version that is not known yet',
      { ...estimated, version: 4 },
      'version must be 3, 2 or 1, not 4',
    ],
    [
      'a share above 1',
      { ...estimated, accuracy: { ...estimated.accuracy, top1: 7 } },
      'accuracy.top1 must be 0 … 1 or null, not 7',
    ],
    ['no layers', { ...estimated, layers: undefined }, 'layers is missing'],
    [
      'a shape as text, which only version 1 had',
      { ...estimated, layers: estimated.layers.map((layer) => ({ ...layer, shape: '1x1x1' })) },
      'layers.0.shape must be an object, not "1x1x1"',
    ],
    ['a list', [], 'top level'],
    ['half a file', reportText(estimated).slice(0, 999), 'is not JSON'],
  ])('refuses %s', (_, value, words) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const error = caught(() => readReport(text, 'odd.json'));

    expect(error.message).toContain('odd.json: ');
    expect(error.message).toContain(words);
    expect(error).toMatchObject({ todo: expect.stringContaining('report.json') });
  });
});

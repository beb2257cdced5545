// The trained network on the simulated chip: 500 real images, on the fastest adapter of this machine.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import { openBackend } from '../../src/cli/backends.ts';
import { loadDataset } from '../../src/cli/load-dataset.ts';
import { nodeSources } from '../../src/cli/node-sources.ts';
import { firstImages, type ImageSet, spreadImages } from '../../src/datasets/image-set.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { type Job, runJob } from '../../src/pipeline/run-job.ts';
import { loadNetwork } from '../../src/settings/load-job.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';

describe('mnist-cnn on 500 images', () => {
  let backend: MacroBackend;
  let job: Job;
  let tests: ImageSet;

  beforeAll(async () => {
    ({ backend } = await openBackend('gpu'));
    tests = firstImages(loadDataset('mnist', 'test'), 500);
    const calibration = spreadImages(loadDataset('mnist', 'train'), 256);
    const widths = { weightBits: 8, activationBits: 8 };
    job = {
      network: await loadNetwork({ network: 'mnist-cnn', seed: 1 }, nodeSources),
      chip: mars,
      images: tests,
      calibration,
      ...widths,
      prunedGroups: 0.7,
      balance: 'none',
      seed: 1,
    };
  });
  afterAll(async () => {
    await backend?.[Symbol.asyncDispose]();
  });

  it('keeps its accuracy with the lossless ADC, and every output of the exact integer network', async () => {
    const { report } = await runJob(job, backend);

    expect(report.accuracy.floatTop1).toBeGreaterThanOrEqual(0.985);
    expect(report.accuracy.top1).toBe(report.accuracy.quantizedTop1);
    expect(report.accuracy.agreement).toBe(1);
    expect(
      report.layers.every((layer) => layer.saturatedReads === 0 && layer.overflowedSums === 0),
    ).toBe(true);
    // 500 images: one image is 0.2 %; 8 bits may turn a handful of close calls.
    expect(Math.abs(report.accuracy.top1! - report.accuracy.floatTop1!)).toBeLessThanOrEqual(0.01);
  });

  it('loses accuracy and saturates when the ADC is far too small', async () => {
    const { report } = await runJob({ ...job, chip: setChipValues(mars, ['adc.bits=1']) }, backend);

    expect(report.accuracy.top1).toBeLessThan(0.9);
    const conv1 = report.layers.find(({ name }) => name === 'conv1');
    expect(conv1?.saturatedReads).toBeGreaterThan(0);
  });

  it('works with 4-bit weights and activations, 32 kernels at a time', async () => {
    const { report } = await runJob(
      { ...job, weightBits: 4, activationBits: 4, prunedGroups: 0 },
      backend,
    );

    expect(groupShapeOf(mars, 4)).toEqual({ channels: 16, kernels: 32 });
    expect(report.accuracy.top1).toBe(report.accuracy.quantizedTop1);
    expect(report.accuracy.top1).toBeGreaterThan(0.9);
  });
});

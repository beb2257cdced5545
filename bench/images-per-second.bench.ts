// How many images does each backend simulate per second? The bundled network on MNIST, results checked first.

import { expect, it } from 'vitest';
import { mars } from '../src/chips/index.ts';
import { openBackend } from '../src/cli/backends.ts';
import { loadDataset } from '../src/cli/load-dataset.ts';
import { loadNetwork } from '../src/cli/load-network.ts';
import { launchBrowser } from '../src/cli/browser.ts';
import { runJobInBrowser } from '../src/cli/browser-job.ts';
import { firstImages, spreadImages } from '../src/datasets/image-set.ts';
import { type Job, mapJob } from '../src/pipeline/run-job.ts';
import { integerForward } from '../src/reference/integer-network.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { record } from './support/record.ts';

const repetitions = 3;

it('images per second', async () => {
  const network = loadNetwork('mnist-cnn');
  const tests = loadDataset('mnist', 'test');
  const calibration = spreadImages(loadDataset('mnist', 'train'), 256);
  const part = {
    network,
    chip: mars,
    calibration,
    weightBits: 8,
    activationBits: 8,
    prunedGroups: 0.5,
    balance: 'none' as const,
  };
  const mapping = mapJob(part);
  const rows: object[] = [];
  let device = '';
  for (const [name, count] of [
    ['gpu', 1000],
    ['reference', 20],
  ] as const) {
    await using backend = await openBackend(name);
    const { images } = firstImages(tests, count);
    const check = await simulate(mapping, images, { backend });
    expect(check.outputs).toEqual(integerForward(mapping.network, images));
    const rates: number[] = [];
    for (let i = 0; i < repetitions; i++) {
      const start = performance.now();
      await simulate(mapping, images, { backend });
      rates.push((1000 * count) / (performance.now() - start));
    }
    rows.push(summary(name, backend.device, count, rates));
    if (name === 'gpu') device = backend.device;
  }
  rows.push(await browserRow({ ...part, images: firstImages(tests, 200), seed: 1 }));
  record('images-per-second', device, rows);
});

/** The whole job in headless Chrome; only the simulation's share is timed, by its progress. */
async function browserRow(job: Job): Promise<object> {
  const browser = await launchBrowser();
  const version = await browser.version();
  await browser.close();
  const rates: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const times: { at: number; done: number }[] = [];
    await runJobInBrowser(job, {
      onProgress: ({ stage, done }) => {
        if (stage === 'simulate') times.push({ at: performance.now(), done });
      },
    });
    const [first, last] = [times[0]!, times.at(-1)!];
    rates.push((1000 * (last.done - first.done)) / (last.at - first.at));
  }
  return summary('browser', version, job.images.images.images, rates);
}

function summary(
  backend: string,
  device: string,
  images: number,
  rates: readonly number[],
): object {
  const sorted = rates.toSorted((a, b) => a - b);
  const round = (value: number): number => Number(value.toPrecision(3));
  return {
    backend,
    device,
    images,
    median: round(sorted[1]!),
    least: round(sorted[0]!),
    most: round(sorted[2]!),
  };
}

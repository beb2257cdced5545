import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import { CimError } from '../../src/core/errors.ts';
import type { Progress } from '../../src/core/progress.ts';
import { floatForward, toFloatMap } from '../../src/network/float-forward.ts';
import { type Job, mapJob, runJob } from '../../src/pipeline/run-job.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { reportText } from '../../src/report/report.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { caughtEventually } from '../support/caught.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';
import { fuse } from '../../src/network/passes/fuse.ts';
import { itLong } from '../support/long.ts';

const network = tourNetwork();
const images = noise(network.input, 4);

/** The position of the largest of five outputs of each image. */
const classesOf = (outputs: ArrayLike<number>): number[] =>
  [0, 1, 2, 3].map((image) => {
    const own = Array.from(outputs).slice(image * 5, image * 5 + 5);
    return own.indexOf(Math.max(...own));
  });

const real = classesOf(floatForward(network, toFloatMap(images)));
/** Labels that the real network gets right on all images but the first. */
const labels = Uint8Array.from(real, (best, i) => (i === 0 ? (best + 1) % 5 : best));
const job: Job = {
  network,
  chip: mars,
  images: { name: 'noise', classes: 5, images, labels },
  calibration: noise(network.input, 8, 9),
  weightBits: 8,
  activationBits: 8,
  prunedGroups: 0,
  seed: 3,
};

/** The ways to the exact integers: plain convolutions, a second simulation, or the first where it lost nothing. */
const backends: readonly { readonly title: string; readonly backend: MacroBackend }[] = [
  { title: 'the reference', backend: openReference() },
  { title: 'a device', backend: { ...openReference(), name: 'gpu' } },
  {
    title: 'a device that loses nothing',
    backend: {
      ...openReference(),
      name: 'gpu',
      prepare: (program) => Promise.resolve({ program, path: 'dot product' }),
    },
  },
];

/** A backend that is lent, and says when it is given back. */
const lent = (backend: MacroBackend, onEnd = (): void => {}) => ({
  openCheck: () =>
    Promise.resolve({
      backend,
      [Symbol.asyncDispose]: () => {
        onEnd();
        return Promise.resolve();
      },
    }),
});

describe('a backend that is lent to check', () => {
  it('is named in the report with the images that were equal', async () => {
    let ended = 0;
    const other = { ...openReference(), device: 'another device' };

    const { report } = await runJob(job, openReference(), {
      ...lent(other, () => ended++),
      backendChoice: 'nobody asked',
    });

    expect(report.checked).toEqual({ backend: 'reference', adapter: 'another device', images: 4 });
    expect(report.backendChoice).toBe('nobody asked');
    expect(ended).toBe(1);
  });

  it('ends the run where its sums differ', async () => {
    const plain = openReference();
    const wrong: MacroBackend = {
      ...plain,
      device: 'a wrong device',
      download: async (map) => (await plain.download(map)).map((sum) => sum + 1),
    };

    const error = await caughtEventually(() => runJob(job, plain, lent(wrong)));

    expect(error.message).toMatch(/plain TypeScript.* and a wrong device differ \(image 0\)/);
  });

  it('is done without where it cannot compute the images', async () => {
    const lost: MacroBackend = {
      ...openReference(),
      download: () => Promise.reject(new CimError('simulation', { what: 'the device was lost' })),
    };

    const { report } = await runJob(job, openReference(), lent(lost));

    expect(report.checked).toBeUndefined();
  });
});

describe('runJob', () => {
  it('runs real arithmetic on as many images as it is told', async () => {
    const first = await runJob({ ...job, floatImages: 1 }, openReference());
    const none = await runJob({ ...job, floatImages: 0 }, openReference());

    expect(first.report.accuracy.floatImages).toBe(1);
    expect(first.report.accuracy.floatTop1).toBe(real[0] === labels[0] ? 1 : 0);
    expect(none.report.accuracy).toMatchObject({ floatImages: 0, floatTop1: null });
  });

  it('reports the accuracy of the real network, the integers and the chip', async () => {
    const { report, outputs } = await runJob(job, openReference());

    expect(report.accuracy.floatTop1).toBe(3 / 4);
    expect(report.accuracy.floatImages).toBe(4);
    const right = classesOf(outputs).filter((best, i) => best === labels[i]).length;
    expect(report.accuracy.top1).toBe(right / 4);
    // The nominal ADC loses nothing.
    expect(report.accuracy.quantizedTop1).toBe(report.accuracy.top1);
    expect(report.accuracy.agreement).toBe(1);
    expect(report).toMatchObject({ seed: 3, dataset: 'noise', images: 4 });
  });

  itLong('has the noise of the chip under the seed of the job', async () => {
    const chip = setChipValues(mars, ['noise.read=0.5', 'noise.offset=0.5']);
    const noisy = { ...job, chip };

    const [three, again, four] = [
      await runJob(noisy, openReference()),
      await runJob(noisy, openReference()),
      await runJob({ ...noisy, seed: 4 }, openReference()),
    ];

    expect(reportText(again.report)).toBe(reportText(three.report));
    expect(again.outputs).toEqual(three.outputs);
    expect(four.outputs).not.toEqual(three.outputs);
    expect(three.report).toMatchObject({
      seed: 3,
      noise: { read: 0.5, offset: 0.5, gain: 0, cell: 0 },
    });
    // What the integers give does not depend on the chip's noise.
    expect(three.report.accuracy.quantizedTop1).toBe(four.report.accuracy.quantizedTop1);
  });

  it('gives the same report twice, byte for byte', async () => {
    const [one, two] = [await runJob(job, openReference()), await runJob(job, openReference())];

    expect(reportText(one.report)).toBe(reportText(two.report));
  });

  it('runs any chip that the job describes', async () => {
    const settings = ['cores.macros=1', 'macro.wordLinesOn=32', 'adc.bits=7'];

    const { report } = await runJob(
      { ...job, chip: setChipValues(mars, settings), weightBits: 4, prunedGroups: 0.5 },
      openReference(),
    );

    expect(report.accuracy.agreement).toBe(1);
    expect(report.compression.groupsKept).toBeLessThan(report.compression.groups);
  });

  it.each(backends)(
    'tells of every stage once, in order, from its first image to its last, on $title',
    async ({ backend }) => {
      const seen: Progress[] = [];

      const two = { ...job.images, images: noise(network.input, 2), labels: labels.slice(0, 2) };
      await runJob({ ...job, images: two, calibration: noise(network.input, 2) }, backend, {
        onProgress: (progress) => seen.push(progress),
      });

      const stages = seen.map(({ stage }) => stage);
      expect(stages.filter((stage, i) => stage !== stages[i - 1])).toEqual([
        'calibrate',
        'float',
        'simulate',
        'exact',
      ]);
      for (const stage of new Set(stages)) {
        const own = seen.filter((progress) => progress.stage === stage);
        const { done, total } = own.at(-1)!;
        expect(done, stage).toBe(total);
        expect(new Set(own.map((progress) => progress.total)).size, stage).toBe(1);
        own.slice(1).forEach((next, i) => expect(next.done, stage).toBeGreaterThan(own[i]!.done));
      }
    },
  );

  it('stops when told to', async () => {
    const signal = { aborted: true };

    const error = await caughtEventually(() => runJob(job, openReference(), { signal }));

    expect(error.kind).toBe('cancelled');
  });

  it('refuses images of another shape than the network’s', async () => {
    const wrong = { ...job.images, images: noise({ height: 8, width: 9, channels: 3 }, 4) };

    const error = await caughtEventually(() => runJob({ ...job, images: wrong }, openReference()));

    expect(error.kind).toBe('simulation');
  });
});

describe('mapJob', () => {
  it('maps without images', () => {
    const mapping = mapJob({ ...job, prunedGroups: 0.5 });

    expect(mapping.chip).toBe(mars);
    expect(mapping.network.weightBits).toBe(8);
    expect(mapping.layers).toHaveLength(fuse(network).layers.length);
  });
});

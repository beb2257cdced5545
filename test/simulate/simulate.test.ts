import { describe, expect, it } from 'vitest';
import { CimError } from '../../src/core/errors.ts';
import { imageSlice } from '../../src/core/feature-map.ts';
import type { Progress } from '../../src/core/progress.ts';
import { integerForward } from '../../src/reference/integer-network.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { simulate, type SimulateOptions, type SimulationRun } from '../../src/simulate/simulate.ts';
import { caughtEventually } from '../support/caught.ts';
import { mapped } from '../support/mapped.ts';
import { everyNth, itLong, tries } from '../support/long.ts';
import { noise, randomNetwork, tourNetwork } from '../support/small-networks.ts';

/** A reference that counts the maps and prepared layers it holds. */
function countingReference(): MacroBackend & { readonly held: () => number } {
  const reference = openReference();
  const held = new Set<unknown>();
  const keep = <T>(map: T): T => {
    held.add(map);
    return map;
  };
  return {
    ...reference,
    prepare: async (program) => keep(await reference.prepare(program)),
    upload: (...args) => keep(reference.upload(...args)),
    runMacro: (...args) => keep(reference.runMacro(...args)),
    runPool: (...args) => keep(reference.runPool(...args)),
    release: (map) => {
      if (!held.delete(map)) throw new Error('released twice');
    },
    held: () => held.size,
  };
}

describe('simulate with an ADC that loses nothing', () => {
  it('gives the outputs of the integer network exactly, for every kind of layer', async () => {
    const mapping = mapped(tourNetwork(), { prunedGroups: 0.3 });
    const images = noise(mapping.network.input, 3);

    const run = await simulate(mapping, images, { backend: openReference() });

    expect(run.outputs).toEqual(integerForward(mapping.network, images));
    for (const { saturatedReads, overflowedSums } of run.activity)
      expect([saturatedReads, overflowedSums]).toEqual([0, 0]);
  });

  it.each(Array.from({ length: tries(5, 14) }, (_, seed) => seed))(
    'gives the outputs of the integer network exactly, for random network %i',
    async (seed) => {
      const mapping = mapped(randomNetwork(seed), {
        weightBits: 2 + (seed % 7),
        activationBits: 8 - (seed % 6),
        prunedGroups: seed % 3 === 0 ? 0.4 : 0,
      });
      const images = noise(mapping.network.input, 2, seed);

      const run = await simulate(mapping, images, { backend: openReference() });

      expect(run.outputs).toEqual(integerForward(mapping.network, images));
    },
  );

  it.each([
    ['1 bit per phase', ['macro.inputBitsPerPhase=1']],
    ['4 bits per phase, 8-bit codes', ['macro.inputBitsPerPhase=4', 'adc.bits=8']],
    ['5 word lines', ['macro.wordLinesOn=5']],
    [
      'one core of one macro of 4 groups',
      ['cores.count=1', 'cores.macros=1', 'macro.wordLines=64'],
    ],
  ])('does so on a chip with %s', async (_, settings) => {
    const mapping = mapped(tourNetwork(), { settings });
    const images = noise(mapping.network.input, 1);

    const run = await simulate(mapping, images, { backend: openReference() });

    expect(run.outputs).toEqual(integerForward(mapping.network, images));
  });

  it('does not when the ADC has a bit less', async () => {
    const mapping = mapped(tourNetwork(), { settings: ['adc.bits=4'] });
    const images = noise(mapping.network.input, 1);

    const run = await simulate(mapping, images, { backend: openReference() });

    expect(run.outputs).not.toEqual(integerForward(mapping.network, images));
    expect(run.activity.some(({ saturatedReads }) => saturatedReads > 0)).toBe(true);
  });
});

describe('simulate', () => {
  const mapping = mapped(tourNetwork(), { settings: ['adc.bits=5'], prunedGroups: 0.2 });
  const images = noise(mapping.network.input, 3);

  it('gives the same outputs and activity for every batch size', async () => {
    const runs = await Promise.all(
      [1, 2, 100, undefined].map((batch) =>
        simulate(mapping, images, {
          backend: openReference(),
          ...(batch === undefined ? {} : { batch }),
        }),
      ),
    );

    for (const run of runs) expect(run).toEqual(runs[0]);
    expect(runs[0]!.activity.some(({ saturatedReads }) => saturatedReads > 0)).toBe(true);
  });

  it('gives an image what it gives it alone', async () => {
    const size = images.data.length / 3;
    const alone = { ...images, images: 1, data: images.data.subarray(size, 2 * size) };

    const [all, one] = await Promise.all([
      simulate(mapping, images, { backend: openReference() }),
      simulate(mapping, alone, { backend: openReference() }),
    ]);

    expect([...one.outputs]).toEqual([...all.outputs.subarray(5, 10)]);
  });

  it('releases every map, once', async () => {
    const backend = countingReference();

    await simulate(mapping, images, { backend, batch: 2 });

    expect(backend.held()).toBe(0);
  });

  it('releases every map also when the backend fails', async () => {
    const backend = countingReference();
    const failing = { ...backend, download: () => Promise.reject(new Error('lost')) };

    await expect(simulate(mapping, images, { backend: failing })).rejects.toThrow('lost');

    expect(backend.held()).toBe(0);
  });

  it.each(everyNth(2, ['upload', 'download'] as const))(
    'halves batches for whose %s there is too little memory, and gives each image once',
    async (method) => {
      const eleven = noise(mapping.network.input, 11);
      const backend = countingReference();
      const steps: number[] = [];
      const check = (count: number): void => {
        if (count > 3) throw new CimError('memory', { what: 'out of memory', where: 'test' });
      };
      const small: MacroBackend = {
        ...backend,
        upload: (map, first) => {
          if (method === 'upload') check(map.images);
          return backend.upload(map, first);
        },
        download: async (map) => {
          check(map.images);
          return await backend.download(map);
        },
      };

      const run = await simulate(mapping, eleven, {
        backend: small,
        batch: 11,
        onProgress: ({ done }) => steps.push(done),
      });

      const expected = await simulate(mapping, eleven, { backend: openReference() });
      expect(steps).toEqual([2, 4, 6, 8, 10, 11]);
      expect(run.outputs).toEqual(expected.outputs);
      // A device that lacks memory drops all commands of a batch; the reference has counted before it downloads.
      if (method === 'upload') expect(run.activity).toEqual(expected.activity);
      expect(backend.held()).toBe(0);
    },
  );

  it('ends with the memory error where not even one image fits', async () => {
    const backend = countingReference();
    const none: MacroBackend = {
      ...backend,
      download: () =>
        Promise.reject(
          new CimError('memory', {
            what: 'out of memory',
            where: 'test',
            todo: 'simulate fewer images per batch',
          }),
        ),
    };

    const error = await caughtEventually(() => simulate(mapping, images, { backend: none }));

    expect(error).toMatchObject({ kind: 'memory' });
    expect(error.message).toMatch(
      /^tour > test: out of memory, with one image per batch; allow more.*smaller images/,
    );
    expect(error.message).not.toMatch('fewer images');
    expect(backend.held()).toBe(0);
  });

  it('tells of its progress, and says which backend ran', async () => {
    const seen: Progress[] = [];

    const run = await simulate(mapping, images, {
      backend: openReference(),
      batch: 2,
      onProgress: (progress) => seen.push(progress),
    });

    expect(seen.map(({ done }) => done)).toEqual([2, 3]);
    expect(seen.every(({ stage, total }) => stage === 'simulate' && total === 3)).toBe(true);
    expect(run).toMatchObject({ images: 3, backend: 'reference' });
  });

  it('tells of the exact integers as a stage of its own', async () => {
    const seen: Progress[] = [];

    await simulate(mapping, imageSlice(images, 0, 1), {
      backend: openReference(),
      exact: true,
      onProgress: (progress) => seen.push(progress),
    });

    expect(seen).toEqual([{ stage: 'exact', done: 1, total: 1 }]);
  });

  it('stops when told to', async () => {
    const signal = { aborted: false };
    const options = {
      backend: openReference(),
      batch: 1,
      signal,
      onProgress: () => (signal.aborted = true),
    };

    expect(await caughtEventually(() => simulate(mapping, images, options))).toMatchObject({
      kind: 'cancelled',
    });
  });

  it.each([
    ['another size', { height: 8 }],
    ['another number of channels', { channels: 1 }],
    ['4 bits', { bits: 4 }],
  ])('refuses images of %s', async (_, change) => {
    const wrong = { ...images, ...change };

    const error = await caughtEventually(() =>
      simulate(mapping, wrong, { backend: openReference() }),
    );

    expect(error).toMatchObject({ kind: 'simulation', where: ['tour', 'image'] });
  });

  it.each([
    ['too few pixels', 10],
    ['too many', 30_000],
  ])('refuses images with %s before a device copies them', async (_, length) => {
    const wrong = { ...images, data: new Uint8Array(length) };

    const error = await caughtEventually(() =>
      simulate(mapping, wrong, { backend: openReference() }),
    );

    expect(error).toMatchObject({ kind: 'simulation', where: ['tour', 'image'] });
    expect(error.what).toBe(
      `${images.images} images of 9x8x3 have ${images.images * 216} values, there are ${length}`,
    );
  });

  it.each([0, -1, 1.5, NaN])('refuses a batch of %d instead of running forever', async (batch) => {
    let asked = 0;
    const signal = {
      get aborted(): boolean {
        asked += 1;
        return asked > 20;
      },
    };

    const error = await caughtEventually(() =>
      simulate(mapping, images, { backend: openReference(), batch, signal }),
    );

    expect(error.kind).toBe('simulation');
  });
});

describe('simulate on a chip with noise', () => {
  const settings = ['noise.read=0.4', 'noise.offset=0.3', 'noise.gain=0.02', 'noise.cell=0.05'];
  const mapping = mapped(tourNetwork(), { settings, prunedGroups: 0.2 });
  const { height, width, channels } = mapping.network.input;
  const size = height * width * channels;
  const images = noise(mapping.network.input, 3);
  const run = (of = images, options: Partial<SimulateOptions> = {}): Promise<SimulationRun> =>
    simulate(mapping, of, { backend: openReference(), ...options });
  /** The images of these numbers, in this order. */
  const picked = (...numbers: number[]): typeof images => ({
    ...images,
    images: numbers.length,
    data: Uint8Array.from(
      numbers.flatMap((n) => [...images.data.subarray(n * size, (n + 1) * size)]),
    ),
  });
  const outputsOf = (one: SimulationRun, image: number): number[] =>
    [...one.outputs].slice(5 * image, 5 * image + 5);

  it('gives other outputs than the ideal chip', async () => {
    const { outputs } = await run();

    expect(outputs).not.toEqual(integerForward(mapping.network, images));
  });

  it('gives the same for every batch size', async () => {
    const runs = await Promise.all([1, 2, 3, 100].map((batch) => run(images, { batch })));

    for (const one of runs) expect(one).toEqual(runs[0]);
  });

  itLong(
    'gives an image the same noise at the same place of the run, whatever the others are',
    async () => {
      const [a, b, alone] = [
        await run(picked(0, 1, 2)),
        await run(picked(2, 1, 0)),
        await run(picked(0)),
      ];

      expect(outputsOf(b, 1)).toEqual(outputsOf(a, 1));
      expect(outputsOf(alone, 0)).toEqual(outputsOf(a, 0));
      expect(outputsOf(b, 2)).not.toEqual(outputsOf(a, 0));
    },
  );

  itLong('draws anew for an image that comes again', async () => {
    const twice = await run(picked(0, 0));

    expect(outputsOf(twice, 1)).not.toEqual(outputsOf(twice, 0));
  });

  it('keeps to one chip when only the fixed part is there', async () => {
    const fixed = mapped(tourNetwork(), { settings: settings.slice(1), prunedGroups: 0.2 });

    const twice = await simulate(fixed, picked(0, 0), { backend: openReference() });

    expect(outputsOf(twice, 1)).toEqual(outputsOf(twice, 0));
    expect(twice.outputs).not.toEqual(integerForward(mapping.network, picked(0, 0)));
  });

  it('gives the same for the same seed and other outputs for another', async () => {
    const [five, again, six, one, none] = [
      await run(images, { seed: 5 }),
      await run(images, { seed: 5 }),
      await run(images, { seed: 6 }),
      await run(images, { seed: 1 }),
      await run(),
    ];

    expect(again).toEqual(five);
    expect(five.seed).toBe(5);
    expect(six.outputs).not.toEqual(five.outputs);
    expect(none).toEqual(one);
  });

  it('changes nothing at all where noise is too small to move a code', async () => {
    // 0.02 units end at 0.087, far from the half unit at which the nominal ADC rounds.
    const quiet = mapped(tourNetwork(), { settings: ['noise.read=0.02'], prunedGroups: 0.2 });
    const ideal = mapped(tourNetwork(), { prunedGroups: 0.2 });

    const [a, b] = [
      await simulate(quiet, images, { backend: openReference() }),
      await simulate(ideal, images, { backend: openReference() }),
    ];

    expect(a).toEqual(b);
  });

  it.each([-1, 0.5, NaN, 2 ** 32])('refuses the seed %d', async (seed) => {
    const error = await caughtEventually(() => run(images, { seed }));

    expect(error).toMatchObject({ kind: 'simulation', where: ['seed'] });
  });
});

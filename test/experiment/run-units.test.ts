// Points are computed as single runs are, parts add up to the whole, and what points share is done once.

import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CimError } from '../../src/core/errors.ts';
import {
  imageRanges,
  bitsOf,
  bitText,
  countBits,
  tiling,
} from '../../src/experiment/image-range.ts';
import { expandPlan } from '../../src/experiment/expand-plan.ts';
import { keepRanges } from '../../src/experiment/kept-stages.ts';
import type { PlanFile } from '../../src/experiment/plan.ts';
import type { Point } from '../../src/experiment/point.ts';
import { rowText, simulatedRow, type Row } from '../../src/experiment/point-result.ts';
import type { PartFile } from '../../src/experiment/result-file.ts';
import { runUnits } from '../../src/experiment/run-units.ts';
import {
  readShard,
  shareTail,
  unitsOf,
  unitsOfShard,
  type Unit,
} from '../../src/experiment/shard.ts';
import { mergeParts, openPartSimulator } from '../../src/experiment/simulate-point.ts';
import { openStages } from '../../src/experiment/stages.ts';
import { writeNetworkFile } from '../../src/network/io/network-file.ts';
import { runJob } from '../../src/pipeline/run-job.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { loadJob } from '../../src/settings/load-job.ts';
import type { Sources } from '../../src/settings/sources.ts';
import { everyNth, itLong } from '../support/long.ts';
import { conv, linear, networkOf } from '../support/small-networks.ts';

const network = networkOf('tiny', { height: 4, width: 4, channels: 2 }, 3, [
  conv({ name: 'conv', input: 'image', channels: 2, kernels: 16 }),
  linear({ name: 'fc', input: 'conv', inputs: 256, outputs: 3 }),
]);
const total = 40;
const map = { images: total, height: 4, width: 4, channels: 2, bits: 8 };
const pixels = Uint8Array.from({ length: total * 32 }, (_, i) => (i * 37 + (i >> 3)) % 256);

/** How often each source was asked. */
let asked: Record<string, number> = {};
const count = (name: string): void => void (asked[name] = (asked[name] ?? 0) + 1);
const sources: Sources = {
  trainedNetworks: ['tiny'],
  networkFile: (name) => {
    count('network');
    return Promise.resolve(
      name === 'tiny' ? { name, bytes: writeNetworkFile(network) } : undefined,
    );
  },
  chipFile: () => Promise.resolve(undefined),
  maskFile: () => Promise.reject(new CimError('input', { what: 'no masks' })),
  testImages: (_, { images }) => {
    count('images');
    return Promise.resolve({
      name: 'tiny test',
      classes: 3,
      images: { ...map, images, data: pixels.subarray(0, images * 32) },
      labels: Uint8Array.from({ length: images }, (_unused, i) => i % 3),
    });
  },
  calibrationImages: () => {
    count('calibration');
    return Promise.resolve({ ...map, images: 8, data: pixels.subarray(0, 8 * 32) });
  },
};

const plan: PlanFile = {
  version: 1,
  base: { network: 'tiny', images: total, floatImages: 20 },
  axes: [{ grid: { 'adc.bits': [3, 8], 'noise.read': [0, 0.5] } }],
  chips: 2,
};

const maker = { mars: '0.1.0', backend: 'reference' };

interface Computed {
  readonly rows: Row[];
  readonly parts: PartFile[];
}

async function computed(
  units: readonly Unit[],
  prepared = (): void => undefined,
): Promise<Computed> {
  const results: Computed = { rows: [], parts: [] };
  const stages = openStages(sources);
  const backend = openReference();
  await runUnits(units, {
    stages,
    simulatePart: openPartSimulator(stages),
    openBackend: () =>
      Promise.resolve({
        ...backend,
        prepare: (program) => {
          prepared();
          return backend.prepare(program);
        },
      }),
    mars: maker.mars,
    store: {
      isDone: ({ point }) => results.rows.some(({ id }) => id === point.id),
      savePoint: ({ row }) => results.rows.push(row),
      savePart: (file) => results.parts.push(file),
    },
    host: 'here',
    clock: () => 0,
  });
  return results;
}

describe('parts of images', () => {
  it('run the exact network once, where a range that holds theirs was run', async () => {
    const [noisy] = expandPlan({ ...plan, axes: [{ grid: { 'noise.read': [0.5] } }] }).points;
    const stages = openStages(sources);
    const simulatePart = openPartSimulator(stages);
    const backend = openReference();
    // By its own name the reference would run the exact network as plain loops, which prepare nothing.
    let exactRuns = 0;
    const counting: typeof backend = {
      ...backend,
      name: 'wasm',
      prepare: (program) => {
        if (program.noise === undefined) exactRuns++;
        return backend.prepare(program);
      },
    };
    const mapped = await stages.map(noisy!);
    const whole = await simulatePart(mapped, { first: 0, count: total }, counting);
    const runs = exactRuns;
    const parts = [];
    for (const range of imageRanges(total, 3))
      parts.push(await simulatePart(mapped, range, counting));

    expect(runs).toBeGreaterThan(0);
    expect(exactRuns).toBe(runs);
    expect(mergeParts(parts, 'here')).toEqual(whole);
    expect(whole.floatImages).toBe(20);
  });

  it('are taken from no range that only touches theirs', async () => {
    const kept = keepRanges(2);
    const made: string[] = [];
    const ask = async (key: string, first: number, count_: number): Promise<readonly number[]> => [
      ...(await kept(key, { first, count: count_ }, () => {
        made.push(`${key} ${first} ${count_}`);
        return Promise.resolve(Uint16Array.from({ length: count_ }, (_, i) => first + i));
      })),
    ];

    expect(await ask('a', 8, 8)).toHaveLength(8);
    expect(await ask('a', 10, 3)).toEqual([10, 11, 12]);
    expect(await ask('a', 15, 2)).toEqual([15, 16]);
    expect(await ask('b', 10, 3)).toEqual([10, 11, 12]);
    // One without images pushes none out.
    expect(await ask('c', 0, 0)).toEqual([]);
    expect(await ask('a', 15, 2)).toEqual([15, 16]);
    expect(await ask('b', 11, 1)).toEqual([11]);
    // Only two are kept: the first is made anew.
    expect(await ask('a', 8, 1)).toEqual([8]);
    expect(made).toEqual(['a 8 8', 'a 15 2', 'b 10 3', 'a 8 1']);
  });
});

describe('the points of an experiment', () => {
  const { points } = expandPlan(plan);
  let whole: Computed;
  let prepared = 0;
  beforeAll(async () => {
    asked = {};
    whole = await computed(unitsOf(points, 1), () => prepared++);
  });

  it('have the accuracy and energy of a single run with their settings', async () => {
    expect(whole.rows).toHaveLength(8);
    for (const { settings, id } of points) {
      const { report } = await runJob(await loadJob(settings, sources), openReference());
      const { figures } = whole.rows.find((row) => row.id === id)!;

      expect(figures).toMatchObject({
        accuracy: report.accuracy.top1,
        quantizedAccuracy: report.accuracy.quantizedTop1,
        floatAccuracy: report.accuracy.floatTop1,
        agreement: report.accuracy.agreement,
        energyPerFrame: report.energy.perFrame.total,
        framesPerSecond: report.performance.framesPerSecond,
        area: report.area.total,
      });
    }
    // The noise does something here, so that equal rows of parts say something.
    expect(new Set(whole.rows.map(({ right }) => right)).size).toBeGreaterThan(3);
  });

  it('share network, calibration, images and, without noise, the simulation', async () => {
    asked = {};
    prepared = 0;
    await computed(unitsOf(points, 1), () => prepared++);

    expect(asked).toEqual({ network: 1, images: 1, calibration: 1 });
    // Two layers of: two ADCs without noise, once for both chip instances; two with noise, for each.
    expect(prepared).toBe(2 * (2 + 4));
  });

  it.each(everyNth(3, [3, 2, 5]))(
    'are the same to the byte when their images are split in %i parts',
    async (n) => {
      const units = unitsOf(points, n);
      expect(units).toHaveLength(8 * n);
      const shards = [1, 2, 3].map((index) => unitsOfShard(units, { index, count: 3 }));
      const results = await Promise.all(shards.map(async (shard) => await computed(shard)));
      const parts = results.flatMap((result) => result.parts);
      expect(parts).toHaveLength(8 * n);

      const stages = openStages(sources);
      for (const point of points) {
        const own = parts.filter(({ id }) => id === point.id).map(({ part }) => part);
        const sum = mergeParts(tiling(own, total)!, point.id);
        const row = simulatedRow(await stages.map(point), sum, maker);

        expect(rowText(row)).toBe(rowText(whole.rows.find(({ id }) => id === point.id)!));
      }
    },
  );

  itLong('are the same to the byte in any order', async () => {
    const { rows } = await computed(unitsOf(points, 1).toReversed());
    const texts = (list: readonly Row[]): readonly string[] => list.map(rowText).toSorted();

    expect(texts(rows)).toEqual(texts(whole.rows));
  });

  it('that fail have their error as result, and the others go on', async () => {
    const failing = expandPlan({
      ...plan,
      axes: [
        { grid: { 'featureMap.bankBytes': [8, 65536] } },
        { list: [{ network: 'tiny' }, { network: 'none' }] },
      ],
      chips: 1,
    });
    const { rows } = await computed(unitsOf(failing.points, 4));

    expect(rows.map(({ error }) => error?.kind)).toEqual(['mapping', 'usage', 'usage']);
    expect(rows[1]!.error!.what).toBe('no network is called "none", and no file either');
  });

  it('end all where the next would fail alike', async () => {
    const units = unitsOf(points, 1);
    const stages = openStages(sources);
    const failing = runUnits(units, {
      stages,
      simulatePart: openPartSimulator(stages),
      openBackend: () => Promise.reject(new CimError('environment', { what: 'no adapter' })),
      mars: maker.mars,
      store: {
        isDone: () => false,
        savePoint: () => expect.unreachable(),
        savePart: () => undefined,
      },
      host: '',
      clock: () => 0,
    });

    await expect(failing).rejects.toThrow('no adapter');
  });

  it('without images are estimates', async () => {
    const { rows } = await computed(
      unitsOf(expandPlan({ ...plan, base: { network: 'tiny', images: 0 } }).points, 3),
    );

    expect(rows).toHaveLength(8);
    expect(rows[0]).toMatchObject({
      backend: 'none',
      images: 0,
      right: '',
      figures: { accuracy: null },
    });
    expect(rows[0]!.figures!.framesPerSecond).toBeGreaterThan(0);
  });
});

describe('shards', () => {
  const points = (images: number): readonly Point[] =>
    expandPlan({ ...plan, base: { network: 'tiny', images } }).points;

  it('have every unit once', () => {
    const units = unitsOf(expandPlan({ ...plan, chips: 7 }).points, 2);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), (n) => {
        const shards = Array.from({ length: n }, (_, i) =>
          unitsOfShard(units, { index: i + 1, count: n }),
        );
        expect(shards.flat().length).toBe(units.length);
        expect(new Set(shards.flat()).size).toBe(units.length);
      }),
    );
  });

  it('leave the last point of each process to all of them, by images', () => {
    const { points: many } = expandPlan({ ...plan, base: { ...plan.base, images: 300 } });
    const units = unitsOf(many, 1);
    const shared = shareTail(units, 2);

    expect(shareTail(units, 1)).toEqual(units);
    expect(shared.slice(0, 6)).toEqual(units.slice(0, 6));
    for (const { point } of units.slice(6)) {
      const parts = shared.filter((unit) => unit.point === point);
      expect(parts.map(({ range }) => [range.first, range.count])).toEqual([
        [0, 72],
        [72, 72],
        [144, 80],
        [224, 76],
      ]);
      expect(parts.some(({ isWhole }) => isWhole)).toBe(false);
    }
    // More processes than points, few images, none, and parts that a person asked for.
    expect(shareTail(units, 99)).toHaveLength(4 * units.length);
    for (const whole of [unitsOf(points(127), 1), unitsOf(points(0), 1), unitsOf(many, 3)])
      expect(shareTail(whole, 2)).toEqual(whole);
  });

  it('are written k/n', () => {
    expect(readShard('3/8')).toEqual({ index: 3, count: 8 });
    for (const text of ['0/8', '9/8', '3', '3/0', '-1/2', '1.5/2', '1/2/3'])
      expect(() => readShard(text), text).toThrow(/must be k\/n/);
  });
});

describe('ranges of images', () => {
  it('follow each other, on whole bytes of bits, whatever their number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 99 }),
        (images, parts) => {
          const ranges = imageRanges(images, parts);
          expect(tiling(ranges, images)).toEqual(ranges);
          expect(ranges.every(({ first, count: n }) => first % 8 === 0 && n > 0)).toBe(true);
        },
      ),
    );
  });

  it('tile from parts of several divisions, and not where one is missing', () => {
    const parts = [...imageRanges(80, 3), ...imageRanges(80, 2)].filter(
      ({ first }) => first !== 48,
    );

    expect(tiling(parts, 80)).toEqual(imageRanges(80, 2));
    expect(tiling(imageRanges(80, 3).slice(1), 80)).toBeUndefined();
  });

  it('keep one bit per image', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (bits) => {
        expect(Array.from(bitsOf(bitText(bits), bits.length), (bit) => bit === 1)).toEqual(bits);
        expect(countBits(bitText(bits))).toBe(bits.filter(Boolean).length);
      }),
    );
  });
});

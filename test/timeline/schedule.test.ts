import { describe, expect, it } from 'vitest';
import { type Mapping, mapToChip } from '../../src/mapping/map-to-chip.ts';
import { setChipValues } from '../../src/chips/index.ts';
import { schedule } from '../../src/timeline/schedule.ts';
import {
  type ControllerStep,
  framesPerSecond,
  isTileStep,
  type TileStep,
  type Timeline,
} from '../../src/timeline/timeline.ts';
import { mapped } from '../support/mapped.ts';
import { conv, linear, networkOf, randomNetwork, tourNetwork } from '../support/small-networks.ts';
import { wideLinear } from '../support/wide-linear.ts';

/**
 * Two layers on 4 cores. "wide": 1x1 over 6 pixels, 32 channels (2 groups), 80 kernels (5 tiles, 2 passes); tile 1
 * lacks its second group. Cores wait for each other after each pass. "fc": 480 inputs in 2x3 positions x 5 blocks = 30 groups of one tile.
 */
function handMade(settings: readonly string[] = []): Mapping {
  const wide = conv({
    name: 'wide',
    input: 'image',
    channels: 32,
    kernels: 80,
    kernelHeight: 1,
    kernelWidth: 1,
    padding: 0,
  });
  const weights = wide.weights.map((_, i) => {
    const [m, c] = [Math.floor(i / 32), i % 32];
    return m >= 16 && m < 32 && c >= 16 ? 0 : 1;
  });
  const fc = linear({ name: 'fc', input: 'wide', inputs: 480, outputs: 2 });
  const network = networkOf('hand', { height: 2, width: 3, channels: 32 }, 2, [
    { ...wide, weights },
    { ...fc, weights: fc.weights.map(() => 1) },
  ]);
  return mapped(network, { settings: ['controller.barrier=pass', ...settings] });
}

/** Steps of a core by their start. */
const stepsOf = (timeline: Timeline, core: number): readonly ControllerStep[] =>
  timeline.steps.filter((step) => step.core === core).toSorted((a, b) => a.start - b.start);

/** `kind start+cycles` of each step. */
const written = (steps: readonly ControllerStep[]): string[] =>
  steps.map(({ kind, start, cycles }) => `${kind} ${start}+${cycles}`);

interface Variant {
  readonly title: string;
  readonly mapping: Mapping;
}

/** Networks of all kinds on chips of all kinds. */
const variantsOf = (chips: readonly (readonly string[])[]): readonly Variant[] =>
  chips.flatMap((settings) =>
    [0, 1, 2, 3, 4].map((seed) => {
      const network = seed === 0 ? tourNetwork() : randomNetwork(seed);
      const mapping = mapped(network, { settings, prunedGroups: 0.3 });
      return { title: `${network.name} on ${settings.join() || 'mars'}`, mapping };
    }),
  );

const variants = variantsOf([
  [],
  ['controller.overlap=ideal'],
  ['cores.count=1'],
  ['cores.count=3', 'macro.wordLines=64', 'featureMap.readPorts=1'],
  ['clock.frequency=500', 'macro.writeBitsPerCycle=24', 'accumulator.spillBitsPerCycle=10'],
]);
const pingPong = variantsOf([
  ['controller.overlap=macroPingPong'],
  ['controller.overlap=macroPingPong', 'macro.wordLines=48', 'cores.count=2'],
]);

describe('schedule without stalls', () => {
  it('gives a hand-made mapping the cycles of pencil and paper', () => {
    const timeline = schedule(handMade(), { stalls: 'none' });

    // A group takes 16 cycles to load and 1 per pixel. Pass 1: 2 * 16 + 2 * 6 = 44, core 1 only 22. Pass 2: tile 4 on
    // core 0. Then fc: 30 * 16 + 30.
    expect(written(stepsOf(timeline, 0))).toEqual([
      'load 0+32',
      'compute 32+12',
      'load 44+32',
      'compute 76+12',
      'load 88+480',
      'compute 568+30',
    ]);
    expect(written(stepsOf(timeline, 1))).toEqual([
      'load 0+16',
      'compute 16+6',
      'wait 22+22',
      'wait 44+44',
      'wait 88+510',
    ]);
    expect(timeline.cyclesPerFrame).toBe(88 + 510);
  });

  it('sums up its layers', () => {
    const { layers } = schedule(handMade(), { stalls: 'none' });

    // Of 4 cores: compute 4 * 12 + 6, load 4 * 32 + 16, barrier 22 + 3 * 44.
    expect(layers[0]).toMatchObject({
      layer: 'wide',
      start: 0,
      cycles: 88,
      compute: 54 / 4,
      load: 144 / 4,
      barrier: 154 / 4,
      port: 0,
      drain: 0,
      pool: 0,
    });
    expect(layers[1]).toMatchObject({
      layer: 'fc',
      start: 88,
      cycles: 510,
      compute: 30 / 4,
      load: 480 / 4,
      barrier: 1530 / 4,
    });
  });

  it('has no loads under ideal overlap', () => {
    const timeline = schedule(handMade(['controller.overlap=ideal']), { stalls: 'none' });

    expect(timeline.steps.some(({ kind }) => kind === 'load')).toBe(false);
    expect(timeline.cyclesPerFrame).toBe(12 + 12 + 30);
  });

  it('loads in portions what does not fit a macro', () => {
    const network = networkOf('long', { height: 1, width: 1, channels: 1200 }, 2, [
      linear({ name: 'fc', input: 'image', inputs: 1200, outputs: 2 }),
    ]);

    // 75 groups in 64 slots.
    const timeline = schedule(mapped(network), { stalls: 'none' });

    expect(written(stepsOf(timeline, 0))).toEqual([
      'load 0+1024',
      'compute 1024+64',
      'load 1088+176',
      'compute 1264+11',
    ]);
  });

  it('takes as many cycles per macro-op and load as the chip does', () => {
    const settings = ['clock.frequency=500', 'macro.writeBitsPerCycle=24', 'cores.count=8'];

    const { cyclesPerFrame } = schedule(handMade(settings), { stalls: 'none' });

    // 8.4 ns are 4.2 cycles of 2 ns: 5. A row of 64 bits takes 3 cycles at 24. One pass on 8 cores.
    expect(cyclesPerFrame).toBe(2 * 48 + 2 * 6 * 5 + 30 * 48 + 30 * 5);
  });

  it('shares the pixels of a layer with one tile among the cores', () => {
    const network = networkOf('split', { height: 2, width: 5, channels: 32 }, 2, [
      conv({
        name: 'a',
        input: 'image',
        channels: 32,
        kernels: 16,
        kernelHeight: 1,
        kernelWidth: 1,
        padding: 0,
      }),
      linear({ name: 'fc', input: 'a', inputs: 160, outputs: 2 }),
    ]);

    const timeline = schedule(mapped(network), { stalls: 'none' });

    // 10 pixels are 2, 3, 2 and 3; every core loads both groups.
    expect(timeline.layers[0]).toMatchObject({
      cycles: 32 + 2 * 3,
      load: 32,
      compute: (2 * 10) / 4,
      barrier: (2 * 2) / 4,
    });
  });

  it('loads one half of the macros while the other computes under ping-pong', () => {
    const settings = ['controller.overlap=macroPingPong'];
    const timeline = schedule(handMade(settings), { stalls: 'none' });

    // Each half of 8 kernels: load 32, compute 12. The second half loads (32 ... 64) while the first computes.
    const core = stepsOf(timeline, 0).filter(({ layer, start }) => layer === 'wide' && start < 76);
    expect(
      core
        .filter(isTileStep)
        .map(({ half, kind }) => `${half} ${kind}`)
        .toSorted(),
    ).toEqual(['0 compute', '0 load', '1 compute', '1 load']);
    expect(written(core).toSorted()).toEqual([
      'compute 32+12',
      'compute 64+12',
      'load 0+32',
      'load 32+32',
    ]);
  });
});

describe('schedule with stalls', () => {
  it('gives a hand-made mapping the cycles of pencil and paper', () => {
    const timeline = schedule(handMade());

    // Cores 0, 2 and 3 compute from cycle 32 on: 6 pixels of 16 bytes each, one word per pixel. At 2 cycles per pixel
    // they want 3/2 words per cycle of the one write port, so 18 words take 18 cycles. A drain takes 4.
    // Pass 2 (core 0 alone) and fc are not held up.
    expect(written(stepsOf(timeline, 0))).toEqual([
      'load 0+32',
      'compute 32+18',
      'drain 50+4',
      'load 54+32',
      'compute 86+12',
      'drain 98+4',
      'load 102+480',
      'compute 582+30',
      'drain 612+4',
    ]);
    expect(timeline.cyclesPerFrame).toBe(616);
    // 18 - 12 cycles on three of four cores.
    expect(timeline.layers[0]!.port).toBe((3 * 6) / 4);
  });

  it('is not faster than without', () => {
    for (const { mapping } of variants)
      expect(schedule(mapping).cyclesPerFrame).toBeGreaterThanOrEqual(
        schedule(mapping, { stalls: 'none' }).cyclesPerFrame,
      );
  });

  it.each([
    [1, 4],
    [2, 4],
    [4, 4],
  ])('is held up by %i read ports for %i cores', (readPorts) => {
    // A 1x1 layer over 64 channels with 64 kernels: 4 words per pixel and core, 4 cycles, 1 word written.
    const network = networkOf('n', { height: 4, width: 4, channels: 64 }, 2, [
      conv({
        name: 'a',
        input: 'image',
        channels: 64,
        kernels: 64,
        kernelHeight: 1,
        kernelWidth: 1,
        padding: 0,
      }),
      linear({ name: 'fc', input: 'a', inputs: 1024, outputs: 2 }),
    ]);
    const settings = [`featureMap.readPorts=${readPorts}`, 'featureMap.writePorts=4'];

    const timeline = schedule(mapped(network, { settings }));

    // 16 pixels x 4 words x 4 cores over the ports, against 64 cycles of macro-ops.
    const computing = timeline.steps
      .filter(isTileStep)
      .find(({ layer, kind }) => layer === 'a' && kind === 'compute')!;
    expect(computing.cycles).toBe(Math.max(64, (16 * 4 * 4) / readPorts));
    expect(computing.stalled).toBe(computing.cycles - 64);
  });

  it('takes the time of pools: the words read over the read ports', () => {
    const timeline = schedule(mapped(tourNetwork()));

    // pool: 5 * 4 * 24 bytes are 30 words of 16 over 4 ports; 2 * 2 * 24 bytes are 6 words written over one.
    expect(timeline.layers.find(({ layer }) => layer === 'pool')!.cycles).toBe(8);
    // mean: 80 bytes are 5 words; 20 bytes are 2 words.
    expect(timeline.layers.find(({ layer }) => layer === 'mean')!.cycles).toBe(2);
  });
});

describe.each([undefined, 'none'] as const)('schedule with stalls %s', (stalls) => {
  const timelineOf = (mapping: Mapping): Timeline => schedule(mapping, stalls ? { stalls } : {});

  it.each(variants)('lets each core do one thing after the other: $title', ({ mapping }) => {
    const timeline = timelineOf(mapping);

    for (let core = 0; core < timeline.cores; core++) {
      let free = 0;
      for (const { start, cycles } of stepsOf(timeline, core)) {
        // Loading, computing, draining, pooling and waiting follow each other without a gap.
        expect(start).toBe(free);
        expect(cycles).toBeGreaterThan(0);
        free = start + cycles;
      }
      expect(free).toBe(timeline.cyclesPerFrame);
    }
  });

  it.each(pingPong)('never writes a half that computes: $title', ({ mapping }) => {
    const timeline = timelineOf(mapping);

    for (let core = 0; core < timeline.cores; core++)
      for (const half of [0, 1]) {
        const own = stepsOf(timeline, core).filter(
          (step) => isTileStep(step) && step.half === half,
        );
        own.slice(1).forEach(({ start, kind }, i) => {
          const before = own[i]!;
          expect(start, `${kind} at ${start}`).toBeGreaterThanOrEqual(before.start + before.cycles);
        });
      }
  });

  it.each(pingPong)('writes one half and computes on one half at a time: $title', ({ mapping }) => {
    const timeline = timelineOf(mapping);

    for (let core = 0; core < timeline.cores; core++)
      for (const kind of ['load', 'compute']) {
        const own = stepsOf(timeline, core).filter((step) => step.kind === kind);
        own.slice(1).forEach(({ start }, i) => {
          expect(start).toBeGreaterThanOrEqual(own[i]!.start + own[i]!.cycles);
        });
      }
  });

  it.each([...variants, ...pingPong])('starts and ends on whole cycles: $title', ({ mapping }) => {
    for (const { start, cycles } of timelineOf(mapping).steps)
      expect([start, cycles].every(Number.isInteger)).toBe(true);
  });

  it.each([...variants, ...pingPong])(
    'accounts for every cycle of every layer: $title',
    ({ mapping }) => {
      const timeline = timelineOf(mapping);

      let now = 0;
      for (const { start, cycles, compute, load, port, drain, pool, barrier } of timeline.layers) {
        expect(start).toBe(now);
        const parts = [compute, load, port, drain, pool, barrier];
        // Shares of 3 cores are rounded in doubles, so that nothing may come out as slightly less than nothing.
        for (const part of parts) expect(part).toBeGreaterThanOrEqual(-1e-9);
        const sum = parts.reduce((all, part) => all + part, 0);
        expect(Math.abs(sum - cycles)).toBeLessThanOrEqual(1e-12 * cycles);
        now += cycles;
      }
      expect(now).toBe(timeline.cyclesPerFrame);
    },
  );

  it.each(variants)(
    'loads and computes every stored group of every run once: $title',
    ({ mapping }) => {
      const timeline = timelineOf(mapping);

      for (const one of mapping.layers) {
        if (one.kind !== 'macro') continue;
        const own = timeline.steps.filter(({ layer }) => layer === one.layer.name);
        const walked = (kind: string): number =>
          own
            .filter(isTileStep)
            .filter((step) => step.kind === kind)
            .reduce((sum, { groups }) => sum + groups, 0);
        const stored = one.runs.reduce((sum, run) => sum + one.tiles[run.tile]!.codes.length, 0);

        expect(walked('compute')).toBe(stored);
        expect(walked('load')).toBe(
          mapping.chip.controller.overlap.value === 'serial' ? stored : 0,
        );
      }
    },
  );

  it.each(variants)('computes each pixel once per stored group: $title', ({ mapping }) => {
    const timeline = timelineOf(mapping);

    for (const one of mapping.layers) {
      if (one.kind !== 'macro') continue;
      const { geometry, layer, tiles } = one;
      const own = timeline.steps.filter((step) => step.layer === layer.name);
      const computing = own
        .filter(isTileStep)
        .filter(({ kind }) => kind === 'compute')
        .reduce((sum, { cycles, stalled }) => sum + cycles - stalled, 0);
      const groups = tiles.reduce((sum, { codes }) => sum + codes.length, 0);
      const { height, width } = layer.outputShape;

      expect(computing).toBe(height * width * groups * geometry.cyclesPerMacroOp);
    }
  });

  it.each(variants)('starts no pass before the slowest core is done: $title', ({ mapping }) => {
    const chip = setChipValues(mapping.chip, ['controller.barrier=pass']);
    const timeline = timelineOf({ ...mapping, chip });

    expect(timeline.steps.length).toBeGreaterThan(0);
    for (const one of mapping.layers) {
      if (one.kind !== 'macro') continue;
      const busy = timeline.steps
        .filter(isTileStep)
        .filter(({ layer }) => layer === one.layer.name);
      const passOf = (step: TileStep): number =>
        one.runs.find((run) => run.tile === step.tile && run.core === step.core)!.pass;
      for (const step of busy)
        for (const earlier of busy)
          if (passOf(earlier) < passOf(step))
            expect(earlier.start + earlier.cycles).toBeLessThanOrEqual(step.start);
    }
  });
});

describe('schedule of a layer with barriers only at its end', () => {
  it('lets a core start its next tile while others are still at their first', () => {
    const { network, chip } = handMade(['controller.barrier=layer', 'cores.count=2']);

    const timeline = schedule(mapToChip(network, chip), { stalls: 'none' });

    // Tiles 0, 2, 4 on core 0: 44 each. Tiles 1 (one group) and 3 on core 1: 22 and 44.
    expect(written(stepsOf(timeline, 1)).slice(0, 5)).toEqual([
      'load 0+16',
      'compute 16+6',
      'load 22+32',
      'compute 54+12',
      'wait 66+66',
    ]);
    expect(timeline.layers[0]!.cycles).toBe(3 * 44);
  });

  it('gives the longest tile to the core that is free first under lpt', () => {
    const { network, chip } = handMade(['controller.barrier=layer']);

    const { layers } = schedule(mapToChip(network, chip, { balance: 'lpt' }), { stalls: 'none' });

    // Four long tiles and a short one, which follows any of the long ones.
    expect(layers[0]!.cycles).toBe(44 + 22);
    expect(layers[0]!.barrier).toBe((3 * 22) / 4);
  });
});

describe('schedule of a layer with many weight loads', () => {
  it('takes 100,352 loads of one group each', () => {
    const mapping = wideLinear(25_088, 1024, ['macro.wordLines=16']);

    const { steps, cyclesPerFrame } = schedule(mapping, { stalls: 'none' });

    // 1,568 blocks x 64 tiles, 16 tiles per core; a group takes 16 cycles to load and 1 to compute.
    const count = (kind: string): number => steps.filter((step) => step.kind === kind).length;
    expect(count('load')).toBe(100_352);
    expect(count('compute')).toBe(100_352);
    expect(cyclesPerFrame).toBe(16 * 1568 * 17);
  });

  it('takes the first linear layer of VGG16 at 224x224, 103 M weights', () => {
    const { steps, cyclesPerFrame } = schedule(wideLinear(25_088, 4096), { stalls: 'none' });

    // 256 tiles, 64 per core, each 24 loads of 64 groups and one of 32.
    expect(steps.filter(({ kind }) => kind === 'load').length).toBe(256 * 25);
    expect(cyclesPerFrame).toBe(64 * 1568 * 17);
  });
});

describe('framesPerSecond', () => {
  it('is the clock over the cycles of a frame', () => {
    // 100 MHz over 598 cycles.
    const timeline = schedule(handMade(), { stalls: 'none' });

    expect(framesPerSecond(timeline)).toBeCloseTo(1e8 / 598, 6);
  });
});

import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/mapping/map-to-chip.ts';
import { planStrips, type StripLayer } from '../../src/mapping/strip-plan.ts';
import type { Network } from '../../src/network/network.ts';
import { estimateRun } from '../../src/pipeline/estimate.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { Report } from '../../src/report/report.ts';
import { summarize } from '../../src/report/summarize.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { toChromeTrace } from '../../src/timeline/chrome-trace.ts';
import { schedule } from '../../src/timeline/schedule.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import { symmetricWindow } from '../../src/core/window.ts';
import { caught } from '../support/caught.ts';
import { mapped } from '../support/mapped.ts';
import { conv, linear, networkOf, noise, tourNetwork } from '../support/small-networks.ts';

const layerOf = (change: Partial<StripLayer> = {}): StripLayer => ({
  where: ['n', 'a'],
  inputShape: { height: 16, width: 10, channels: 10 },
  outputShape: { height: 16, width: 10, channels: 20 },
  window: symmetricWindow(3, 3, { padding: 1 }),
  isPool: false,
  coreCycles: () => 1e6,
  dramCycles: (bytes) => bytes,
  ...change,
});
/** A row of the input has 100 bytes, one of the output 200. */
const input = (bankBytes: number): StripLayer['input'] => ({
  shape: { height: 16, width: 10, channels: 10 },
  bits: 8,
  bankBytes,
});
const output = (bankBytes: number): StripLayer['output'] => ({
  shape: { height: 16, width: 10, channels: 20 },
  bits: 8,
  bankBytes,
});

describe('planStrips', () => {
  it('takes as many rows as half a bank holds beside the halo, and reads the halo with each strip', () => {
    const { rows, buffers, strips } = planStrips(layerOf({ input: input(1400) }));

    // 7 rows in half a bank: 5 output rows with one row of halo on either side.
    expect({ rows, buffers }).toEqual({ rows: 5, buffers: 2 });
    expect(strips).toEqual([
      { firstRow: 0, rows: 5, read: 600, written: 0 },
      { firstRow: 5, rows: 5, read: 700, written: 0 },
      { firstRow: 10, rows: 5, read: 700, written: 0 },
      { firstRow: 15, rows: 1, read: 200, written: 0 },
    ]);
  });

  it('takes the smaller of what input and output leave', () => {
    const { rows, strips } = planStrips(layerOf({ input: input(1400), output: output(800) }));

    expect(rows).toBe(2);
    expect(strips).toHaveLength(8);
    expect(strips.reduce((sum, { written }) => sum + written, 0)).toBe(16 * 200);
  });

  it('takes whole banks in turns where half of one has no room for a kernel, or costs more', () => {
    expect(planStrips(layerOf({ input: input(500) })).buffers).toBe(1);
    // With DRAM for nothing and cores that pay for every strip, fewer strips are better.
    const paying = { coreCycles: (strips: number) => strips * 1000, dramCycles: () => 0 };
    expect(planStrips(layerOf({ input: input(1400), ...paying }))).toMatchObject({
      buffers: 1,
      rows: 12,
    });
  });

  it.each([
    ['thinner than the kernel', { input: input(299) }, 'strip of 3 rows', '300 bytes'],
    ['thinner than a row', { output: output(199) }, 'strip of 1 row', '200 bytes'],
  ])('refuses strips %s, with layer and field', (_, change, rows, bytes) => {
    const error = caught(() => planStrips(layerOf(change)));

    expect(error).toMatchObject({ kind: 'mapping', where: ['n', 'a'] });
    expect(error.message).toContain(rows);
    expect(error.message).toContain(bytes);
    expect(error.message).toContain('featureMap.bankBytes');
    expect(error.message.split('\n')).toHaveLength(1);
  });

  it('lets a pool gather rows of a window that no bank holds', () => {
    const { strips } = planStrips(
      layerOf({
        isPool: true,
        input: input(500),
        window: symmetricWindow(16, 10),
        outputShape: { height: 1, width: 1, channels: 10 },
      }),
    );

    expect(strips.reduce((sum, { read }) => sum + read, 0)).toBe(1600);
    expect(strips.reduce((sum, { rows }) => sum + rows, 0)).toBe(1);
  });
});

/** One 1x1 convolution of 16 channels to 16 kernels over 8x8 pixels, and sums of a linear layer. */
const plain = (kernels = 16): Network =>
  networkOf('plain', { height: 8, width: 8, channels: 16 }, 2, [
    conv({
      name: 'a',
      input: 'image',
      channels: 16,
      kernels,
      kernelHeight: 1,
      kernelWidth: 1,
      padding: 0,
    }),
    { kind: 'averagePool', name: 'mean', input: 'a' },
    linear({ name: 'fc', input: 'mean', inputs: kernels, outputs: 2 }),
  ]);

const reportOf = (mapping: Mapping): Report =>
  summarize(mapping, estimateRun(mapping), scheduleAll(mapping));

/** Image and map of 1024 bytes in memories of 512. */
const tight = ['featureMap.bankBytes=512', 'featureMap.shortcutBytes=512'];

describe('a layer in strips', () => {
  it('has the cycles of pencil and paper', () => {
    // 1000 MB/s at 100 MHz: 10 bytes per cycle; no latency.
    const settings = [
      ...tight,
      'dram.bandwidth=1',
      'dram.latency=0',
      'controller.pipelineCycles=0',
    ];
    const { layers, transfers } = schedule(mapped(plain(), { settings }));

    // Half a bank holds 2 rows of 128 bytes: 4 strips of 256 bytes in and out, 26 cycles each. Four cores share the 16
    // pixels of a strip: 4 cycles, after 16 of loading their one group, once. All four write a word per cycle over one port:
    // 16 cycles.
    expect(layers[0]).toMatchObject({ layer: 'a', reads: 'DRAM', writes: 'DRAM' });
    expect(
      transfers.filter(({ layer }) => layer === 'a').map(({ kind, cycles }) => [kind, cycles]),
    ).toEqual([
      ['read', 26],
      ['read', 26],
      ['write', 26],
      ['read', 26],
      ['write', 26],
      ['read', 26],
      ['write', 26],
      ['write', 26],
    ]);
    // The channel works from 0 on: two reads (52), and by then strip 0 is done (26 + 16 + 16 = 58); write 0 (84), read 2
    // (110), write 1 (136), read 3 (162), write 2 (188); strip 3 is done at 178; write 3.
    expect(layers[0]!.cycles).toBe(214);
    expect(layers[0]!.load).toBe(16);
    expect(layers[0]!.dram).toBe(214 - 16 - 4 * 16);
  });

  it('takes what it takes in the banks where DRAM is fast, but for the first strip and the last', () => {
    const fast = ['dram.bandwidth=1000000', 'dram.latency=0', 'controller.pipelineCycles=0'];
    const inBanks = schedule(mapped(plain(), { settings: fast })).layers[0]!.cycles;
    const inStrips = schedule(mapped(plain(), { settings: [...tight, ...fast] })).layers[0]!.cycles;

    // A transfer is a cycle at least, and the channel does seven of eight while cores work.
    expect(inStrips - inBanks).toBeLessThanOrEqual(4);
    expect(inStrips).toBeGreaterThan(inBanks);
  });

  it('loads weights once where a core has one tile that fits, and again for each strip where it has more', () => {
    const loads = (kernels: number): number =>
      schedule(mapped(plain(kernels), { settings: tight })).steps.filter(
        ({ kind, layer, core }) => kind === 'load' && layer === 'a' && core === 0,
      ).length;

    expect(loads(16)).toBe(1);
    // 128 kernels are 8 tiles, 2 per core; a row has 1024 bytes then, so no strip of it fits 512: twice as large here.
    const mapping = mapped(plain(128), {
      settings: ['featureMap.bankBytes=2048', 'featureMap.shortcutBytes=0'],
    });
    const [layer] = mapping.layers;
    const ofCore = schedule(mapping).steps.filter(
      ({ kind, layer: name, core }) => kind === 'load' && name === 'a' && core === 0,
    );
    expect(ofCore).toHaveLength(2 * layer!.strips!.strips.length);
  });

  it('counts bytes that are the transfers’, and gives every core-cycle a cause', () => {
    const mapping = mapped(tourNetwork(), {
      settings: ['featureMap.bankBytes=500', 'featureMap.shortcutBytes=200'],
    });
    const { transfers, layers, cyclesPerFrame } = schedule(mapping);
    const report = reportOf(mapping);

    const moved = (kind: string): number =>
      transfers.reduce((sum, one) => sum + (one.kind === kind ? one.bytes : 0), 0);
    expect(report.dram.read).toBe(moved('read'));
    expect(report.dram.written).toBe(moved('write'));
    expect(report.dram.read).toBeGreaterThan(0);
    for (const { compute, load, port, drain, pool, barrier, dram, cycles } of layers)
      expect(compute + load + port + drain + pool + barrier + dram).toBeCloseTo(cycles, 6);
    expect(report.performance.framesPerSecond).toBeLessThan(report.dram.framesPerSecondWithout);
    expect(report.dram.bandwidth * 1e9).toBeCloseTo(
      (report.dram.bytesPerFrame * 1e8) / cyclesPerFrame,
      3,
    );
  });

  it('gives the outputs that it gives in the banks', async () => {
    const images = noise(tourNetwork().input, 2);
    const outputsOf = async (settings: readonly string[]): Promise<Int32Array> =>
      (await simulate(mapped(tourNetwork(), { settings }), images, { backend: openReference() }))
        .outputs;

    expect(await outputsOf(['featureMap.bankBytes=500', 'featureMap.shortcutBytes=200'])).toEqual(
      await outputsOf([]),
    );
  });

  it('has a track of its own in the trace, with its transfers one after the other', () => {
    const { traceEvents } = toChromeTrace(schedule(mapped(plain(), { settings: tight })));

    const track = traceEvents.find(({ ph, args }) => ph === 'M' && args.name === 'DRAM');
    const slices = traceEvents.flatMap((event) =>
      event.ph === 'X' && track && 'tid' in track && event.tid === track.tid ? [event] : [],
    );
    expect(slices.map(({ name }) => name)).toContain('read strip');
    slices.slice(1).forEach(({ ts }, i) => {
      expect(ts).toBeGreaterThanOrEqual(slices[i]!.ts + slices[i]!.dur - 1e-9);
    });
    const inBanks = toChromeTrace(schedule(mapped(plain())));
    expect(inBanks.traceEvents.some(({ args }) => args.name === 'DRAM')).toBe(false);
  });

  it('is refused where the chip keeps all maps in its banks', () => {
    const error = caught(() => mapped(plain(), { settings: [...tight, 'controller.maps=banks'] }));

    expect(error).toMatchObject({ kind: 'mapping', where: ['plain', 'image'] });
  });
});

describe('weights from DRAM', () => {
  const settings = ['controller.weights=dram', 'dram.bandwidth=1', 'dram.latency=50'];

  it('take the time of DRAM where it is slower than writing the macros, as a stall of its own', () => {
    const [fast, slow] = [[], settings].map((own) =>
      schedule(mapped(plain(), { settings: own })).layers.find(({ layer }) => layer === 'fc'),
    );

    // One group of 16 x 16 x 8 bits and an index bit on one core: 256.125 bytes at 10 per cycle and 5 cycles of latency are
    // 31 cycles, 16 of which the macros take anyway.
    expect(fast!.load).toBe(16 / 4);
    expect(slow!.load).toBeCloseTo(16 / 4, 9);
    expect(slow!.dram).toBeCloseTo(15 / 4, 9);
    expect(slow!.cycles - fast!.cycles).toBe(15);
  });

  it('are bytes of the report, and its energy', () => {
    const report = reportOf(mapped(plain(), { settings }));

    // Four cores load the group of layer a, one that of fc, with a bit of index each.
    expect(report.dram.weights).toBeCloseTo((5 * (16 * 16 * 8 + 1)) / 8, 9);
    expect(report.energy.dram).toBeCloseTo(5 * 2049 * 8, 6);
  });
});

describe('controller.batch', () => {
  it('loads weights once for all images: loads are shared, everything else is not', () => {
    const [one, eight] = ['1', '8'].map((batch) =>
      reportOf(mapped(plain(), { settings: [`controller.batch=${batch}`] })),
    );

    expect(eight!.performance.loadCycles).toBeCloseTo(one!.performance.loadCycles / 8, 9);
    expect(eight!.performance.computeCycles).toBeCloseTo(one!.performance.computeCycles, 9);
    expect(eight!.energy.perFrame.weightPath).toBeCloseTo(one!.energy.perFrame.weightPath / 8, 9);
    expect(eight!.energy.perFrame.macro).toBe(one!.energy.perFrame.macro);
    const cycles = eight!.layers.reduce((sum, layer) => sum + layer.cycles, 0);
    expect(cycles).toBeCloseTo(eight!.performance.cyclesPerFrame, 9);
  });

  it('is refused where its maps do not fit the banks, naming field and layer', () => {
    const error = caught(() => mapped(plain(), { settings: ['controller.batch=65'] }));

    // 65 images of 1024 bytes in 65536.
    expect(error).toMatchObject({ kind: 'mapping', where: ['plain', 'image'] });
    expect(error.message).toContain('controller.batch');
    expect(error.message.split('\n')).toHaveLength(1);
  });
});

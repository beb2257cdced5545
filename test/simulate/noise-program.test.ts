import { describe, expect, it } from 'vitest';
import { normalQuantiles } from '../../src/core/normal.ts';
import { randomWord } from '../../src/core/random.ts';
import type { MappedMacroLayer, Mapping } from '../../src/mapping/map-to-chip.ts';
import type { NoiseProgram } from '../../src/simulate/macro-program.ts';
import { noiseProgram } from '../../src/simulate/noise-program.ts';
import { toProgram, toPrograms } from '../../src/simulate/to-program.ts';
import { caught } from '../support/caught.ts';
import { flatProgram, withNoise } from '../support/flat-program.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { linear, networkOf, tourNetwork } from '../support/small-networks.ts';
import {
  correlationOff,
  meanOff,
  type Moments,
  momentsOf,
  standardErrors,
  varianceOff,
} from '../support/statistics.ts';

const everyKind = ['noise.read=0.15', 'noise.offset=0.2', 'noise.gain=0.02', 'noise.cell=0.03'];
const streams = { offset: 0x3_0001, gain: 0x3_0002, cell: 0x3_0003 };

function noiseOf(mapping: Mapping, layer: MappedMacroLayer, seed?: number): NoiseProgram {
  const { noise } = toProgram(mapping, layer, seed);
  if (!noise) throw new Error('the chip has no noise');
  return noise;
}

const tables = new Map<number, Int32Array>();

/** What was drawn for place number `counter` of the chip. */
function drawn(deviation: number, seed: number, stream: number, counter: number): number {
  const table = tables.get(deviation) ?? normalQuantiles(deviation);
  tables.set(deviation, table);
  return table[Math.floor(randomWord(seed, stream, counter) / 65536)]!;
}

/** A layer of `tiles` tiles that has one group of 16 channels, mapped onto MARS with `settings`. */
function tilesOf(tiles: number, settings: readonly string[], weightBits = 8): Mapping {
  const outputs = tiles * (weightBits === 8 ? 16 : 32);
  const network = networkOf('tiles', { height: 1, width: 1, channels: 16 }, outputs, [
    linear({ name: 'fc', input: 'image', inputs: 16, outputs }),
  ]);
  return mapped(network, { settings, weightBits });
}

describe('the noise of a program', () => {
  it('is undefined on a chip whose deviations are all 0', () => {
    for (const { noise } of toPrograms(mapped(tourNetwork())).values())
      expect(noise).toBe(undefined);
  });

  it.each(everyKind)('has nothing but zeros and nothings beside %s', (setting) => {
    const mapping = mapped(tourNetwork(), { settings: [setting] });

    const noise = noiseOf(mapping, macroLayersOf(mapping)[1]!);

    const isOn = {
      read: noise.readQuantiles !== undefined,
      offset: noise.columnOffsets.some((one) => one !== 0),
      gain: noise.columnGains.some((one) => one !== 0),
      cell: noise.cellErrors !== undefined,
    };
    const kind = setting.slice('noise.'.length).split('=')[0]!;
    expect(isOn).toEqual({ read: false, offset: false, gain: false, cell: false, [kind]: true });
  });

  it('has the quantiles of the read noise in 1/256 unit, up to the largest that a chip may have', () => {
    for (const read of [0.15, 1, 16]) {
      const { readQuantiles } = withNoise(flatProgram(), { read }).noise;

      expect(Array.from(readQuantiles!)).toEqual(Array.from(normalQuantiles(256 * read)));
    }
  });

  it('is the same for the same seed', () => {
    const mapping = mapped(tourNetwork(), { settings: everyKind });
    const [layer] = macroLayersOf(mapping);

    expect(noiseOf(mapping, layer!, 5)).toEqual(noiseOf(mapping, layer!, 5));
    expect(noiseOf(mapping, layer!)).toEqual(noiseOf(mapping, layer!, 1));
  });

  it('differs in everything that is drawn for another seed', () => {
    const mapping = mapped(tourNetwork(), { settings: everyKind });
    const [, layer] = macroLayersOf(mapping);

    const [a, b] = [noiseOf(mapping, layer!, 0), noiseOf(mapping, layer!, 2 ** 32 - 1)];

    expect(a.key).not.toBe(b.key);
    expect(a.columnOffsets).not.toEqual(b.columnOffsets);
    expect(a.columnGains).not.toEqual(b.columnGains);
    expect(a.cellErrors).not.toEqual(b.cellErrors);
    expect(a.readQuantiles).toEqual(b.readQuantiles);
  });

  it('has another key in every layer', () => {
    const programs = [...toPrograms(mapped(tourNetwork(), { settings: everyKind })).values()];

    expect(new Set(programs.map(({ noise }) => noise!.key)).size).toBe(programs.length);
  });

  it.each([
    ['kernels', { output: { height: 1, width: 1, channels: 65_537 } }],
    ['group places', { words: { height: 1, width: 1, blocks: 65_537 } }],
  ])('is refused for more than 65536 %s, which it could not tell apart', (_, change) => {
    const program = { ...flatProgram(), ...change };
    const source = { where: ['n', 'wide'] };

    expect(caught(() => withNoise(program, { read: 1 }, source))).toMatchObject({
      kind: 'mapping',
      where: ['n', 'wide'],
    });
    const silent = { read: 0, offset: 0, gain: 0, cell: 0 };
    const ideal = { deviations: silent, seed: 1, layer: 0, bitLine: () => 0, rows: 16, where: [] };
    expect(noiseProgram(program, ideal)).toBe(undefined);
  });

  it('is there for exactly 65536 of them', () => {
    const program = { ...flatProgram(), words: { height: 1, width: 1, blocks: 65_536 } };

    expect(withNoise(program, { read: 1 }).noise).toBeDefined();
  });
});

describe('columns', () => {
  it.each([8, 4, 3])('are drawn by their bit line on the chip, with weights of %i bits', (bits) => {
    const mapping = tilesOf(6, everyKind, bits);
    const [layer] = macroLayersOf(mapping);
    const { columnOffsets, columnGains } = noiseOf(mapping, layer!, 9);

    // Kernels lie side by side in a partition of 8 bit lines, lowest bit first; partitions in a macro of 8, macros in a
    // core of 2; tile t runs on core t mod 4.
    const perPartition = Math.floor(8 / bits);
    const perCore = 16 * perPartition;
    const offsets: number[] = [];
    const gains: number[] = [];
    for (let tile = 0; tile < 6; tile++)
      for (let kernel = 0; kernel < perCore; kernel++)
        for (let bit = 0; bit < bits; bit++) {
          const macro = (tile % 4) * 2 + Math.floor(kernel / (8 * perPartition));
          const partition = macro * 8 + (Math.floor(kernel / perPartition) % 8);
          const line = partition * 8 + (kernel % perPartition) * bits + bit;
          offsets.push(drawn(256 * 0.2, 9, streams.offset, line));
          gains.push(drawn(65536 * 0.02, 9, streams.gain, line));
        }
    expect(Array.from(columnOffsets)).toEqual(offsets);
    expect(Array.from(columnGains)).toEqual(gains);
  });

  it('are the same in all layers: one seed is one chip', () => {
    const mapping = mapped(tourNetwork(), { settings: everyKind });
    const [half, main] = [1, 2].map((i) => noiseOf(mapping, macroLayersOf(mapping)[i]!));

    // Both have two tiles, the first on core 0 and the second on core 1 or, where pixels are split, on another.
    expect(half!.columnOffsets.slice(0, 128)).toEqual(main!.columnOffsets.slice(0, 128));
    expect(half!.columnGains.slice(0, 128)).toEqual(main!.columnGains.slice(0, 128));
  });

  it('are those of the first core where pixels are split over several', () => {
    // Two tiles on four cores: cores 0 and 1 share the pixels of the first, 2 and 3 those of the second.
    const mapping = mapped(tourNetwork(), { settings: everyKind });
    const half = macroLayersOf(mapping)[1]!;
    expect(half.runs.map(({ tile, core }) => [tile, core])).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
      [1, 3],
    ]);

    const { columnOffsets } = noiseOf(mapping, half, 3);

    for (const [tile, core] of [
      [0, 0],
      [1, 2],
    ] as const)
      expect(columnOffsets[tile * 128 + 5]).toBe(
        drawn(256 * 0.2, 3, streams.offset, core * 128 + 5),
      );
  });
});

describe('cells', () => {
  const settings = ['noise.cell=0.03', 'macro.wordLines=64'];
  const network = networkOf('deep', { height: 1, width: 1, channels: 16 * 9 }, 5, [
    linear({ name: 'fc', input: 'image', inputs: 16 * 9, outputs: 5 }),
  ]);

  it('are drawn by bit line and row, groups in the order of the list, where they hold a 1', () => {
    const mapping = mapped(network, { settings });
    const program = toProgram(mapping, macroLayersOf(mapping)[0]!, 4);
    const errors = program.noise!.cellErrors!;

    let at = 0;
    for (let group = 0; group < 9; group++)
      for (let column = 0; column < 128; column++)
        for (let line = 0; line < 16; line++) {
          const weight = program.weights[(group * 16 + Math.floor(column / 8)) * 16 + line]!;
          const isOne = Math.floor((weight + 256) / 2 ** (column % 8)) % 2;
          // 64 word lines are 4 groups of 16.
          const row = (group % 4) * 16 + line;
          const cell = drawn(256 * 0.03, 4, streams.cell, column * 64 + row);
          expect(errors[at++]).toBe(isOne ? cell : 0);
        }
    expect(at).toBe(errors.length);
  });

  it('are the same cells again once the macro is full', () => {
    const program = flatProgram({ groups: 9 });

    const { cellErrors } = withNoise(program, { cell: 0.03 }, { rows: 64 }).noise;

    const group = (n: number): Int8Array => cellErrors!.slice(n * 128, (n + 1) * 128);
    expect([group(4), group(8)]).toEqual([group(0), group(0)]);
    for (const n of [1, 2, 3]) expect(group(n)).not.toEqual(group(0));
  });

  it('stay within 127/256 of a unit, however large the mismatch', () => {
    const { cellErrors } = withNoise(flatProgram({ kernels: 200 }), { cell: 0.25 }).noise;

    expect([Math.min(...cellErrors!), Math.max(...cellErrors!)]).toEqual([-127, 127]);
  });
});

describe('what is fixed on a chip', () => {
  // 2000 kernels of 8 bits: 16,000 columns of 16 cells each.
  const program = flatProgram({ kernels: 2000 });
  const deviations = { offset: 0.2, gain: 0.03, cell: 0.03 };
  const { columnOffsets, columnGains, cellErrors } = withNoise(program, deviations).noise;
  const kinds: readonly (readonly [string, Int32Array | Int8Array, number])[] = [
    ['offset', columnOffsets, 256 * deviations.offset],
    ['gain', columnGains, 65536 * deviations.gain],
    ['cell', cellErrors!, 256 * deviations.cell],
  ];
  /** Pairs of draws that are `distance` apart. */
  const apart = (draws: ArrayLike<number>, distance: number): [number, number][] =>
    Array.from({ length: draws.length - distance }, (_, i) => [draws[i]!, draws[i + distance]!]);

  it.each(kinds)('has the mean and deviation that were asked for: %s', (_, draws, deviation) => {
    const known = momentsOf(normalQuantiles(deviation));

    // As normal.test.ts derives: (4.33 + 1/7)^2 / 65536 + 3e-5 is the most that the variance of the tables may be off.
    expect(known.mean).toBe(0);
    expect(Math.abs(known.variance / (deviation ** 2 + 1 / 12) - 1)).toBeLessThan(3.5e-4);
    expect(Math.abs(meanOff(draws, known))).toBeLessThan(standardErrors);
    expect(Math.abs(varianceOff(draws, known))).toBeLessThan(standardErrors);
  });

  it.each(kinds)('is independent from place to place: %s', (_, draws, deviation) => {
    const known = momentsOf(normalQuantiles(deviation));

    // Neighbours; columns of neighbouring kernels; cells of neighbouring columns and kernels.
    for (const distance of [1, 2, 8, 16, 128])
      expect(
        Math.abs(correlationOff(apart(draws, distance), known)),
        `${distance} apart`,
      ).toBeLessThan(standardErrors);
  });

  it('is independent from seed to seed, and offset from gain', () => {
    const other = withNoise(program, deviations, { seed: 2 }).noise;
    const paired = (a: ArrayLike<number>, b: ArrayLike<number>): [number, number][] =>
      Array.from({ length: a.length }, (_, i) => [a[i]!, b[i]!]);
    const known = ([, , deviation]: (typeof kinds)[number]): Moments =>
      momentsOf(normalQuantiles(deviation));
    const [offset, gain, cell] = kinds.map(known);

    const off = [
      correlationOff(paired(columnOffsets, other.columnOffsets), offset!),
      correlationOff(paired(columnGains, other.columnGains), gain!),
      correlationOff(paired(cellErrors!, other.cellErrors!), cell!),
      correlationOff(paired(columnOffsets, columnGains), {
        ...offset!,
        variance: Math.sqrt(offset!.variance * gain!.variance),
      }),
    ];

    for (const errors of off) expect(Math.abs(errors)).toBeLessThan(standardErrors);
  });
});

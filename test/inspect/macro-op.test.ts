import { describe, expect, it } from 'vitest';
import { inspectMacroOp, type MacroOp } from '../../src/inspect/macro-op.ts';
import type { MappedMacroLayer, Mapping } from '../../src/mapping/map-to-chip.ts';
import { integerInput } from '../../src/reference/integer-network.ts';
import { macroMac } from '../../src/reference/macro-mac.ts';
import { toProgram } from '../../src/simulate/to-program.ts';
import { caught } from '../support/caught.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

const images = noise({ height: 9, width: 8, channels: 3 }, 2);
const everyNoise = ['noise.read=0.4', 'noise.offset=0.5', 'noise.gain=0.03', 'noise.cell=0.05'];

/** Every macro-op of one pixel. */
function opsOfPixel(
  mapping: Mapping,
  { layer, tiles, geometry }: MappedMacroLayer,
  at: { y: number; x: number; image: number },
  seed?: number,
): MacroOp[] {
  const input = integerInput(mapping.network, images, layer.name);
  return tiles.flatMap((tile) =>
    Array.from(tile.codes).flatMap((_, group) =>
      Array.from({ length: Math.ceil(tile.kernels / geometry.kernelsPerMacro) }, (_unused, macro) =>
        inspectMacroOp(
          mapping,
          { layer: layer.name, tile: tile.index, group, macro, ...at },
          input,
          { seed, firstImage: 7 },
        ),
      ),
    ),
  );
}

describe('a macro-op', () => {
  it.each([
    ['a lossless ADC', [], 8],
    ['an ADC that clips and rounds', ['adc.bits=4', 'adc.step=1.5', 'adc.offset=2'], 4],
    ['every kind of noise', everyNoise, 8],
  ])(
    'adds up with the others of its pixel to the sum of the reference: %s',
    (_, settings, bits) => {
      const mapping = mapped(tourNetwork(), { settings, weightBits: bits, prunedGroups: 0.3 });
      for (const [number, at] of [
        [0, { y: 0, x: 0, image: 1 }],
        [1, { y: 4, x: 3, image: 1 }],
        [2, { y: 0, x: 1, image: 0 }],
      ] as const) {
        const layer = macroLayersOf(mapping)[number]!;
        const program = toProgram(mapping, layer, 3);
        const input = integerInput(mapping.network, images, layer.layer.name);
        const { sums } = macroMac(program, input, 7);
        const { height, width, channels } = program.output;
        const first = ((at.image * height + at.y) * width + at.x) * channels;

        const ops = opsOfPixel(mapping, layer, at, 3);

        const values = new Array<number>(channels).fill(0);
        for (const { kernel, value } of ops.flatMap((op) => op.kernels)) values[kernel]! += value;
        const totals = values.map(
          (value, kernel) => program.bias[kernel]! + Math.floor(value + 0.5),
        );
        expect(totals).toEqual(Array.from(sums.subarray(first, first + channels)));
        expect(ops.some(({ noisy }) => noisy)).toBe(settings === everyNoise);
      }
    },
  );

  it('counts saturated reads as the reference does', () => {
    const mapping = mapped(tourNetwork(), { settings: ['adc.bits=3'] });
    const layer = macroLayersOf(mapping)[5]!; // the linear layer: one pixel
    const input = integerInput(mapping.network, images, 'fc');
    const { events } = macroMac(toProgram(mapping, layer), input);

    const reads = [0, 1]
      .flatMap((image) => opsOfPixel(mapping, layer, { y: 0, x: 0, image }))
      .flatMap(({ kernels }) =>
        kernels.flatMap(({ columns }) => columns.flatMap((one) => one.reads)),
      );

    expect(events.saturatedReads).toBeGreaterThan(0);
    expect(reads.filter(({ saturated }) => saturated)).toHaveLength(events.saturatedReads);
  });

  it('shows digits that make the activations, and cells that make the weights', () => {
    const mapping = mapped(tourNetwork());
    const layer = macroLayersOf(mapping)[1]!;
    const input = integerInput(mapping.network, images, layer.layer.name);
    const { channels } = input;
    const group = layer.tiles[1]!.codes.findIndex((code) => code >= 9); // the second channel block
    const choice = { layer: layer.layer.name, tile: 1, group, macro: 0, y: 2, x: 1, image: 1 };

    const op = inspectMacroOp(mapping, choice, input);

    const pixel = (1 * input.height + 2 * 2 + op.ky - 1) * input.width + 2 * 1 + op.kx - 1;
    op.wordLines.forEach(({ activation, digits }, line) => {
      const channel = op.block * 16 + line;
      expect(activation).toBe(channel < channels ? input.data[pixel * channels + channel] : 0);
      expect(digits.reduce((sum, digit, phase) => sum + digit * 4 ** phase, 0)).toBe(activation);
    });
    for (const { kernel, columns } of op.kernels)
      op.wordLines.forEach((_, line) => {
        const channel = op.block * 16 + line;
        const weight = columns.reduce(
          (sum, { cells, column }) => sum + cells[line]! * (column === 7 ? -128 : 2 ** column),
          0,
        );
        const index = ((kernel * channels + channel) * 3 + op.ky) * 3 + op.kx;
        expect(weight).toBe(channel < channels ? layer.layer.weights[index] : 0);
      });
    expect(op.code).toBe(op.block * 9 + op.ky * 3 + op.kx);
    expect(op.kernels.map(({ kernel }) => kernel)).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
    expect(op.outsideMap).toBe(false);
  });

  it('drives nothing where its pixel lies outside the map', () => {
    const mapping = mapped(tourNetwork());
    const layer = macroLayersOf(mapping)[1]!;
    const ops = opsOfPixel(mapping, layer, { y: 0, x: 0, image: 0 });

    for (const op of ops) {
      expect(op.outsideMap).toBe(op.ky === 0 || op.kx === 0);
      if (op.outsideMap)
        expect(op.wordLines.every(({ activation }) => activation === 0)).toBe(true);
    }
    expect(ops.some((op) => op.outsideMap)).toBe(true);
  });

  it.each([
    ['layer', { layer: 'none' }],
    ['tile', { tile: 2 }],
    ['group', { group: 99 }],
    ['macro', { macro: 2 }],
    ['row', { y: 5 }],
    ['column', { x: -1 }],
    ['image', { image: 2 }],
  ])('refuses a %s that does not exist', (_, change) => {
    const mapping = mapped(tourNetwork());
    const choice = { layer: 'half', tile: 0, group: 0, macro: 0, y: 0, x: 0, image: 0, ...change };
    const input = integerInput(mapping.network, images, 'half');

    expect(caught(() => inspectMacroOp(mapping, choice, input))).toMatchObject({
      kind: 'usage',
    });
  });
});

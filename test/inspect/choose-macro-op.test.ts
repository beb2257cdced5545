import { describe, expect, it } from 'vitest';
import {
  chooseMacroOp,
  computesPixel,
  type MacroOpField,
  middlePixel,
} from '../../src/inspect/choose-macro-op.ts';
import { macroArray } from '../../src/inspect/macro-array.ts';
import { inspectMacroOp } from '../../src/inspect/macro-op.ts';
import { integerInput } from '../../src/reference/integer-network.ts';
import { caught } from '../support/caught.ts';
import { mapped } from '../support/mapped.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

const images = noise({ height: 9, width: 8, channels: 3 }, 2);
const mapping = mapped(tourNetwork(), { prunedGroups: 0.3 });
const array = macroArray(mapping);
const typed = (
  change: Partial<Record<MacroOpField, string>> = {},
): Readonly<Record<MacroOpField, string>> => ({ slot: '0', image: '0', y: '0', x: '0', ...change });

/** Every macro of every filling on every core. */
const everyMacro = array.fillings.flatMap((filling, number) =>
  [...new Set(filling.runs.map(({ core }) => core))].flatMap((core) =>
    filling.macros.map(({ macro }) => ({ filling: number, core, macro })),
  ),
);

describe('the macro-op of a chosen macro', () => {
  it('is computed by the core that was chosen, at the pixel next to the middle that it has', () => {
    const cores = new Set<number>();
    for (const chosen of everyMacro) {
      const pixel = middlePixel(array, chosen)!;
      const found = chooseMacroOp(
        array,
        chosen,
        typed({ y: String(pixel.y), x: String(pixel.x) }),
        2,
      )!;
      if (!('choice' in found)) throw new Error('the pixel is permitted');

      const input = integerInput(mapping.network, images, found.choice.layer);
      const op = inspectMacroOp(mapping, found.choice, input);
      expect(op.core).toBe(chosen.core);
      expect(found.core).toBe(chosen.core);
      expect(computesPixel(array, chosen, pixel)).toBe(true);
      expect(op.kernels[0]!.kernel).toBe(
        array.fillings[chosen.filling]!.macros[chosen.macro]!.firstKernel,
      );
      cores.add(op.core);
    }
    // Otherwise core 0 would do for all.
    expect(cores.size).toBeGreaterThan(2);
  });

  it('names the core that computes a pixel of another one', () => {
    const number = array.fillings.findIndex(({ runs }) => runs.length > 1);
    const [own, other] = array.fillings[number]!.runs;
    const { width } = array.layers[array.fillings[number]!.layer]!;
    const [y, x] = [Math.floor(other!.firstPixel / width), other!.firstPixel % width];
    const chosen = { filling: number, core: own!.core, macro: 0 };

    expect(computesPixel(array, chosen, { y, x })).toBe(false);
    expect(chooseMacroOp(array, chosen, typed({ y: String(y), x: String(x) }), 2)).toMatchObject({
      core: other!.core,
      choice: { y, x },
    });
  });

  it('lies in the weight load that was chosen, and nothing typed is no 0', () => {
    const number = array.fillings.findIndex(({ layer }) => array.layers[layer]!.name === 'half');
    const chosen = { filling: number, core: array.fillings[number]!.runs[0]!.core, macro: 0 };
    const slots = array.fillings[number]!.codes.length;
    const wrong = { slot: String(slots), image: '70', y: '3.5', x: '' };

    expect(chooseMacroOp(array, chosen, wrong, 20)).toEqual({
      errors: {
        slot: `this weight load of half has slots 0 … ${slots - 1}, not ${slots}`,
        image: 'the run has images 0 … 19, not 70',
        y: 'half has rows 0 … 4, not 3.5',
        x: 'half has columns 0 … 3, and none is named',
      },
    });
    expect(chooseMacroOp(array, chosen, typed({ y: '1', x: ' ' }), 1)).toEqual({
      errors: { x: 'half has columns 0 … 3, and none is named' },
    });
    expect(chooseMacroOp(array, chosen, typed({ image: '1' }), 1)).toEqual({
      errors: { image: 'the run has only image 0, not 1' },
    });
  });

  it('does not exist in a macro that holds nothing', () => {
    const number = array.fillings.findIndex(({ macros }) => macros.length < array.macrosPerCore);
    const { macros, runs } = array.fillings[number]!;
    const chosen = { filling: number, core: runs[0]!.core, macro: macros.length };

    expect(chooseMacroOp(array, chosen, typed(), 2)).toBeUndefined();
  });
});

describe('a macro-op that does not exist', () => {
  it.each([
    ['group', { group: 500 }, /^tour: kernel tile 0 of half has groups 0 … \d+, not 500$/],
    ['row', { y: 3.5 }, /^tour: half has rows 0 … 4, not 3\.5$/],
    ['tile', { tile: 7 }, /^tour: half has kernel tiles 0 … 1, not 7$/],
    ['image', { image: 2 }, /^tour: the run has images 0 … 1, not 2$/],
  ])('is refused with those that do: %s', (_, change, message) => {
    const choice = { layer: 'half', tile: 0, group: 0, macro: 0, y: 0, x: 0, image: 0, ...change };
    const input = integerInput(mapping.network, images, 'half');

    expect(caught(() => inspectMacroOp(mapping, choice, input)).message).toMatch(message);
  });
});

describe('the density of a layer', () => {
  it('counts the cells of macros that hold no 1, and is none where no slot is filled', () => {
    for (const [number, layer] of array.layers.entries()) {
      const filled = array.fillings.filter((one) => one.layer === number);
      const macros = filled.flatMap((one) => one.macros.map((macro) => ({ ...macro, one })));
      const bitLines = array.partitions * array.bitLinesPerPartition;
      const cells = macros.reduce(
        (sum, { one }) => sum + one.codes.length * array.wordLinesOn * bitLines,
        0,
      );
      const ones = macros.reduce((sum, macro) => sum + macro.ones, 0);
      expect(layer.cellDensity).toBeCloseTo(ones / cells, 12);
    }
    const none = macroArray(mapped(tourNetwork(), { prunedGroups: 1 }));
    const empty = none.layers.filter(({ storedGroups }) => storedGroups === 0);
    for (const { cellDensity } of empty) expect(cellDensity).toBeUndefined();
  });
});

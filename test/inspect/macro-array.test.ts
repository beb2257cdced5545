import { describe, expect, it } from 'vitest';
import { cellPlace, cellValue } from '../../src/inspect/cell-place.ts';
import { macroArray } from '../../src/inspect/macro-array.ts';
import type { Mapping } from '../../src/mapping/map-to-chip.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { writeStoredImage } from '../../src/mapping/stored-image.ts';
import { noiseSource } from '../../src/simulate/noise-program.ts';
import { plannedActivity } from '../../src/mapping/planned-activity.ts';
import { toProgram } from '../../src/simulate/to-program.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { weightAt } from '../support/plain-macro.ts';
import { randomNetwork, tourNetwork } from '../support/small-networks.ts';

/** Chips on which kernels share partitions, macros are too small for a tile, word lines exceed a word. */
const chips: readonly (readonly [string, readonly string[], number])[] = [
  ['MARS', [], 8],
  ['4-bit weights, two kernels per partition', [], 4],
  ['3-bit weights, which leave bit lines free', [], 3],
  ['macros of two slots', ['macro.wordLines=32'], 8],
  ['40 word lines at once, three macros per core', ['macro.wordLinesOn=40', 'cores.macros=3'], 8],
  ['one core with wide partitions', ['cores.count=1', 'macro.bitLinesPerPartition=19'], 8],
];

const tour = (settings: readonly string[], weightBits: number, prunedGroups = 0.4): Mapping =>
  mapped(tourNetwork(), { settings, weightBits, prunedGroups });

describe('the macro array', () => {
  it.each(chips)(
    'has each weight bit on the row and bit line of the noise: %s',
    (_, settings, bits) => {
      const mapping = tour(settings, bits);
      const array = macroArray(mapping);
      const bitLinesPerMacro = array.partitions * array.bitLinesPerPartition;
      let seen = 0;

      macroLayersOf(mapping).forEach((layer, number) => {
        const program = toProgram(mapping, layer);
        const source = noiseSource(mapping, layer, 1);
        const slots = Math.floor(source.rows / program.wordLinesOn);
        for (const filling of array.fillings.filter((one) => one.layer === number)) {
          const core = Math.min(
            ...layer.runs.filter(({ tile }) => tile === filling.tile).map((run) => run.core),
          );
          filling.codes.forEach((code, slot) => {
            const inTile = filling.firstGroup + slot;
            const group = program.tileStarts[filling.tile]! + inTile;
            expect(program.codes[group]).toBe(code);
            expect(inTile % slots).toBe(slot);
            for (let k = 0; k < layer.tiles[filling.tile]!.kernels; k++)
              for (let bit = 0; bit < bits; bit++) {
                const onChip = source.bitLine(filling.tile, k, bit);
                const macro = Math.floor(onChip / bitLinesPerMacro) - core * array.macrosPerCore;
                for (let line = 0; line < program.wordLinesOn; line++) {
                  const weight = weightAt(program, group, k, line);
                  const place = {
                    row: slot * program.wordLinesOn + line,
                    bitLine: onChip % bitLinesPerMacro,
                  };
                  const filled = filling.macros.find((one) => one.macro === macro)!;
                  const cell = cellPlace(array, filling, filled, place);
                  expect(cell).toEqual({
                    slot,
                    wordLine: line,
                    partition: Math.floor(place.bitLine / array.bitLinesPerPartition),
                    code,
                    kernel: layer.tiles[filling.tile]!.firstKernel + k,
                    column: bit,
                    value: Math.floor((weight + 256) / 2 ** bit) % 2,
                  });
                  seen += cell.value;
                }
              }
          });
        }
      });

      // Every 1 of the array was met, so there is none where no weight bit belongs.
      const ones = array.fillings.flatMap(({ macros }) => macros.map((macro) => macro.ones));
      expect(seen).toBe(ones.reduce((a, b) => a + b, 0));
      expect(seen).toBeGreaterThan(1000);
    },
    120_000,
  );

  it('holds the same rows of cells as the stored image', () => {
    const mapping = tour([], 8);
    const array = macroArray(mapping);
    const { network, indexCoding } = mapping;
    const image = writeStoredImage({ network, indexCoding, dataset: 'noise' }, (bits) =>
      groupShapeOf(mapping.chip, bits),
    );
    const filling = array.fillings.find((one) => one.layer === 1)!;
    // With 8-bit weights, 8 kernels per macro: a row of a macro is 8 bytes, and macro 1 follows macro 0.
    const rows: number[] = [];
    for (let row = 0; row < filling.codes.length * 16; row++)
      for (const macro of filling.macros)
        for (let byte = 0; byte < 8; byte++) {
          let value = 0;
          for (let bit = 0; bit < 8; bit++)
            value += cellValue(array, filling, macro, { row, bitLine: 8 * byte + bit }) * 2 ** bit;
          rows.push(value);
        }

    expect(filling.macros).toHaveLength(2);
    expect(Buffer.from(image).includes(Buffer.from(rows))).toBe(true);
  });

  it.each([1, 2, 3, 4])(
    'counts macro-ops and groups as the simulation does: network %i',
    (seed) => {
      const mapping = mapped(randomNetwork(seed), {
        prunedGroups: 0.3,
        settings: ['macro.wordLines=48'],
      });
      const array = macroArray(mapping);

      macroLayersOf(mapping).forEach((layer, number) => {
        const known = array.layers[number]!;
        const fillings = array.fillings.filter((one) => one.layer === number);
        expect(known.macroOps).toBe(plannedActivity(layer, 1).macroOps);
        expect(fillings.reduce((sum, one) => sum + one.codes.length, 0)).toBe(known.storedGroups);
        expect(fillings).toHaveLength(known.fillings);
        for (const filling of fillings) {
          const pixels = filling.runs.reduce((sum, run) => sum + run.pixels, 0);
          expect(pixels).toBe(known.pixels);
        }
      });
    },
  );

  it('tells density as the share of cells that hold a 1', () => {
    const array = macroArray(tour([], 8));
    const filling = array.fillings[0]!;
    const macro = filling.macros[0]!;
    let ones = 0;
    const rows = filling.codes.length * array.wordLinesOn;
    for (let row = 0; row < rows; row++)
      for (let bitLine = 0; bitLine < 64; bitLine++)
        ones += cellValue(array, filling, macro, { row, bitLine });

    expect(macro.ones).toBe(ones);
    expect(macro.cellDensity).toBe(ones / (rows * 64));
    expect(macro.slotShare).toBe(filling.codes.length / 64);
    expect(cellValue(array, filling, macro, { row: rows, bitLine: 0 })).toBe(0);
  });

  it('tells the saturated share where there was a simulation, and nothing where there was none', () => {
    const mapping = tour([], 8);
    const [first] = macroLayersOf(mapping);
    const counted = {
      ...plannedActivity(first!, 1),
      saturatedReads: 5,
      zeroPhaseReads: 0,
      overflowedSums: 0,
    };

    const array = macroArray(mapping, [counted]);

    expect(array.layers[0]!.saturatedShare).toBe(5 / counted.columnReads);
    expect(array.layers[1]!.saturatedShare).toBe(undefined);
  });

  it('crosses a worker boundary unchanged', () => {
    const array = macroArray(tour([], 4));

    expect(structuredClone(array)).toEqual(array);
  });
});

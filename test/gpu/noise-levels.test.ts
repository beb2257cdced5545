// What noise adds to a code, as the kernel gets it, against the definition for every draw that there is.

import { describe, expect, it } from 'vitest';
import { noiseLevels } from '../../src/gpu/noise-levels.ts';
import { uniformTable } from '../../src/core/adc-table.ts';
import { twosComplement } from '../../src/core/columns.ts';
import { normalQuantiles } from '../../src/core/normal.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { randomCase } from '../../src/measure/random-program.ts';

const kernelsPerTile = 3;
const tiles = 2;
const weightBits = 4;
const columns = tiles * kernelsPerTile * weightBits;
/** Kernels padded to 2, eight weight bits, four words. */
const wordOf = (tile: number, kernel: number, bit: number): number =>
  ((tile * 4 + kernel) * 8 + bit) * 4;

function program(
  read: number,
  offset: (column: number) => number,
  change: Partial<MacroProgram> & { readonly gain?: number } = {},
): MacroProgram {
  const { gain = 0, ...rest } = change;
  return {
    ...randomCase(1).program,
    kernelsPerTile,
    columns: twosComplement(weightBits),
    tileStarts: Uint32Array.of(0, 1, 2),
    adc: uniformTable({ bits: 6, step: 256, offset: 0 }),
    noise: {
      key: 1,
      readQuantiles: read === 0 ? undefined : Int16Array.from(normalQuantiles(read)),
      columnOffsets: Int32Array.from({ length: columns }, (_, column) => offset(column)),
      columnGains: new Int32Array(columns).fill(gain),
      cellErrors: undefined,
    },
    ...rest,
  };
}

describe('noiseLevels', () => {
  it.each([
    ['read noise of 0.15 units', 0.15 * 256, 0, 0],
    ['read noise of 0.3 units', 0.3 * 256, 0, 0],
    ['offsets alone', 0, 600, 0],
    ['read noise and offsets', 0.2 * 256, 300, 0],
    ['an ADC that is off', 0.2 * 256, 100, -77],
  ])('gives what is added for each of 65536 draws: %s', (_, read, spread, adcOffset) => {
    const draw = drawFrom(3);
    const one = program(read, () => draw(-spread, spread), {
      adc: uniformTable({ bits: 6, step: 256, offset: adcOffset }),
    });
    const { readQuantiles, columnOffsets } = one.noise!;

    const { words, count } = noiseLevels(one)!;

    let most = 0;
    for (let tile = 0; tile < tiles; tile++)
      for (let kernel = 0; kernel < kernelsPerTile; kernel++)
        for (let bit = 0; bit < weightBits; bit++) {
          const offset =
            columnOffsets[(tile * kernelsPerTile + kernel) * weightBits + bit]! - adcOffset;
          const [always, ...levels] = words.subarray(wordOf(tile, kernel, bit)).subarray(0, 4);
          for (let drawn = 0; drawn < 65536; drawn++) {
            const random = drawn * 65536 + (drawn === 0 ? 0 : 65535);
            const exceeded = levels.filter((level) => random > level).length;
            most = Math.max(most, exceeded);
            const n = readQuantiles?.[drawn] ?? 0;
            const expected = Math.floor((n + offset + 128) / 256);
            if ((always! | 0) + exceeded !== expected)
              expect.fail(`draw ${drawn}, offset ${offset}: ${always! | 0} + ${exceeded}`);
          }
        }
    expect(count).toBe(most);
  });

  it('looks at the upper 16 bits of a word alone', () => {
    const [, ...levels] = noiseLevels(program(40, () => 0))!.words.subarray(0, 4);

    for (const level of levels) expect(level & 0xffff).toBe(0xffff);
  });

  it.each<[string, MacroProgram]>([
    ['no noise', program(40, () => 0, { noise: undefined })],
    ['gains', program(40, () => 0, { gain: 1 })],
    [
      'another step',
      program(40, () => 0, { adc: uniformTable({ bits: 6, step: 255, offset: 0 }) }),
    ],
    ['more than three levels', program(256, () => 0)],
    ['cells of two bits', program(40, () => 0, { columns: twosComplement(4, 2) })],
  ])('has none for %s', (_, one) => {
    expect(noiseLevels(one)).toBeUndefined();
  });

  it('has none for cell mismatch', () => {
    const one = program(40, () => 0);
    const noise = { ...one.noise!, cellErrors: new Int8Array(1) };

    expect(noiseLevels({ ...one, noise })).toBeUndefined();
  });
});

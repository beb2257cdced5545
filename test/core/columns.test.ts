import { describe, expect, it } from 'vitest';
import {
  binaryBits,
  cellOf,
  columnName,
  type Columns,
  differential,
  factorSum,
  largestFactors,
  twosComplement,
} from '../../src/core/columns.ts';

const widths = [2, 3, 4, 5, 6, 7, 8] as const;
const cellWidths = [1, 2, 3, 4] as const;
const all = widths.flatMap((weightBits) =>
  cellWidths.flatMap((cellBits) => [
    { kind: 'twosComplement', weightBits, cellBits, columns: twosComplement(weightBits, cellBits) },
    { kind: 'differential', weightBits, cellBits, columns: differential(weightBits, cellBits) },
  ]),
);

const cellsOf = (columns: Columns, weight: number): readonly number[] =>
  columns.factors.map((_, column) => cellOf(columns, weight, column));

describe('columns', () => {
  it.each(all)(
    'add up to every weight: $kind of $weightBits bits in $cellBits-bit cells',
    (one) => {
      const { kind, columns, weightBits, cellBits } = one;
      const highest = 2 ** (weightBits - 1) - 1;

      expect([columns.min, columns.max]).toEqual([
        kind === 'differential' ? -highest : -highest - 1,
        highest,
      ]);
      for (let weight = columns.min; weight <= columns.max; weight++) {
        const cells = cellsOf(columns, weight);
        const sum = cells.reduce((total, cell, i) => total + cell * columns.factors[i]!, 0);
        expect(sum).toBe(weight);
        for (const cell of cells) expect(cell >= 0 && cell < 2 ** cellBits).toBe(true);
      }
    },
  );

  it('are 1, 4, 16, -64 for 7 bits in two-bit cells', () => {
    expect(twosComplement(7, 2).factors).toEqual([1, 4, 16, -64]);
    // -37 is 1 01 10 11 in 7 bits.
    expect(cellsOf(twosComplement(7, 2), -37)).toEqual([3, 2, 1, 1]);
  });

  it('are pairs of 1 and -1 where cells hold a whole magnitude', () => {
    const pair = differential(4, 3);

    expect(pair.factors).toEqual([1, -1]);
    expect([-7, 0, 5].map((weight) => cellsOf(pair, weight))).toEqual([
      [0, 7],
      [0, 0],
      [5, 0],
    ]);
  });

  it('are the bits of two’s complement, lowest first, unless cells hold more', () => {
    expect(twosComplement(4).factors).toEqual([1, 2, 4, -8]);
    // -3 is 1101 in 4 bits.
    expect(cellsOf(twosComplement(4), -3)).toEqual([1, 0, 1, 1]);
  });
});

describe('binaryBits', () => {
  it.each(all)('knows $kind of $weightBits bits in $cellBits-bit cells', (one) => {
    const { kind, columns, weightBits, cellBits } = one;
    const isBinary = kind === 'twosComplement' && cellBits === 1;

    expect(binaryBits(columns)).toBe(isBinary ? weightBits : undefined);
  });

  it('looks at every factor and every cell', () => {
    const columns = twosComplement(3);
    const cells = (weight: number): Uint8Array =>
      columns.cells.with((weight + 128) * 3, 1 - cellOf(columns, weight, 0));

    expect(binaryBits({ ...columns, factors: [1, 2, 4] })).toBeUndefined();
    for (let weight = -4; weight <= 3; weight++)
      expect(binaryBits({ ...columns, cells: cells(weight) })).toBeUndefined();
  });
});

describe('what columns add up to', () => {
  it('follows from their factors', () => {
    expect([twosComplement(8), differential(8), twosComplement(7, 2)].map(factorSum)).toEqual([
      -1, 0, -43,
    ]);
    expect([twosComplement(8), differential(8)].map(largestFactors)).toEqual([128, 127]);
    expect(columnName(twosComplement(8), 3)).toBe('bit 3');
    expect(columnName(differential(8), 3)).toBe('column 3 (times -2)');
  });
});

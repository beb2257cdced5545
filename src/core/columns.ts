// How the bit lines of a kernel hold a weight: weight = sum over columns of factor * cell. Factors and cells are data, so
// that whatever multiplies need not know which chip they come from.

import { assert } from './errors.ts';
import { remembered } from './remembered.ts';

/** The columns of one kernel. */
export interface Columns {
  /** What one unit on each column stands for: 1, 2, 4, -8 in two's complement of 4 bits. */
  readonly factors: readonly number[];
  /** Bits of a cell: it holds 0 ... 2^bits - 1, and discharges as many units per unit of its digit. */
  readonly cellBits: number;
  /** What the cell of each column holds, order (weight + 128, column); only for weights that {@link Columns} holds. */
  readonly cells: Uint8Array;
  /** Smallest and largest weight that they hold. */
  readonly min: number;
  readonly max: number;
}

/** The columns of weights of 2 ... 8 bits in cells of 1 ... 4 bits, 1 by default. */
export type ColumnsFor = (weightBits: number, cellBits?: number) => Columns;

/** Weights that a signed byte can have. */
const byteWeights = 256;

/** What the cell of a column holds for a weight. */
export const cellOf = ({ cells, factors }: Columns, weight: number, column: number): number =>
  cells[(weight + 128) * factors.length + column] as number;

/**
 * Two's complement: cells of `cellBits` bits hold digits of the weight, one column each, and the sign bit has a column of
 * its own. At one bit per cell these are the bits of the weight: 1, 2, 4, ... and minus the highest.
 * @param weightBits 2 ... 8
 * @param cellBits 1 ... 4
 */
export const twosComplement: ColumnsFor = byBits((weightBits, cellBits) => {
  const { max, factors, digitsOf } = magnitudes(weightBits, cellBits);
  return columnsOf([...factors, -max - 1], { cellBits, min: -max - 1, max }, (weight) => [
    ...digitsOf(weight & max),
    weight < 0 ? 1 : 0,
  ]);
});

/**
 * Differential columns: each digit of the magnitude in a cell of `cellBits` bits, in one column of positive weights or in
 * its neighbour of negative ones, whose codes are taken off.
 * @param weightBits 2 ... 8; the least weight is minus the largest
 * @param cellBits 1 ... 4
 */
export const differential: ColumnsFor = byBits((weightBits, cellBits) => {
  const { max, factors, digitsOf } = magnitudes(weightBits, cellBits);
  const pairs = factors.flatMap((factor) => [factor, -factor]);
  return columnsOf(pairs, { cellBits, min: -max, max }, (weight) =>
    digitsOf(Math.abs(weight)).flatMap((digit) => (weight < 0 ? [0, digit] : [digit, 0])),
  );
});

/**
 * Weight bits of columns that are the bits of two's complement, one per cell, lowest first; undefined for others. Looks
 * at factors and at every cell: what holds is proven.
 */
export const binaryBits: (columns: Columns) => number | undefined = remembered((columns) => {
  const { factors, cellBits, min, max } = columns;
  const bits = factors.length;
  const highest = 2 ** (bits - 1);
  if (cellBits !== 1 || bits > 8 || min !== -highest || max !== highest - 1) return undefined;
  for (let column = 0; column < bits; column++) {
    if (factors[column] !== (column === bits - 1 ? -highest : 2 ** column)) return undefined;
    for (let weight = min; weight <= max; weight++)
      if (cellOf(columns, weight, column) !== ((weight >> column) & 1)) return undefined;
  }
  return bits;
});

/** What a column is to its kernel, in words: `bit 3`, or `column 3 (times -4)` where columns are not the bits of a weight. */
export const columnName = (columns: Columns, column: number): string =>
  binaryBits(columns) === undefined
    ? `column ${column} (times ${columns.factors[column]})`
    : `bit ${column}`;

/** Sum of all factors: what the columns' codes add up to where each is 1. */
export const factorSum = ({ factors }: Columns): number =>
  factors.reduce((sum, factor) => sum + factor, 0);

/** Largest magnitude of sums of factor * code, for codes of 0 ... 1. */
export function largestFactors({ factors }: Columns): number {
  let [positive, negative] = [0, 0];
  for (const factor of factors)
    if (factor > 0) positive += factor;
    else negative -= factor;
  return Math.max(positive, negative);
}

/** Weights without their sign bit, in digits of `cellBits` bits. */
function magnitudes(
  weightBits: number,
  cellBits: number,
): {
  readonly max: number;
  /** What each digit counts. */
  readonly factors: readonly number[];
  readonly digitsOf: (magnitude: number) => readonly number[];
} {
  const shifts = Array.from(
    { length: Math.ceil((weightBits - 1) / cellBits) },
    (_, digit) => digit * cellBits,
  );
  return {
    max: 2 ** (weightBits - 1) - 1,
    factors: shifts.map((shift) => 2 ** shift),
    digitsOf: (magnitude) => shifts.map((shift) => (magnitude >> shift) & (2 ** cellBits - 1)),
  };
}

function columnsOf(
  factors: readonly number[],
  range: Pick<Columns, 'cellBits' | 'min' | 'max'>,
  cellsFor: (weight: number) => readonly number[],
): Columns {
  const cells = new Uint8Array(byteWeights * factors.length);
  for (let weight = range.min; weight <= range.max; weight++) {
    const held = cellsFor(weight);
    const value = held.reduce((sum, cell, column) => sum + cell * (factors[column] as number), 0);
    assert(value === weight, `columns hold ${value} for weight ${weight}`);
    cells.set(held, (weight + 128) * factors.length);
  }
  return { factors, ...range, cells };
}

/** The same columns for the same bits: what is proven of them once need not be proven again. */
function byBits(make: (weightBits: number, cellBits: number) => Columns): ColumnsFor {
  const known = new Map<string, Columns>();
  return (weightBits, cellBits = 1) => {
    const key = `${weightBits} ${cellBits}`;
    const columns = known.get(key) ?? make(weightBits, cellBits);
    known.set(key, columns);
    return columns;
  };
}

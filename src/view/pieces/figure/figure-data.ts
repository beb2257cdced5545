// What a figure says in words and numbers: the part of a plot that needs no drawing.

import { formatWhole, withMinus } from '../../../core/number-text.ts';
import type { CellValue } from './csv.ts';

/** Rows under named columns. */
export interface DataTable {
  /** With units: `energy (nJ)`. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CellValue[])[];
  /** What `explain` calls the figures, cell by cell; undefined: they have no formulas. */
  readonly paths?: readonly (readonly (string | undefined)[])[] | undefined;
}

/** Caption, text alternative and data of a plot. */
export interface FigureData {
  readonly caption: string;
  /** One sentence that says what the plot shows; names the picture for those who do not see it. */
  readonly summary: string;
  readonly table: DataTable;
  /** Rows of the saved CSV where they are more than a table should have; the table's by default. */
  readonly csv?: DataTable;
}

/** A cell as a table shows it: whole numbers in threes, others with six significant digits. */
export function cellText(value: CellValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return Number.isInteger(value)
    ? formatWhole(value)
    : withMinus(String(Number(value.toPrecision(6))));
}

// Sorting of table rows.

import type { CellValue } from '../figure/csv.ts';

/** Direction of a sorted column, in ARIA's words. */
export type SortDirection = 'ascending' | 'descending';

/** Rows sorted by a value; equal ones stay in order, empty ones come last either way. Numbers in names count as numbers. */
export function sortRows<T>(
  rows: readonly T[],
  valueOf: (row: T) => CellValue,
  direction: SortDirection,
): readonly T[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return rows
    .map((row) => ({ row, value: valueOf(row) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null)
        return Number(a.value === null) - Number(b.value === null);
      return sign * compare(a.value, b.value);
    })
    .map(({ row }) => row);
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

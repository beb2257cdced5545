// A table that is sorted by a click on a column's name and saved as CSV.

import { scrollBox } from '../figure/data-table.ts';
import type { CellValue } from '../figure/csv.ts';
import { cellText } from '../figure/figure-data.ts';
import { saveCsv } from '../figure/save-file.ts';
import { make, makeButton, type PieceHandle } from '../../ui/make-element.ts';
import { type SortDirection, sortRows } from './sort-rows.ts';

/** A column of a {@link SortableTable}. */
export interface TableColumn<T> {
  /** With unit: `energy (nJ)`. */
  readonly label: string;
  value(row: T): CellValue;
  /** What the cell shows; `cellText` of the value by default. */
  text?(row: T): string;
  /** Length of a bar in the cell, 0 ... 1. */
  bar?(row: T): number;
}

/** What a table shows. */
export interface SortableTable<T> {
  readonly rows: readonly T[];
  readonly columns: readonly TableColumn<T>[];
}

/** Name of its file and what it is, for those who do not see it. */
export interface TableNames {
  readonly file: string;
  readonly caption: string;
}

/** Draws a table. Its rows keep their order until a column is chosen. */
export function drawSortableTable<T>(
  parent: ParentNode,
  names: TableNames,
  first: SortableTable<T>,
): PieceHandle<SortableTable<T>> {
  let shown = first;
  let sorted: { readonly label: string; readonly direction: SortDirection } | undefined;
  const head = make('thead');
  const body = make('tbody');
  const table = make('table', { class: 'mars-table', part: 'table' }, [
    make('caption', { class: 'mars-hidden', text: names.caption }),
    head,
    body,
  ]);
  const ordered = (): readonly T[] => {
    const column = shown.columns.find(({ label }) => label === sorted?.label);
    return column && sorted
      ? sortRows(shown.rows, (row) => column.value(row), sorted.direction)
      : shown.rows;
  };
  const drawRows = (): void => {
    body.replaceChildren();
    for (const row of rowsOf(shown.columns, ordered())) body.append(row);
  };
  const sortBy = (column: TableColumn<T>): void => {
    sorted = { label: column.label, direction: nextDirection(shown, column, sorted) };
    for (const cell of head.querySelectorAll('th'))
      cell.ariaSort = cell.textContent === sorted.label ? sorted.direction : 'none';
    drawRows();
  };
  const draw = (): void => {
    head.replaceChildren(headOf(shown, sortBy, sorted));
    drawRows();
  };
  const element = make('div', { class: 'mars-table-frame', part: 'table-frame' }, [
    scrollBox(table, names.caption),
    make('div', { class: 'mars-tools', part: 'tools' }, [
      makeButton(
        'CSV',
        () =>
          saveCsv(
            names.file,
            shown.columns.map(({ label }) => label),
            ordered().map((row) => shown.columns.map((column) => column.value(row))),
          ),
        { attributes: { 'aria-label': `Save as CSV: ${names.caption}` } },
      ),
    ]),
  ]);
  draw();
  parent.append(element);
  return {
    element,
    update: (next) => {
      shown = next;
      draw();
    },
    destroy: () => element.remove(),
  };
}

/** Numbers begin with the largest, names with the first; a second click turns round. */
function nextDirection<T>(
  { rows }: SortableTable<T>,
  column: TableColumn<T>,
  sorted: { readonly label: string; readonly direction: SortDirection } | undefined,
): SortDirection {
  if (sorted?.label === column.label)
    return sorted.direction === 'ascending' ? 'descending' : 'ascending';
  return rows.some((row) => typeof column.value(row) === 'number') ? 'descending' : 'ascending';
}

function headOf<T>(
  { columns, rows }: SortableTable<T>,
  sortBy: (column: TableColumn<T>) => void,
  sorted: { readonly label: string; readonly direction: SortDirection } | undefined,
): HTMLElement {
  return make(
    'tr',
    {},
    columns.map((column) => {
      const { label } = column;
      const button = makeButton(label, () => sortBy(column), { class: 'mars-sort' });
      const isNumber = rows.some((row) => typeof column.value(row) === 'number');
      const cell = make(
        'th',
        { attributes: { scope: 'col' }, ...(isNumber ? { class: 'mars-number' } : {}) },
        [button],
      );
      cell.ariaSort = sorted?.label === label ? sorted.direction : 'none';
      return cell;
    }),
  );
}

const rowsOf = <T>(columns: readonly TableColumn<T>[], rows: readonly T[]): HTMLElement[] =>
  rows.map((row) =>
    make(
      'tr',
      {},
      columns.map((column, i) => cellOf(column, row, i === 0)),
    ),
  );

function cellOf<T>(column: TableColumn<T>, row: T, isFirst: boolean): HTMLElement {
  const value = column.value(row);
  const text = column.text?.(row) ?? cellText(value);
  const settings = typeof value === 'number' ? { class: 'mars-number', text } : { text };
  const cell = isFirst
    ? make('th', { ...settings, attributes: { scope: 'row' } })
    : make('td', settings);
  const length = column.bar?.(row) ?? 0;
  if (length > 0) cell.append(drawBar(0, length));
  return cell;
}

/** A bar below a cell's text, from `left` on, as shares of the cell's width. */
export function drawBar(left: number, length: number): HTMLElement {
  const bar = make('span', { class: 'mars-bar', part: 'bar' });
  bar.style.left = `${100 * left}%`;
  bar.style.width = `${100 * length}%`;
  return make('span', { class: 'mars-bar-room', attributes: { 'aria-hidden': 'true' } }, [bar]);
}

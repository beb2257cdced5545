// A table that is sorted by a click on a column's name and saved as CSV.

import { scrollBox } from '../figure/data-table.ts';
import type { CellValue } from '../figure/csv.ts';
import { cellText } from '../figure/figure-data.ts';
import { saveCsv } from '../figure/save-file.ts';
import { type Ask, figureNodes, listenToFigures } from '../../ui/ask.ts';
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
  /** What `explain` calls the cell's figure; undefined: it has no formula. */
  path?(row: T): string | undefined;
  /** Its cell in the last row. */
  readonly total?: {
    readonly value: CellValue;
    readonly text: string;
    readonly path?: string | undefined;
  };
}

/** What a table shows. */
export interface SortableTable<T> {
  readonly rows: readonly T[];
  readonly columns: readonly TableColumn<T>[];
  /** Name of the last row, which has the columns' totals; none by default. */
  readonly totalName?: string;
}

/** Name of its file and what it is, for those who do not see it; and what a press does. */
export interface TableNames<T = never> {
  readonly file: string;
  readonly caption: string;
  /** Opens the formula of a figure; without it they cannot be asked. */
  readonly ask?: Ask | undefined;
  /** Makes the first cell of a row a button. */
  readonly onRow?: ((row: T) => void) | undefined;
}

/** Draws a table. Its rows keep their order until a column is chosen. */
export function drawSortableTable<T>(
  parent: ParentNode,
  names: TableNames<T>,
  first: SortableTable<T>,
): PieceHandle<SortableTable<T>> {
  let shown = first;
  let sorted: { readonly label: string; readonly direction: SortDirection } | undefined;
  const head = make('thead');
  const body = make('tbody');
  const foot = make('tfoot');
  const refresh = names.ask && listenToFigures(body, names.ask);
  const refreshFoot = names.ask && listenToFigures(foot, names.ask);
  const table = make('table', { class: 'mars-table', part: 'table' }, [
    make('caption', { class: 'mars-hidden', text: names.caption }),
    head,
    body,
    foot,
  ]);
  const ordered = (): readonly T[] => {
    const column = shown.columns.find(({ label }) => label === sorted?.label);
    return column && sorted
      ? sortRows(shown.rows, (row) => column.value(row), sorted.direction)
      : shown.rows;
  };
  const drawRows = (): void => {
    body.replaceChildren();
    for (const row of rowsOf(shown.columns, ordered(), names)) body.append(row);
    foot.replaceChildren(...totalOf(shown, names.ask));
    refresh?.();
    refreshFoot?.();
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
      makeButton('CSV', () => saveRows(names, shown.columns, ordered()), {
        attributes: { 'aria-label': `Save as CSV: ${names.caption}` },
      }),
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

const saveRows = <T>(
  { file }: TableNames<T>,
  columns: readonly TableColumn<T>[],
  rows: readonly T[],
): void =>
  saveCsv(
    file,
    columns.map(({ label }) => label),
    rows.map((row) => columns.map((column) => column.value(row))),
  );

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

const rowsOf = <T>(
  columns: readonly TableColumn<T>[],
  rows: readonly T[],
  names: TableNames<T>,
): HTMLElement[] =>
  rows.map((row) =>
    make(
      'tr',
      {},
      columns.map((column, i) => cellOf({ column, row, isFirst: i === 0 }, names)),
    ),
  );

interface CellPlace<T> {
  readonly column: TableColumn<T>;
  readonly row: T;
  readonly isFirst: boolean;
}

function cellOf<T>({ column, row, isFirst }: CellPlace<T>, names: TableNames<T>): HTMLElement {
  const value = column.value(row);
  const text = column.text?.(row) ?? cellText(value);
  const { ask, onRow } = names;
  const name =
    isFirst && onRow ? [makeButton(text, () => onRow(row), { class: 'mars-row-name' })] : undefined;
  const content = name ?? figureNodes(text, column.path?.(row), ask);
  const settings = typeof value === 'number' ? { class: 'mars-number' } : {};
  const cell = isFirst
    ? make('th', { ...settings, attributes: { scope: 'row' } }, content.flatMap(breakable))
    : make('td', settings, content);
  const length = column.bar?.(row) ?? 0;
  if (length > 0) cell.append(drawBar(0, length));
  return cell;
}

/** A path such as `macro.wordLines` breaks after its dots, where its column is narrow. */
const breakable = (one: string | Node): readonly (string | Node)[] =>
  typeof one === 'string'
    ? one.split(/(?<=\.)(?=\w)/).flatMap((part, i) => (i === 0 ? [part] : [make('wbr'), part]))
    : [one];

/** The last row; none where the table has no name for it. */
function totalOf<T>(
  { columns, totalName }: SortableTable<T>,
  ask: Ask | undefined,
): readonly HTMLElement[] {
  if (totalName === undefined) return [];
  const cells = columns.map(({ total }, i) => {
    if (i === 0) return make('th', { text: totalName, attributes: { scope: 'row' } });
    if (!total) return make('td');
    return make('td', { class: 'mars-number' }, figureNodes(total.text, total.path, ask));
  });
  return [make('tr', { class: 'mars-total' }, cells)];
}

/** A bar below a cell's text, from `left` on, as shares of the cell's width. */
export function drawBar(left: number, length: number): HTMLElement {
  const bar = make('span', { class: 'mars-bar', part: 'bar' });
  bar.style.left = `${100 * left}%`;
  bar.style.width = `${100 * length}%`;
  return make('span', { class: 'mars-bar-room', attributes: { 'aria-hidden': 'true' } }, [bar]);
}

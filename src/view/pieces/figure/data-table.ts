// A plain table of numbers, in a box that scrolls sideways.

import { type Ask, figureNodes, listenToFigures } from '../../ui/ask.ts';
import { make } from '../../ui/make-element.ts';
import { cellText, type DataTable } from './figure-data.ts';

/** Draws rows as a table; `ask` opens the formulas of its figures. The box takes the keyboard's focus, so that it can be scrolled without a mouse. */
export function drawDataTable(
  { columns, rows, paths }: DataTable,
  label: string,
  ask?: Ask,
): HTMLElement {
  const head = make(
    'tr',
    {},
    columns.map((name) => make('th', { text: name, attributes: { scope: 'col' } })),
  );
  const body = rows.map((row, y) =>
    make(
      'tr',
      {},
      row.map((value, x) =>
        make(
          'td',
          typeof value === 'number' ? { class: 'mars-number' } : {},
          figureNodes(cellText(value), paths?.[y]?.[x], ask),
        ),
      ),
    ),
  );
  const table = make('table', { class: 'mars-table', part: 'table' }, [
    make('thead', {}, [head]),
    make('tbody', {}, body),
  ]);
  if (ask) listenToFigures(table, ask)();
  return scrollBox(table, label);
}

/** A box that scrolls what is in it, reachable by keyboard. */
export const scrollBox = (content: HTMLElement, label: string): HTMLElement =>
  make(
    'div',
    {
      class: 'mars-scroll',
      part: 'scroll',
      attributes: { tabindex: '0', role: 'region', 'aria-label': label },
    },
    [content],
  );

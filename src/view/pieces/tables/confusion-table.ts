// The confusion matrix as a table: labels down, classes of the chip across, and how many of each class are right.

import { formatShare, formatWhole } from '../../../core/number-text.ts';
import { scrollBox } from '../figure/data-table.ts';
import { saveCsv } from '../figure/save-file.ts';
import { make, makeButton } from '../../ui/make-element.ts';
import { type ClassRow, confusion } from './confusion.ts';
import type { Predictions } from '../../engine/engine.ts';

/** More classes are not a picture any more: then only shares are listed. */
const mostColumns = 20;
const caption = 'Images by label (rows) and by the class that the chip gives them (columns)';

/** Draws the table, or says why there is none. */
export function drawConfusion(
  parent: ParentNode,
  predictions: Predictions,
  classNames: readonly string[] = [],
): { readonly element: HTMLElement; destroy(): void } {
  const rows = confusion(predictions);
  const nameOf = (index: number): string => classNames[index] ?? String(index);
  const element = make('div', { class: 'mars-table-frame', part: 'confusion' });
  if (rows.length === 0)
    element.append(make('p', { class: 'mars-note', text: 'These images have no labels.' }));
  else {
    const columns = predictions.classes > mostColumns ? [] : [...Array(predictions.classes).keys()];
    element.append(
      scrollBox(tableOf(rows, columns, nameOf), caption),
      make('div', { class: 'mars-tools' }, [
        makeButton('CSV', () => save(rows, columns, nameOf), {
          attributes: { 'aria-label': `Save as CSV: ${caption}` },
        }),
      ]),
    );
  }
  parent.append(element);
  return { element, destroy: () => element.remove() };
}

type NameOf = (index: number) => string;

function tableOf(
  rows: readonly ClassRow[],
  columns: readonly number[],
  nameOf: NameOf,
): HTMLTableElement {
  const head = (text: string): HTMLElement =>
    make('th', { text, class: 'mars-number', attributes: { scope: 'col' } });
  return make('table', { class: 'mars-table mars-confusion', part: 'table' }, [
    make('caption', { class: 'mars-hidden', text: caption }),
    make('thead', {}, [
      make('tr', {}, [
        make('th', { text: 'label', attributes: { scope: 'col' } }),
        ...columns.map((index) => head(nameOf(index))),
        head('images'),
        head('right'),
      ]),
    ]),
    make(
      'tbody',
      {},
      rows.map((row) => rowOf(row, columns, nameOf)),
    ),
  ]);
}

const rowOf = (
  { label, images, right, given }: ClassRow,
  columns: readonly number[],
  nameOf: NameOf,
): HTMLElement =>
  make('tr', {}, [
    make('th', { text: nameOf(label), attributes: { scope: 'row' } }),
    ...columns.map((index) => {
      const count = given[index] ?? 0;
      const kind = index === label ? 'is-right' : 'is-wrong';
      const cell = make('td', {
        class: `mars-number ${count > 0 ? kind : 'is-none'}`,
        text: formatWhole(count),
      });
      cell.style.setProperty('--share', `${Math.round((100 * count) / images)}%`);
      return cell;
    }),
    make('td', { class: 'mars-number', text: formatWhole(images) }),
    make('td', { class: 'mars-number', text: formatShare(right / images) }),
  ]);

const save = (rows: readonly ClassRow[], columns: readonly number[], nameOf: NameOf): void =>
  saveCsv(
    'confusion',
    ['label', ...columns.map(nameOf), 'images', 'right'],
    rows.map(({ label, images, right, given }) => [
      nameOf(label),
      ...columns.map((index) => given[index] ?? 0),
      images,
      right / images,
    ]),
  );

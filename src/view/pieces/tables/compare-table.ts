// Several reports side by side, compared with the first.

import type { Report } from '../../../report/report.ts';
import { scrollBox } from '../figure/data-table.ts';
import { saveCsv } from '../figure/save-file.ts';
import { make, makeButton, type PieceHandle } from '../../ui/make-element.ts';
import { type CompareCell, compareRows } from './compare-rows.ts';

/** A report under the name that a person knows it by. */
export interface NamedReport {
  readonly name: string;
  readonly report: Report;
}

const caption = 'Reports side by side, with ratios to the first';

/** Draws the comparison. What differs from the first report is bold and marked with ≠. */
export function drawCompareTable(
  parent: ParentNode,
  first: readonly NamedReport[],
): PieceHandle<readonly NamedReport[]> {
  let shown = first;
  const table = make('table', { class: 'mars-table mars-compare', part: 'table' });
  const save = makeButton(
    'CSV',
    () =>
      saveCsv(
        'comparison',
        ['', ...shown.flatMap(({ name }, i) => (i === 0 ? [name] : [name, `${name}, ratio`]))],
        compareRows(shown.map(({ report }) => report)).map(({ label, cells }) => [
          label,
          ...cells.flatMap(({ text, ratio }, i) => (i === 0 ? [text] : [text, ratio])),
        ]),
      ),
    { attributes: { 'aria-label': `Save as CSV: ${caption}` } },
  );
  const element = make('div', { class: 'mars-table-frame', part: 'compare' }, [
    scrollBox(table, caption),
    make('div', { class: 'mars-tools', part: 'tools' }, [save]),
  ]);
  const show = (): void => {
    const rows = compareRows(shown.map(({ report }) => report));
    table.replaceChildren(
      make('caption', { class: 'mars-hidden', text: caption }),
      make('thead', {}, [
        make('tr', {}, [
          make('td'),
          ...shown.map(({ name }) => make('th', { text: name, attributes: { scope: 'col' } })),
        ]),
      ]),
      make(
        'tbody',
        {},
        rows.map(({ label, cells }) =>
          make('tr', {}, [
            make('th', { text: label, attributes: { scope: 'row' } }),
            ...cells.map(drawCell),
          ]),
        ),
      ),
    );
  };
  show();
  parent.append(element);
  return {
    element,
    update: (next) => {
      shown = next;
      show();
    },
    destroy: () => element.remove(),
  };
}

const drawCell = ({ text, ratio, isDifferent }: CompareCell): HTMLElement =>
  make('td', isDifferent ? { class: 'mars-different', part: 'different' } : {}, [
    isDifferent ? `≠ ${text}` : text,
    ratio === '' ? '' : make('span', { class: 'mars-note mars-ratio', text: ratio }),
  ]);

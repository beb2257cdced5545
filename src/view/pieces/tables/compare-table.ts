// Several reports side by side, compared with the first.

import type { Report } from '../../../report/report.ts';
import { scrollBox } from '../figure/data-table.ts';
import { saveCsv } from '../figure/save-file.ts';
import { type Ask, figureNodes, listenToFigures } from '../../ui/ask.ts';
import { make, makeButton, type PieceHandle } from '../../ui/make-element.ts';
import { type CompareCell, compareRows } from './compare-rows.ts';

/** A report under the name that a person knows it by. */
export interface NamedReport {
  readonly name: string;
  readonly report: Report;
}

const caption = 'Reports side by side, with ratios to the first';

/**
 * Draws the comparison. What differs from the first report is bold and marked with ≠.
 * @param ask opens the formula of a figure of one of the reports
 */
export function drawCompareTable(
  parent: ParentNode,
  first: readonly NamedReport[],
  ask?: (path: string, report: NamedReport) => void,
): PieceHandle<readonly NamedReport[]> {
  let shown = first;
  const table = make('table', { class: 'mars-table mars-compare', part: 'table' });
  // The number of the report stands before the path of the figure.
  const askOne =
    ask &&
    ((numbered: string): void => {
      const at = numbered.indexOf(':');
      const report = shown[Number(numbered.slice(0, at))];
      if (report) ask(numbered.slice(at + 1), report);
    });
  const refresh = askOne && listenToFigures(table, askOne);
  const save = makeButton('CSV', () => saveComparison(shown), {
    attributes: { 'aria-label': `Save as CSV: ${caption}` },
  });
  const element = make('div', { class: 'mars-table-frame', part: 'compare' }, [
    scrollBox(table, caption),
    make('div', { class: 'mars-tools', part: 'tools' }, [save]),
  ]);
  const show = (): void => {
    table.replaceChildren(...contentOf(shown, askOne));
    refresh?.();
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

function saveComparison(reports: readonly NamedReport[]): void {
  saveCsv(
    'comparison',
    ['', ...reports.flatMap(({ name }, i) => (i === 0 ? [name] : [name, `${name}, ratio`]))],
    compareRows(reports.map(({ report }) => report)).map(({ label, cells }) => [
      label,
      ...cells.flatMap(({ text, ratio }, i) => (i === 0 ? [text] : [text, ratio])),
    ]),
  );
}

function contentOf(reports: readonly NamedReport[], ask: Ask | undefined): readonly HTMLElement[] {
  const rows = compareRows(reports.map(({ report }) => report));
  const names = reports.map(({ name }) => make('th', { text: name, attributes: { scope: 'col' } }));
  return [
    make('caption', { class: 'mars-hidden', text: caption }),
    make('thead', {}, [make('tr', {}, [make('td'), ...names])]),
    make(
      'tbody',
      {},
      rows.map(({ label, path, cells }) =>
        make('tr', {}, [
          make('th', { text: label, attributes: { scope: 'row' } }),
          ...cells.map((cell, i) =>
            drawCell(cell, path === undefined ? undefined : `${i}:${path}`, ask),
          ),
        ]),
      ),
    ),
  ];
}

const drawCell = (
  { text, ratio, isDifferent }: CompareCell,
  path: string | undefined,
  ask: Ask | undefined,
): HTMLElement =>
  make('td', isDifferent ? { class: 'mars-different', part: 'different' } : {}, [
    ...figureNodes(isDifferent ? `≠ ${text}` : text, path, ask),
    ratio === '' ? '' : make('span', { class: 'mars-note mars-ratio', text: ratio }),
  ]);

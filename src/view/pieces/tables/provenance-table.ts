// Every number of the chip with its evidence and source.

import type { Evidence, ProvenanceEntry } from '../../../chips/index.ts';
import { withTimes } from '../../../core/number-text.ts';
import { make, makeButton, type PieceHandle } from '../../ui/make-element.ts';
import { drawSortableTable, type SortableTable } from './sortable-table.ts';
import { countEvidence, evidences, ofEvidence } from './provenance-rows.ts';

/** Draws the table with buttons that choose by evidence. */
export function drawProvenanceTable(
  parent: ParentNode,
  entries: readonly ProvenanceEntry[],
): PieceHandle<readonly ProvenanceEntry[]> {
  let all = entries;
  let wanted: Evidence | 'all' = 'all';
  const filters = make('div', {
    class: 'mars-tools',
    part: 'tools',
    attributes: { role: 'group', 'aria-label': 'Evidence' },
  });
  const element = make('div', { class: 'mars-provenance', part: 'provenance' }, [filters]);
  const table = drawSortableTable(
    element,
    { file: 'provenance', caption: 'Parameters of the chip, how they are known and where from' },
    tableOf(entries),
  );
  const buttons = (['all', ...evidences] as const).map((evidence) => ({
    evidence,
    button: makeButton('', () => {
      wanted = evidence;
      show();
    }),
  }));
  filters.append(...buttons.map(({ button }) => button));
  const show = (): void => {
    for (const { evidence, button } of buttons) {
      button.textContent = `${evidence} (${countEvidence(all, evidence)})`;
      button.setAttribute('aria-pressed', String(evidence === wanted));
    }
    table.update(tableOf(ofEvidence(all, wanted)));
  };
  show();
  parent.append(element);
  return {
    element,
    update: (next) => {
      all = next;
      show();
    },
    destroy: () => element.remove(),
  };
}

const tableOf = (rows: readonly ProvenanceEntry[]): SortableTable<ProvenanceEntry> => ({
  rows,
  columns: [
    { label: 'parameter', value: ({ parameter }) => parameter },
    { label: 'value', value: ({ value }) => value, text: ({ value }) => String(value) },
    { label: 'unit', value: ({ unit }) => unit },
    { label: 'evidence', value: ({ evidence }) => evidence },
    { label: 'source', value: ({ source }) => source, text: ({ source }) => withTimes(source) },
  ],
});

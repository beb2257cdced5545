// The runs that are kept: choose some to see them side by side, take up one's settings again, or drop it.

import type { Report } from '../../report/report.ts';
import { isEstimated } from '../../report/report-words.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import { commandLine } from '../../settings/settings-text.ts';
import { formatCount, formatShare } from '../../core/number-text.ts';
import { make, makeButton } from '../ui/make-element.ts';
import { drawCompareTable } from '../pieces/tables/compare-table.ts';
import type { RunStore, StoredRun } from './run-store.ts';
import type { TabContent } from '../ui/tabs.ts';

/** A report that came as a file. */
export interface GivenReport {
  readonly name: string;
  readonly report: Report;
}

/** What the panel works with. */
export interface RunsPanelParts {
  readonly store: Promise<RunStore>;
  readonly given: readonly GivenReport[];
  readonly reuse: (settings: RunSettings) => void;
}

/** Draws the panel. */
export function drawRunsPanel(panel: HTMLElement, parts: RunsPanelParts): TabContent {
  const chosen = new Map<string, GivenReport>();
  const list = make('ul', { class: 'runs' });
  const table = make('div', { class: 'scroll' });
  const compare = (): void => {
    table.replaceChildren();
    if (chosen.size > 0) drawCompareTable(table, [...chosen.values()]);
  };
  const choose = (key: string, report: GivenReport, isChosen: boolean): void => {
    if (isChosen) chosen.set(key, report);
    else chosen.delete(key);
    compare();
  };
  const fill = async (): Promise<void> => {
    const store = await parts.store;
    const runs = await store.list();
    const remove = async (run: StoredRun): Promise<void> => {
      await store.remove(run.id);
      choose(`run ${run.id}`, { name: '', report: run.report }, false);
      await fill();
    };
    list.replaceChildren(
      ...parts.given.map((one) => itemOf(one.name, one.name, one.report, choose)),
      ...runs.map((run) => {
        const name = nameOf(run);
        const item = itemOf(`run ${run.id}`, name, run.report, choose);
        item.append(
          makeButton('Use settings', () => parts.reuse(run.settings)),
          makeButton('Drop', () => void remove(run)),
        );
        return item;
      }),
    );
    if (list.childElementCount === 0) list.append(make('li', { text: 'No runs yet.' }));
  };
  panel.append(
    make('p', {
      class: 'note',
      text: 'The last runs, kept in this browser. Choose two or more to compare them; drop report.json files of the command line here as well.',
    }),
    list,
    table,
  );
  void fill();
  return { destroy: () => undefined };
}

function itemOf(
  key: string,
  name: string,
  report: Report,
  choose: (key: string, report: GivenReport, isChosen: boolean) => void,
): HTMLElement {
  const box = make('input', { attributes: { type: 'checkbox' } });
  box.addEventListener('change', () => choose(key, { name, report }, box.checked));
  const accuracy = isEstimated(report)
    ? 'an estimate, no accuracy'
    : `accuracy ${formatShare(report.accuracy.top1)}`;
  const text = `${name}: ${accuracy}, ${formatCount(report.performance.framesPerSecond)} frames/s`;
  return make('li', {}, [make('label', {}, [box, ` ${text}`])]);
}

const nameOf = ({ date, settings, files }: StoredRun): string =>
  `${date.slice(0, 16).replace('T', ' ')} ${commandLine(settings)}${files.length > 0 ? ` (with ${files.join(', ')})` : ''}`;

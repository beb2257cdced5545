// The runs that are kept: choose some to see them side by side, take up one's settings again, or drop it.

import type { Report } from '../../report/report.ts';
import { isEstimated } from '../../report/report-words.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import { commandLine } from '../../settings/settings-text.ts';
import { formatCount, formatShare } from '../../core/number-text.ts';
import { make, makeButton } from '../ui/make-element.ts';
import { drawCompareBars } from '../pieces/tables/compare-bars.ts';
import { frameTimes } from '../pieces/plots/layer-times.ts';
import { drawLayerTimes } from '../pieces/plots/layer-times-plot.ts';
import { drawCompareTable } from '../pieces/tables/compare-table.ts';
import type { RunStore, StoredRun } from './run-store.ts';
import type { TabContent } from '../ui/tabs.ts';

/** A report that came as a file. */
export interface GivenReport {
  readonly name: string;
  readonly report: Report;
  /** What it was run with; undefined: the file does not say. */
  readonly settings?: RunSettings;
}

/** What the panel works with. */
export interface RunsPanelParts {
  readonly store: Promise<RunStore>;
  readonly given: () => readonly GivenReport[];
  readonly reuse: (settings: RunSettings) => void;
  /** Opens the formula of a figure of a report. */
  readonly ask: (path: string, given: GivenReport) => void;
  /** Takes what fills the list again once another run is kept or given. */
  readonly onDrawn: (fill: () => void) => void;
}

/** Draws the panel. */
export function drawRunsPanel(panel: HTMLElement, parts: RunsPanelParts): TabContent {
  const chosen = new Map<string, GivenReport>();
  const list = make('ul', { class: 'runs' });
  const table = make('div', { class: 'scroll' });
  let comparison: TabContent | undefined;
  let compared = '';
  const compare = (): void => {
    const keys = [...chosen.keys()].join('\n');
    if (keys === compared) return;
    compared = keys;
    comparison?.destroy();
    comparison = drawComparison(table, [...chosen.values()], parts);
  };
  /** Until a person chooses, the newest two are compared, so that there is something to see. */
  let isByHand = false;
  const choose = (key: string, report: GivenReport, isChosen: boolean): void => {
    isByHand = true;
    if (isChosen) chosen.set(key, report);
    else chosen.delete(key);
    compare();
  };
  const fill = async (): Promise<void> => {
    const store = await parts.store;
    const runs = await store.list();
    if (!isByHand) {
      chosen.clear();
      for (const run of runs.slice(0, 2).toReversed()) chosen.set(`run ${run.id}`, givenOf(run));
    }
    const remove = async (run: StoredRun): Promise<void> => {
      await store.remove(run.id);
      choose(`run ${run.id}`, { name: '', report: run.report }, false);
      await fill();
    };
    fillList(list, [
      ...parts.given().map((one) => itemOf(one.name, one, choose, chosen)),
      ...runs.map((run) => {
        const item = itemOf(`run ${run.id}`, givenOf(run), choose, chosen);
        item.append(
          makeButton('Load settings', () => parts.reuse(run.settings)),
          makeButton('Delete', () => void remove(run)),
        );
        return item;
      }),
    ]);
    compare();
  };
  panel.append(
    make('p', {
      class: 'note',
      text: 'The last runs, kept in this browser. Choose two or more to compare them; drop report.json files of the command line here as well.',
    }),
    table,
    list,
  );
  parts.onDrawn(() => void fill());
  void fill();
  return { destroy: () => comparison?.destroy() };
}

/** Bars, frames over time, and the table. */
function drawComparison(
  place: HTMLElement,
  reports: readonly GivenReport[],
  { ask }: RunsPanelParts,
): TabContent | undefined {
  place.replaceChildren();
  if (reports.length === 0) return undefined;
  if (reports.length === 1) return drawCompareTable(place, reports, ask);
  place.append(drawCompareBars(reports));
  const times = drawLayerTimes(
    place,
    reports.map(({ name, report }) => frameTimes(name, report)),
  );
  drawCompareTable(place, reports, ask);
  return times;
}

function itemOf(
  key: string,
  given: GivenReport,
  choose: (key: string, report: GivenReport, isChosen: boolean) => void,
  chosen: ReadonlyMap<string, GivenReport>,
): HTMLElement {
  const { name, report } = given;
  const box = make('input', { attributes: { type: 'checkbox', name: key } });
  box.checked = chosen.has(key);
  box.addEventListener('change', () => choose(key, given, box.checked));
  const accuracy = isEstimated(report)
    ? 'an estimate, no accuracy'
    : `accuracy ${formatShare(report.accuracy.top1)}`;
  const text = `${name}: ${accuracy}, ${formatCount(report.performance.framesPerSecond)} frames/s`;
  return make('li', {}, [make('label', {}, [box, ` ${text}`])]);
}

/** Shows these items; a box that has the focus keeps it. */
function fillList(list: HTMLElement, items: readonly HTMLElement[]): void {
  const focused = boxesOf(list).find((box) => box === document.activeElement)?.name;
  list.replaceChildren(...(items.length > 0 ? items : [make('li', { text: 'No runs yet.' })]));
  boxesOf(list)
    .find(({ name }) => name === focused)
    ?.focus({ preventScroll: true });
}

const boxesOf = (list: HTMLElement): readonly HTMLInputElement[] => [
  ...list.querySelectorAll('input'),
];

const givenOf = (run: StoredRun): GivenReport => {
  const { report, settings } = run;
  return { name: nameOf(run), report, settings };
};

/** When, here and not in Greenwich, and what. */
const nameOf = ({ date, settings, files }: StoredRun): string =>
  `${localTime(date)}, ${commandLine(settings)}${files.length > 0 ? ` (with ${files.join(', ')})` : ''}`;

const localTime = (date: string): string =>
  new Date(date).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });

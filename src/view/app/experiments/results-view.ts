// The results of an experiment: a plot of a person's choice, its conditions as a table, and what failed.

import { CimError } from '../../../core/errors.ts';
import { formatShare } from '../../../core/number-text.ts';
import { countOf } from '../../../core/words.ts';
import { axesIn, drawingOf, usualFigure } from '../../../experiment/drawing.ts';
import { coordinatesText } from '../../../experiment/expand-plan.ts';
import { type Figure, type FigureName, figures } from '../../../experiment/figures.ts';
import { seriesText, silentPaths } from '../../../experiment/plot-data.ts';
import type { Coordinates } from '../../../experiment/point.ts';
import { type Row, rowText } from '../../../experiment/point-result.ts';
import { rowsCsv, statisticsCsv } from '../../../experiment/result-file.ts';
import { type ConditionStatistics, statisticsOf } from '../../../experiment/statistics.ts';
import { figureText } from '../../../plots/plot-options.ts';
import { saveFile } from '../../pieces/figure/save-file.ts';
import { drawSweepPlot } from '../../pieces/plots/sweep-plot.ts';
import type { SweepPicture } from '../../pieces/plots/sweep-data.ts';
import { type Field, makeField } from '../../ui/field.ts';
import { make, makeButton, type PieceHandle, setText } from '../../ui/make-element.ts';

/** Results with what they are of. */
export interface ShownResults {
  readonly rows: readonly Row[];
  /** Paths of the axes; those of the rows where there is no plan. */
  readonly paths: readonly string[];
  readonly baseline: Coordinates | undefined;
}

/** The results. */
export interface ResultsView {
  readonly element: HTMLElement;
  show(results: ShownResults): void;
}

type Kind = SweepPicture['drawing']['kind'];

const kinds: readonly (readonly [Kind, string])[] = [
  ['curves', 'curves with bands'],
  ['heatmap', 'heat map of two axes'],
  ['pareto', 'Pareto front'],
  ['tornado', 'what each axis does alone'],
];
/** Conditions in the table; the files that are saved have all. */
const mostConditions = 60;
const mostFailures = 20;

/** Makes the view. @param open shows the run of a row in the page */
export const makeResultsView = (open: (row: Row) => void): ResultsView => new View(open);

class View implements ResultsView {
  readonly element = make('div', { class: 'sweep-results' });
  readonly #open: (row: Row) => void;
  readonly #kind = makeField({ name: 'plot-kind', label: 'Plot', choices: kinds });
  readonly #y = makeField({ name: 'plot-y', label: 'Figure', choices: [] });
  readonly #x = makeField({ name: 'plot-x', label: 'Across', choices: [] });
  readonly #row = makeField({ name: 'plot-row', label: 'Upwards', choices: [] });
  readonly #place = make('div');
  readonly #note = make('p', { class: 'note', attributes: { role: 'status' } });
  readonly #table = make('div', { class: 'scroll' });
  readonly #failures = make('div');
  #results: ShownResults = { rows: [], paths: [], baseline: undefined };
  #statistics: readonly ConditionStatistics[] = [];
  #drawn: PieceHandle<SweepPicture> | undefined;

  constructor(open: (row: Row) => void) {
    this.#open = open;
    for (const { input } of [this.#kind, this.#y, this.#x, this.#row])
      input.addEventListener('change', () => {
        input.dataset['by'] = 'hand';
        this.#draw();
      });
    const fields = [this.#kind, this.#y, this.#x, this.#row].map(({ element }) => element);
    this.element.append(
      make('div', { class: 'plan-fields' }, fields),
      this.#note,
      this.#place,
      make('div', { class: 'row' }, [
        makeButton('results.ndjson', () => this.#save('results.ndjson')),
        makeButton('results.csv', () => this.#save('results.csv')),
        makeButton('statistics.csv', () => this.#save('statistics.csv')),
      ]),
      this.#failures,
      this.#table,
    );
    this.element.hidden = true;
  }

  show(results: ShownResults): void {
    this.#results = results;
    this.#statistics = statisticsOf(results.rows, results.baseline);
    this.element.hidden = results.rows.length === 0;
    if (this.element.hidden) return;
    const known = figures.filter(({ name }) =>
      this.#statistics.some(({ overChips }) => overChips[name] !== null),
    );
    choose(this.#y, known.map(choiceOf), usualFigure(this.#statistics));
    this.#draw();
    this.#showFailures();
  }

  get #figure(): Figure {
    const found = figures.find(({ name }) => name === this.#y.input.value) ?? figures[0];
    if (!found) throw new Error('broken invariant: there are figures');
    return found;
  }

  /** Draws what is chosen; what that kind of plot cannot be of is said in its place. */
  #draw(): void {
    const kind = this.#kind.input.value as Kind;
    this.#showAxes(kind);
    const y = this.#figure;
    try {
      const drawing = drawingOf(this.#statistics, 'results', {
        kind,
        y: y.name,
        x: this.#x.input.value || undefined,
        row: this.#row.input.value || undefined,
      });
      const picture = { drawing, statistics: this.#statistics };
      if (this.#drawn) this.#drawn.update(picture);
      else this.#drawn = drawSweepPlot(this.#place, picture, (at) => this.#openAt(at));
      setText(this.#note, '');
    } catch (error) {
      if (!(error instanceof CimError)) throw error;
      this.#drawn?.destroy();
      this.#drawn = undefined;
      setText(this.#note, this.#hasFigures ? error.what : 'No point has a result without error.');
    }
    this.#showTable(y);
  }

  get #hasFigures(): boolean {
    return this.#results.rows.some((row) => row.figures !== null);
  }

  #showAxes(kind: Kind): void {
    const all = this.#statistics.map(({ coordinates }) => coordinates);
    const silent = silentPaths(all);
    const axes = axesIn(this.#statistics).filter((path) => !silent.includes(path));
    const paths = (axes.length > 0 ? axes : axesIn(this.#statistics)).map(
      (path): readonly [string, string] => [path, path],
    );
    const ofFigures = figures
      .filter(({ name }) => this.#statistics.some(({ overChips }) => overChips[name] !== null))
      .map(choiceOf);
    this.#x.element.hidden = kind === 'tornado';
    this.#row.element.hidden = kind !== 'heatmap';
    if (kind === 'pareto') choose(this.#x, ofFigures, 'energyPerFrame');
    else choose(this.#x, paths, paths[0]?.[0] ?? '');
    const others = paths.filter(([path]) => path !== this.#x.input.value);
    choose(this.#row, others, others[0]?.[0] ?? '');
  }

  #rowAt(coordinates: Coordinates): Row | undefined {
    const wanted = coordinatesText(coordinates);
    return this.#results.rows.find(
      (row) => row.figures !== null && coordinatesText(row.coordinates) === wanted,
    );
  }

  #openAt(coordinates: Coordinates): void {
    const row = this.#rowAt(coordinates);
    if (row) this.#open(row);
  }

  #showTable(y: Figure): void {
    const shown = this.#statistics.slice(0, mostConditions);
    const paths = axesIn(this.#statistics);
    const head = [...paths, 'chips', y.label, '± chips', '± images', 'run'];
    const lines = shown.map((one) => make('tr', {}, this.#cellsOf(one, paths, y)));
    const left = this.#statistics.length - shown.length;
    this.#table.replaceChildren(
      make('table', { class: 'mars-table', attributes: { 'aria-label': 'Conditions' } }, [
        make('thead', {}, [
          make(
            'tr',
            {},
            head.map((text) => make('th', { text, attributes: { scope: 'col' } })),
          ),
        ]),
        make('tbody', {}, lines),
      ]),
      ...(left > 0
        ? [
            make('p', {
              class: 'note',
              text: `and ${countOf(left, 'more condition')} in the files`,
            }),
          ]
        : []),
    );
  }

  #cellsOf(
    { coordinates, chips, failed, overChips, accuracyOverImages }: ConditionStatistics,
    paths: readonly string[],
    y: Figure,
  ): readonly HTMLElement[] {
    const cell = (text: string): HTMLElement => make('td', { text });
    const mean = overChips[y.name];
    const images = y.name === 'accuracy' ? accuracyOverImages : null;
    const name = seriesText(coordinates, []) || 'the only point';
    const open = makeButton('Open', () => this.#openAt(coordinates), {
      attributes: { 'aria-label': `Open the run of ${name}` },
    });
    open.disabled = mean === null;
    return [
      ...paths.map((path) => cell(String(coordinates[path] ?? ''))),
      cell(failed > 0 ? `${chips} (${failed} failed)` : String(chips)),
      cell(mean ? figureText(y, mean.mean) : '–'),
      cell(halfWidth(mean?.interval, y)),
      cell(images?.interval ? formatShare((images.interval[1] - images.interval[0]) / 2) : '–'),
      make('td', {}, [open]),
    ];
  }

  #showFailures(): void {
    const failed = this.#results.rows.filter(({ error }) => error !== null);
    if (failed.length === 0) {
      this.#failures.replaceChildren();
      return;
    }
    const items = failed.slice(0, mostFailures).map(({ coordinates, error }) =>
      make('li', {
        text: `${coordinatesText(coordinates)}: ${[...(error?.where ?? []), error?.what].join(': ')}`,
      }),
    );
    const left = failed.length - items.length;
    this.#failures.replaceChildren(
      make('h3', { text: `${countOf(failed.length, 'point')} failed` }),
      make('ul', { class: 'failures' }, [
        ...items,
        ...(left > 0 ? [make('li', { text: `and ${left} more` })] : []),
      ]),
    );
  }

  #save(name: 'results.ndjson' | 'results.csv' | 'statistics.csv'): void {
    const { rows, paths } = this.#results;
    const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const texts = {
      'results.ndjson': () => sorted.map(rowText).join(''),
      'results.csv': () => rowsCsv(sorted, paths),
      'statistics.csv': () => statisticsCsv(this.#statistics, paths),
    };
    saveFile(name, new Blob([texts[name]()]));
  }
}

const choiceOf = ({ name, label }: Figure): readonly [FigureName, string] => [name, label];

const halfWidth = (interval: readonly [number, number] | null | undefined, y: Figure): string =>
  interval ? figureText(y, (interval[1] - interval[0]) / 2) : '–';

/** Gives a control these choices, and keeps what a person chose where it still may be. */
function choose(
  { input }: Field,
  choices: readonly (readonly [string, string])[],
  usual: string,
): void {
  const before = input.dataset['by'] === 'hand' ? input.value : '';
  input.replaceChildren(
    ...choices.map(([value, text]) => make('option', { text, attributes: { value } })),
  );
  const values = choices.map(([value]) => value);
  input.value = [before, usual].find((value) => values.includes(value)) ?? values[0] ?? '';
}

// The stage Experiments: a plan, its run, and results, its own or those of a folder.

import './experiments.css';
import type { Row } from '../../../experiment/point-result.ts';
import { planText } from '../../../experiment/plan.ts';
import { countOf } from '../../../core/words.ts';
import { axesIn } from '../../../experiment/drawing.ts';
import { statisticsOf } from '../../../experiment/statistics.ts';
import { defaultSettings, type RunSettings } from '../../../settings/run-settings.ts';
import type { NamedBytes } from '../../engine/user-files.ts';
import { saveFile } from '../../pieces/figure/save-file.ts';
import { make, makeButton } from '../../ui/make-element.ts';
import { leadWithTerms } from '../glossary.ts';
import type { ExperimentsParts } from './experiments-parts.ts';
import { makePlanEditor } from './plan-editor.ts';
import { placedIn, readExperimentFiles, remarksOn } from './read-experiment-files.ts';
import { makeResultsView } from './results-view.ts';
import { makeSweepRun, type SweepJob, type SweepRun } from './sweep-run.ts';

/** The panel. */
export interface ExperimentsPanel {
  /** Takes over the settings of the page. */
  follow(settings: RunSettings): void;
  /**
   * Shows a plan or results.
   * @throws {CimError} (input) naming the file that is wrong
   */
  give(files: readonly NamedBytes[]): void;
}

/** Draws the panel. */
export const drawExperimentsPanel = (
  panel: HTMLElement,
  lead: string,
  parts: ExperimentsParts,
): ExperimentsPanel => new Panel(panel, lead, parts);

class Panel implements ExperimentsPanel {
  readonly #parts: ExperimentsParts;
  readonly #remarks = make('div', { class: 'remarks', attributes: { role: 'status' } });
  readonly #editor = makePlanEditor(() => this.#remarks.replaceChildren());
  readonly #results = makeResultsView((row) => this.#open(row));
  readonly #run: SweepRun;
  /** Images of a person that the shown rows were computed on. */
  #ownImages: string | undefined;

  constructor(panel: HTMLElement, lead: string, parts: ExperimentsParts) {
    this.#parts = parts;
    this.#run = makeSweepRun({
      engine: parts.engine,
      job: () => this.#job(),
      onRows: (job, rows) => this.#showRows(job, rows),
    });
    panel.replaceChildren(
      make('div', { class: 'stage-head' }, [leadWithTerms(lead)]),
      sectionOf('sweep', 'Plan', [
        this.#editor.element,
        this.#run.element,
        make('div', { class: 'row' }, [
          makeButton('Save plan.json', () => this.#save()),
          makeButton('Open plan or results …', parts.askForFiles),
        ]),
        make('p', {
          class: 'note',
          text: 'The same as mars sweep plan.json. Drop a plan.json here, or the results.ndjson, results.csv or points of a folder that mars sweep wrote.',
        }),
      ]),
      sectionOf('results', 'Results', [this.#remarks, this.#results.element]),
    );
  }

  follow(settings: RunSettings): void {
    this.#editor.follow(settings);
  }

  give(files: readonly NamedBytes[]): void {
    const { plan, rows: given } = readExperimentFiles(files);
    if (plan) this.#editor.give(plan);
    if (given.length === 0) {
      this.#run.tell('Plan opened.');
      return;
    }
    const rows = plan ? placedIn(plan, given) : given;
    this.#ownImages = undefined;
    const paths = axesIn(statisticsOf(rows, undefined));
    this.#results.show({ rows, paths, baseline: plan?.baseline });
    this.#run.tell(`${countOf(rows.length, 'result')} opened.`);
    const remarks = remarksOn(rows, this.#editor.plan, import.meta.env.MARS_VERSION);
    this.#remarks.replaceChildren(...remarks.map((text) => make('p', { text })));
  }

  /** What to run now. */
  async #job(): Promise<SweepJob> {
    const settings = await this.#parts.settings();
    this.#editor.follow(settings);
    const experiment = this.#editor.expand();
    const [first] = experiment.points;
    const { ownImages } = settings;
    const files = first ? this.#parts.filesOf({ ...first.settings, ownImages }) : {};
    return { experiment, files, ownImages: files.images ? ownImages : undefined };
  }

  #showRows({ experiment, ownImages }: SweepJob, rows: readonly Row[]): void {
    this.#ownImages = ownImages;
    this.#remarks.replaceChildren();
    const { paths, plan } = experiment;
    this.#results.show({ rows, paths, baseline: plan.baseline });
  }

  #open({ settings }: Row): void {
    this.#parts.open({
      ...defaultSettings,
      ...(settings as Partial<RunSettings>),
      ownImages: this.#ownImages,
    });
  }

  #save(): void {
    const text = planText(this.#editor.plan);
    saveFile('plan.json', new Blob([text], { type: 'application/json' }));
  }
}

function sectionOf(name: string, label: string, children: readonly Node[]): HTMLElement {
  const id = `heading-${name}`;
  return make('section', { class: 'section', attributes: { 'aria-labelledby': id } }, [
    make('h2', { text: label, attributes: { id } }),
    ...children,
  ]);
}

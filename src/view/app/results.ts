// The views of the newest run, stage by stage.

import type { RunSettings } from '../../settings/run-settings.ts';
import type { Engine, RunResult } from '../engine/engine.ts';
import type { NamedBytes, UserFiles } from '../engine/user-files.ts';
import { make } from '../ui/make-element.ts';
import { makeTabs, type Tab, type TabContent, type Tabs } from '../ui/tabs.ts';
import { type DenseComparer, keepRun } from './after-run.ts';
import type { ExperimentsParts } from './experiments/experiments-parts.ts';
import { type ExperimentsTab, makeExperimentsTab } from './experiments/experiments-tab.ts';
import type { RunStore } from './run-store.ts';
import type { GivenReport } from './runs-panel.ts';
import { type DrawnStage, drawStage } from './sections.ts';
import { loadSection, type SectionParts } from './section-loaders.ts';
import type { Shown } from './shown.ts';
import { placeOf, type Stage, stages } from './stages.ts';
import { makeTrainTab, type Metrics, type TrainTab } from './train-tab.ts';

/** The views. */
export interface Results {
  /** The line of stages. */
  readonly line: HTMLElement;
  /** What is shown of the chosen one. */
  readonly panels: HTMLElement;
  /** Name of the view that is shown, as addresses have it. */
  readonly shown: string;
  /** Shows a stage, or a section of one. */
  show(view: string): void;
  /** Shows a run. */
  take(result: RunResult, files: UserFiles): void;
  /** Keeps a run for comparisons. */
  keep(result: RunResult, files: UserFiles): Promise<void>;
  addReport(report: GivenReport): void;
  addMetrics(metrics: Metrics): void;
  /**
   * Shows a plan, or results of an experiment.
   * @throws {CimError} (input) naming the file that is wrong
   */
  addExperiment(files: readonly NamedBytes[]): Promise<void>;
  /** Called when the settings of the page are others. */
  followSettings(): void;
}

/** What the views work with. */
export interface ResultParts {
  readonly engine: Engine;
  readonly experiments: Omit<ExperimentsParts, 'engine'>;
  readonly comparer: DenseComparer;
  readonly store: Promise<RunStore>;
  /** Opens the formula of a figure of the run that is shown. */
  readonly ask: (path: string) => void;
  /** Opens the formula of a figure of a report that was kept or given. */
  readonly askAbout: (path: string, given: GivenReport) => void;
  /** Fills the form again. */
  readonly reuse: (settings: RunSettings) => void;
  /** Address of the folder `data/`. */
  readonly dataUrl: URL;
  /** Takes a network that was trained here. */
  readonly simulate: (network: NamedBytes) => void;
  /** Told which view a person chose. */
  readonly onView: (view: string) => void;
  /** Told which stage is shown, whoever chose it. */
  readonly onStage: (stage: Stage) => void;
}

/** Makes the views. */
export const makeResults = (parts: ResultParts): Results => new StageViews(parts);

/** What shows runs that are kept, not the run that is shown. */
const lasting: ReadonlySet<string> = new Set(['runs']);

class StageViews implements Results {
  readonly line: HTMLElement;
  readonly panels: HTMLElement;
  readonly #parts: ResultParts;
  readonly #tabs: Tabs;
  readonly #training: TrainTab;
  #experiments: ExperimentsTab | undefined;
  readonly #drawn = new Map<string, DrawnStage>();
  #view = stages[0]?.name ?? '';
  #run: Shown | undefined;
  #given: readonly GivenReport[] = [];
  #fillRuns: () => void = () => undefined;

  constructor(parts: ResultParts) {
    this.#parts = parts;
    this.#training = makeTrainTab({ dataUrl: parts.dataUrl, onTrained: parts.simulate });
    const all = stages.map((stage) => this.#tabOf(stage));
    this.#tabs = makeTabs('Stages', all, (name) => {
      this.#goTo(name);
      const { stage } = placeOf(name);
      if (stage) parts.onStage(stage);
    });
    this.line = this.#tabs.list;
    this.panels = this.#tabs.panels;
    this.#tabs.redraw();
  }

  get shown(): string {
    return this.#view;
  }

  show(view: string): void {
    const { stage, section } = placeOf(view);
    if (!stage) return;
    this.#view = view;
    this.#tabs.show(stage.name);
    this.#parts.onStage(stage);
    // The first one is in view anyway.
    if (section !== undefined && section !== stage.sections[0]?.name)
      this.#drawn.get(stage.name)?.goTo(section);
  }

  take(result: RunResult, files: UserFiles): void {
    const { engine, comparer } = this.#parts;
    this.#run = {
      engine,
      result,
      files,
      dense: comparer.compare(result, files),
      ask: this.#parts.ask,
      go: (view) => {
        this.show(view);
        this.#goTo(view);
      },
    };
    this.#tabs.redraw();
  }

  async keep(result: RunResult, files: UserFiles): Promise<void> {
    await keepRun(await this.#parts.store, result, files);
    this.#fillRuns();
  }

  addReport(report: GivenReport): void {
    this.#given = [...this.#given, report];
    this.#fillRuns();
    this.show('runs');
  }

  addMetrics(metrics: Metrics): void {
    this.#training.addMetrics(metrics);
    this.show('train');
  }

  async addExperiment(files: readonly NamedBytes[]): Promise<void> {
    await this.#experiments?.give(files);
    this.show('experiments');
  }

  followSettings(): void {
    this.#experiments?.follow();
  }

  /** A person goes to a view. */
  #goTo(view: string): void {
    this.#view = view;
    this.#parts.onView(view);
  }

  #tabOf(stage: Stage): Tab {
    const { name, label } = stage;
    if (name === 'train') return this.#training.tab;
    if (name === 'experiments') {
      const { engine, experiments } = this.#parts;
      this.#experiments = makeExperimentsTab(stage, { engine, ...experiments });
      return this.#experiments.tab;
    }
    return {
      name,
      label,
      draw: (panel) => {
        if (!this.#run && name !== 'report') return drawNothing(panel, stage);
        const drawn = drawStage(panel, stage, {
          load: (section) => () => loadSection(section, this.#sectionParts()),
          onSection: (section) => this.#goTo(section),
          lasting,
        });
        this.#drawn.set(name, drawn);
        return drawn;
      },
    };
  }

  #sectionParts(): SectionParts {
    return {
      store: this.#parts.store,
      reuse: this.#parts.reuse,
      given: () => this.#given,
      ask: this.#parts.askAbout,
      shown: this.#run,
      onDrawn: (fill) => {
        this.#fillRuns = fill;
      },
    };
  }
}

function drawNothing(panel: HTMLElement, stage: Stage): TabContent {
  panel.append(
    make('p', { class: 'lead', text: stage.lead.replaceAll(/[[\]]/g, '') }),
    make('p', { class: 'note', text: 'Nothing has been run yet.' }),
  );
  return { destroy: () => undefined };
}

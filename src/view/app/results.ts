// The views of the newest run, as tabs.

import type { Engine, RunResult } from '../engine/engine.ts';
import type { NamedBytes, UserFiles } from '../engine/user-files.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import { make } from '../ui/make-element.ts';
import { drawArrayPanel } from './array-panel.ts';
import {
  drawColumnSums,
  drawEnergy,
  drawImages,
  drawLayers,
  drawOverview,
  drawSources,
  drawSparsity,
  drawTimeline,
  type Shown,
} from './result-tabs.ts';
import { type DenseComparer, keepRun } from './after-run.ts';
import type { RunStore } from './run-store.ts';
import { drawRunsPanel, type GivenReport } from './runs-panel.ts';
import { drawSweepPanel } from './sweep-panel.ts';
import { makeTrainTab, type Metrics } from './train-tab.ts';
import { makeTabs, type Tab, type TabContent } from '../ui/tabs.ts';

/** The views. */
export interface Results {
  readonly element: HTMLElement;
  /** Name of the view that is shown. */
  readonly shown: string;
  /** Names of all views. */
  readonly names: readonly string[];
  show(view: string): void;
  /** Shows a run, and keeps it. */
  take(result: RunResult, files: UserFiles): Promise<void>;
  addReport(report: GivenReport): void;
  addMetrics(metrics: Metrics): void;
}

/** What the views work with. */
export interface ResultParts {
  readonly engine: Engine;
  readonly comparer: DenseComparer;
  readonly store: Promise<RunStore>;
  /** Fills the form again. */
  readonly reuse: (settings: RunSettings) => void;
  /** Address of the folder `data/`. */
  readonly dataUrl: URL;
  /** Takes a network that was trained here. */
  readonly simulate: (network: NamedBytes) => void;
  /** Told which view a person chose. */
  readonly show: (view: string) => void;
}

/** Makes the views. */
export function makeResults(parts: ResultParts): Results {
  let shown: Shown | undefined;
  let given: readonly GivenReport[] = [];
  const ofRun =
    (draw: (panel: HTMLElement, shown: Shown) => TabContent) =>
    (panel: HTMLElement): TabContent =>
      shown ? draw(panel, shown) : drawNothing(panel);
  const sweep = ofRun((panel, { engine, result, files }) =>
    drawSweepPanel(panel, { engine, files, ...result }),
  );
  const runs = (panel: HTMLElement): TabContent => drawRunsPanel(panel, { ...parts, given });
  const training = makeTrainTab({ dataUrl: parts.dataUrl, onTrained: parts.simulate });
  const all: readonly Tab[] = [
    { name: 'headline', label: 'Overview', draw: ofRun(drawOverview) },
    { name: 'array', label: 'Macro array', draw: ofRun(drawArrayPanel) },
    { name: 'timeline', label: 'Timeline', draw: ofRun(drawTimeline) },
    { name: 'layers', label: 'Layers', draw: ofRun(drawLayers) },
    { name: 'sums', label: 'Column sums', draw: ofRun(drawColumnSums) },
    { name: 'sparsity', label: 'Sparsity', draw: ofRun(drawSparsity) },
    { name: 'energy', label: 'Energy', draw: ofRun(drawEnergy) },
    { name: 'images', label: 'Images', draw: ofRun(drawImages) },
    { name: 'sweep', label: 'Sweep', draw: sweep },
    training.tab,
    { name: 'runs', label: 'Runs', draw: runs },
    { name: 'sources', label: 'Sources', draw: ofRun(drawSources) },
  ];
  const compareWithDense = async (result: RunResult, files: UserFiles): Promise<void> => {
    const dense = await parts.comparer.compare(result, files);
    if (dense === undefined || shown?.result !== result) return;
    shown = { ...shown, dense };
    if (tabs.shown === 'headline') tabs.redraw();
  };
  const tabs = makeTabs('Views of the run', all, parts.show);
  tabs.redraw();
  return {
    element: tabs.element,
    get shown() {
      return tabs.shown;
    },
    names: all.map(({ name }) => name),
    show: tabs.show,
    take: async (result, files) => {
      if (shown) parts.engine.forget(shown.result.id);
      shown = { engine: parts.engine, result, files, dense: undefined };
      tabs.redraw();
      await keepRun(await parts.store, result, files);
      if (tabs.shown === 'runs') tabs.redraw();
      void compareWithDense(result, files);
    },
    addReport: (report) => {
      given = [...given, report];
      tabs.redraw();
      tabs.show('runs');
    },
    addMetrics: (added) => {
      training.addMetrics(added);
      tabs.show('train');
    },
  };
}

function drawNothing(panel: HTMLElement): TabContent {
  panel.append(make('p', { class: 'note', text: 'Nothing has been run yet.' }));
  return { destroy: () => undefined };
}

// What the element can show of a result, by the names of its attribute `view`. Each view is loaded when it is wanted.

import { oneOf, parseValue } from '../../settings/kinds.ts';
import { layerPower } from '../../report/layer-power.ts';
import { arrayWithErrors } from '../engine/array-with-errors.ts';
import type { Engine, RunResult } from '../engine/engine.ts';
import { make } from '../ui/make-element.ts';

/** A view that is on show. */
export interface ShownView {
  /** Frees what the view holds, and takes it out of its parent. */
  destroy(): void;
}

/** Draws at the end of `parent`. */
export type Drawing = (parent: HTMLElement) => ShownView;

/** Loads what a view needs, and asks the engine what the result does not tell. */
export type View = (
  result: RunResult,
  engine: Engine,
  layer: string | undefined,
) => Promise<Drawing>;

/** Names of the views. */
export const viewNames = [
  'headline',
  'layers',
  'timeline',
  'energy',
  'array',
  'macro-op',
  'sums',
  'sparsity',
  'network',
  'images',
] as const;
/** One of {@link viewNames}. */
export type ViewName = (typeof viewNames)[number];

/**
 * The view of this name; `headline` where none is given.
 * @throws {CimError} (usage) when there is no such view
 */
export const viewNamed = (name = 'headline'): ViewName =>
  parseValue('view', oneOf(viewNames), name);

/** Each view by its name. */
export const views: Readonly<Record<ViewName, View>> = {
  headline: async ({ report }) => {
    const { drawHeadline } = await import('../pieces/tables/headline.ts');
    return (parent) => drawHeadline(parent, { report });
  },
  layers: async ({ report }) => {
    const { drawLayerTable } = await import('../pieces/tables/layer-table.ts');
    return (parent) => drawLayerTable(parent, report);
  },
  timeline: async ({ report, timeline }) => {
    const { drawTimelineView } = await import('../pieces/timeline/timeline-view.ts');
    return (parent) => drawTimelineView(parent, timeline, { power: layerPower(report) });
  },
  energy: async ({ report }) => {
    const { drawEnergyPlot } = await import('../pieces/plots/energy-plot.ts');
    return (parent) => drawEnergyPlot(parent, report);
  },
  array: async (result, engine) => {
    const [{ drawMacroArray }, array] = await Promise.all([
      import('../pieces/macro-array/macro-array-view.ts'),
      engine.ask(result.id, 'macroArray', undefined),
    ]);
    return (parent) => {
      const view = drawMacroArray(parent, array);
      void arrayWithErrors(engine, result, array).then((known) => {
        if (known && view.element.isConnected) view.update(known);
      });
      return view;
    };
  },
  'macro-op': (...about) => loadLayerViews().then(({ macroOpView }) => macroOpView(...about)),
  sums: (...about) => loadLayerViews().then(({ sumsView }) => sumsView(...about)),
  sparsity: (...about) => loadLayerViews().then(({ sparsityView }) => sparsityView(...about)),
  network: (...about) => loadLayerViews().then(({ networkView }) => networkView(...about)),
  images: async ({ predictions }) => {
    if (predictions.classes === 0) return drawNoImages;
    const { drawImageList } = await import('../pieces/tables/image-list.ts');
    return (parent) => drawImageList(parent, predictions);
  },
};

const loadLayerViews = () => import('./layer-views.ts');

function drawNoImages(parent: HTMLElement): ShownView {
  const note = make('p', {
    class: 'mars-note',
    text: 'An estimate has no images; set the images to one or more.',
  });
  parent.append(note);
  return { destroy: () => note.remove() };
}

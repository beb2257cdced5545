// What the element can show of a result, by the names of its attribute `view`. Each view is loaded when it is wanted.

import { UsageError } from '../../core/errors.ts';
import { layerPower } from '../../report/layer-power.ts';
import type { RunResult } from '../engine/engine.ts';
import { make } from '../make-element.ts';

/** A view that is on show. */
export interface ShownView {
  /** Frees what the view holds, and takes it out of its parent. */
  destroy(): void;
}

/** Draws a result at the end of `parent`. */
export type View = (parent: HTMLElement, result: RunResult) => ShownView;

/** Names of the views. */
export const viewNames = ['headline', 'layers', 'timeline', 'energy', 'images'] as const;
/** One of {@link viewNames}. */
export type ViewName = (typeof viewNames)[number];

/**
 * The view of this name; `headline` where none is given.
 * @throws {UsageError} when there is no such view
 */
export function viewNamed(name: string | undefined): ViewName {
  const found = viewNames.find((one) => one === (name ?? 'headline'));
  if (found === undefined)
    throw new UsageError({
      what: `"${name}" is not permitted`,
      where: 'view',
      todo: `wanted: one of ${viewNames.join(', ')}`,
    });
  return found;
}

/** Loads each view. */
export const views: Readonly<Record<ViewName, () => Promise<View>>> = {
  headline: async () => {
    const { drawHeadline } = await import('../report/headline.ts');
    return (parent, { report }) => drawHeadline(parent, { report });
  },
  layers: async () => {
    const { drawLayerTable } = await import('../report/layer-table.ts');
    return (parent, { report }) => drawLayerTable(parent, report);
  },
  timeline: async () => {
    const { drawTimelineView } = await import('../timeline-view/timeline-view.ts');
    return (parent, { report, timeline }) =>
      drawTimelineView(parent, timeline, { power: layerPower(report) });
  },
  energy: async () => {
    const { drawEnergyPlot } = await import('../plots/energy-plot.ts');
    return (parent, { report }) => drawEnergyPlot(parent, report);
  },
  images: async () => {
    const { drawImageList } = await import('../report/image-list.ts');
    return (parent, { predictions }) =>
      predictions.classes > 0 ? drawImageList(parent, predictions) : drawNoImages(parent);
  },
};

function drawNoImages(parent: HTMLElement): ShownView {
  const note = make('p', {
    class: 'mars-note',
    text: 'An estimate has no images; set the images to one or more.',
  });
  parent.append(note);
  return { destroy: () => note.remove() };
}

// Loads each section when it is first shown: plots, tables and pictures stay out of what the page begins with.

import { make } from '../ui/make-element.ts';
import type { TabContent } from '../ui/tabs.ts';
import { type DrawSection, nothing, type Shown } from './shown.ts';
import type { RunsPanelParts } from './runs-panel.ts';

/** What sections are drawn from. */
export interface SectionParts extends RunsPanelParts {
  /** Undefined before the first run. */
  readonly shown: Shown | undefined;
}

const ofRun: Readonly<Record<string, () => Promise<DrawSection>>> = {
  graph: async () => (await import('./sections/graph.ts')).draw,
  images: async () => (await import('./sections/images.ts')).draw,
  weights: async () => (await import('./sections/weights.ts')).draw,
  sparsity: async () => (await import('./sections/sparsity.ts')).draw,
  array: async () => (await import('./array-panel.ts')).drawArrayPanel,
  steps: async () => (await import('./sections/steps.ts')).draw,
  sums: async () => (await import('./sections/sums.ts')).draw,
  timeline: async () => (await import('./sections/timeline.ts')).draw,
  headline: async () => (await import('./sections/headline.ts')).draw,
  classes: async () => (await import('./sections/classes.ts')).draw,
  energy: async () => (await import('./sections/energy.ts')).draw,
  layers: async () => (await import('./sections/layers.ts')).draw,
  sources: async () => (await import('./sections/sources.ts')).draw,
  roofline: async () => (await import('./sections/roofline.ts')).draw,
};

/** Loads what draws a section. */
export async function loadSection(
  name: string,
  { shown, ...parts }: SectionParts,
): Promise<(place: HTMLElement) => TabContent> {
  if (name === 'runs') {
    const { drawRunsPanel } = await import('./runs-panel.ts');
    return (place) => drawRunsPanel(place, parts);
  }
  const draw = await ofRun[name]?.();
  return (place) => {
    if (shown && draw) return draw(place, shown);
    place.append(make('p', { class: 'note', text: 'Nothing has been run yet.' }));
    return nothing;
  };
}

// The tab of the stage Experiments. It lasts: a run of the page, such as the one behind a dot, does not end a sweep. Loaded
// when it is first shown, or when files of an experiment are given.

import type { NamedBytes } from '../../engine/user-files.ts';
import { make } from '../../ui/make-element.ts';
import type { Tab } from '../../ui/tabs.ts';
import type { Stage } from '../stages.ts';
import type { ExperimentsPanel } from './experiments-panel.ts';
import type { ExperimentsParts } from './experiments-parts.ts';

/** The tab. */
export interface ExperimentsTab {
  readonly tab: Tab;
  /** Called when the settings of the page are others. */
  follow(): void;
  /**
   * Shows a plan, or results.
   * @throws {CimError} (input) naming the file that is wrong
   */
  give(files: readonly NamedBytes[]): Promise<void>;
}

/** Makes the tab of a stage. */
export function makeExperimentsTab(
  { name, label, lead }: Stage,
  parts: ExperimentsParts,
): ExperimentsTab {
  const place = make('div', {}, [make('p', { class: 'note', text: 'Loading …' })]);
  let loading: Promise<ExperimentsPanel> | undefined;
  const load = (): Promise<ExperimentsPanel> => {
    loading ??= import('./experiments-panel.ts').then(({ drawExperimentsPanel }) =>
      drawExperimentsPanel(place, lead, parts),
    );
    return loading;
  };
  /** Settings that are not permitted are said where they are; the plan stays as it is. */
  const follow = async (): Promise<void> => {
    if (!loading) return;
    const [panel, settings] = await Promise.all([loading, parts.settings().catch(() => undefined)]);
    if (settings) panel.follow(settings);
  };
  return {
    tab: {
      name,
      label,
      begins: true,
      lasts: true,
      draw: (panel) => {
        panel.append(place);
        void load().then(follow);
        return { destroy: () => undefined };
      },
    },
    follow: () => void follow(),
    give: async (files) => (await load()).give(files),
  };
}

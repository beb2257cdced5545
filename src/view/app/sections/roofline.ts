// Layers under the roofs of macros and DRAM.

import { rooflineOf } from '../../../report/roofline.ts';
import { loadChip } from '../../../settings/load-job.ts';
import { givenChip } from '../../engine/page-sources.ts';
import { drawRooflinePlot } from '../../pieces/plots/roofline-plot.ts';
import { make } from '../../ui/make-element.ts';
import type { TabContent } from '../../ui/tabs.ts';
import type { DrawSection } from '../shown.ts';

/** Draws them. */
export const draw: DrawSection = (place, { result: { report, settings }, files }) => {
  let isGone = false;
  let drawn: TabContent | undefined;
  const load = async (): Promise<void> => {
    const chip = await loadChip(settings, givenChip(files));
    if (!isGone) drawn = drawRooflinePlot(place, rooflineOf(report, chip));
  };
  load().catch((error: unknown) => {
    place.append(make('p', { class: 'status-error', text: String(error) }));
  });
  return {
    destroy: () => {
      isGone = true;
      drawn?.destroy();
    },
  };
};

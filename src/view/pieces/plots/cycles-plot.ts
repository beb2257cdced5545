// Cycles per frame by layer, stacked by cause.

import type { Timeline } from '../../../timeline/timeline.ts';
import { drawFigure } from '../figure/figure.ts';
import { formatCount } from '../../../core/number-text.ts';
import type { PieceHandle } from '../../ui/make-element.ts';
import { cyclesData, shareLabels, shownShares } from './cycles-data.ts';
import { drawShares, type LayerShares, sharesHeight } from './shares-of-layers.ts';

/** Draws what the cycles of a frame go to. */
export const drawCyclesPlot = (parent: ParentNode, timeline: Timeline): PieceHandle<Timeline> =>
  drawFigure(
    parent,
    {
      name: 'cycles',
      describe: cyclesData,
      draw: (data, width) => drawShares(sharesOf(data), width),
      height: (data, width) => sharesHeight(sharesOf(data), width),
    },
    timeline,
  );

function sharesOf(timeline: Timeline): LayerShares {
  const { layers } = timeline;
  const names = shownShares(timeline);
  return {
    layers: layers.map(({ layer }) => layer),
    parts: names.map((name) => shareLabels[name]),
    shares: layers.flatMap((time) =>
      names.map((name) => ({ layer: time.layer, part: shareLabels[name], value: time[name] })),
    ),
    axis: 'cycles',
    format: formatCount,
  };
}

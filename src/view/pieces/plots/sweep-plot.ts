// Accuracy against a setting of the chip, with binomial intervals.

import * as Plot from '@observablehq/plot';
import { countOf } from '../../../core/words.ts';
import { drawFigure } from '../figure/figure.ts';
import type { LegendItem } from '../figure/legend-layout.ts';
import { formatShare } from '../../../core/number-text.ts';
import type { PieceHandle } from '../../ui/make-element.ts';
import { drawPlot, legendHeight, seriesColor, tip } from './base-plot.ts';
import { inOrder, intervalOf, type Sweep, sweepData, type SweepRow } from './sweep-data.ts';

const height = 260;
const legend: readonly LegendItem[] = [
  { label: 'on the chip', color: seriesColor(0), mark: 'line' },
  { label: 'exact integers', color: seriesColor(1), mark: 'dashes' },
];

/** Draws a sweep. */
export const drawSweepPlot = (parent: ParentNode, sweep: Sweep): PieceHandle<Sweep> =>
  drawFigure(
    parent,
    {
      name: 'sweep',
      describe: sweepData,
      draw: drawSweep,
      height: (_, width) => height + legendHeight(legend, width),
    },
    sweep,
  );

function drawSweep({ setting, rows }: Sweep, width: number): SVGSVGElement {
  const ordered = inOrder(rows);
  // What has no accuracy has no mark: it leaves a gap in the line.
  const known = ordered.filter(({ top1 }) => top1 !== null);
  const interval = (row: SweepRow): readonly number[] => intervalOf(row) ?? [];
  const exact = ordered.filter(({ exactTop1 }) => exactTop1 !== null);
  return drawPlot(
    { width, height, marginLeft: 52, label: 'accuracy', legend },
    {
      x: { label: setting, ticks: Math.max(2, Math.min(ordered.length, width / 60)), inset: 8 },
      y: { label: null, tickFormat: percent, grid: true, nice: true, ticks: 5 },
      marks: [
        Plot.line(exact, {
          x: 'x',
          y: 'exactTop1',
          stroke: seriesColor(1),
          strokeDasharray: '4,3',
        }),
        Plot.ruleX(known, {
          x: 'x',
          y1: (row: SweepRow) => interval(row)[0],
          y2: (row: SweepRow) => interval(row)[1],
          stroke: seriesColor(0),
          strokeOpacity: 0.7,
          strokeWidth: 2,
        }),
        Plot.line(ordered, { x: 'x', y: 'top1', stroke: seriesColor(0), strokeWidth: 2 }),
        Plot.dot(known, {
          x: 'x',
          y: 'top1',
          fill: seriesColor(0),
          title: (row: SweepRow) =>
            `${setting}: ${row.x}\non the chip ${formatShare(row.top1)}\n95 %: ${interval(row).map(formatShare).join(' to ')}\nexact ${formatShare(row.exactTop1)}\n${countOf(row.images, 'image')}`,
          tip,
        }),
      ],
    },
  );
}

/** A share on an axis: no more decimals than the tick needs. */
export const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;

// Accuracy against density for several series. Each has its colour and its symbol.

import * as Plot from '@observablehq/plot';
import { shownTexts } from '../../src/core/shown-text.ts';
import { drawFigure } from '../../src/view/pieces/figure/figure.ts';
import type { LegendItem, LegendSymbol } from '../../src/view/pieces/figure/legend-layout.ts';
import { formatShare } from '../../src/core/number-text.ts';
import type { PieceHandle } from '../../src/view/ui/make-element.ts';
import {
  drawPlot,
  legendHeight,
  percent,
  seriesColor,
  tip,
} from '../../src/view/pieces/plots/base-plot.ts';
import { densityData, type DensityRow, seriesOf } from './density-data.ts';

const height = 280;
const symbols: readonly LegendSymbol[] = ['circle', 'square', 'triangle', 'diamond', 'cross'];
const symbolOf = (index: number): LegendSymbol => symbols[index % symbols.length] ?? 'circle';

/** Draws the series. */
export const drawDensityPlot = (
  parent: ParentNode,
  rows: readonly DensityRow[],
): PieceHandle<readonly DensityRow[]> =>
  drawFigure(
    parent,
    {
      name: 'density',
      describe: densityData,
      draw: drawSeries,
      height: (data, width) => height + legendHeight(legendOf(data), width),
    },
    rows,
  );

const legendOf = (rows: readonly DensityRow[]): readonly LegendItem[] =>
  seriesOf(rows).map((label, i) => ({ label, color: seriesColor(i), mark: symbolOf(i) }));

function drawSeries(exact: readonly DensityRow[], width: number): SVGSVGElement {
  const rows = shownTexts(exact);
  const domain = [...seriesOf(rows)];
  return drawPlot(
    { width, height, marginLeft: 52, label: 'accuracy', legend: legendOf(rows) },
    {
      x: { label: 'density', tickFormat: percent, nice: true, ticks: width / 80 },
      y: { label: null, tickFormat: percent, grid: true, nice: true, ticks: 5 },
      color: { type: 'ordinal', domain, range: domain.map((_, i) => seriesColor(i)) },
      symbol: { domain, range: domain.map((_, i) => symbolOf(i)) },
      marks: [
        Plot.line(rows, {
          x: 'density',
          y: 'accuracy',
          stroke: 'series',
          strokeWidth: 2,
          sort: 'density',
        }),
        Plot.dot(rows, {
          x: 'density',
          y: 'accuracy',
          fill: 'series',
          symbol: 'series',
          title: ({ series, density, accuracy }: DensityRow) =>
            `${series}\ndensity ${formatShare(density)}\naccuracy ${formatShare(accuracy)}`,
          tip,
        }),
      ],
    },
  );
}

// Stacked bars, one per layer: what energy and cycles have in common.

import * as Plot from '@observablehq/plot';
import { shownTexts } from '../../../core/shown-text.ts';
import {
  barHeight,
  barsMargin,
  drawPlot,
  legendHeight,
  nameMargin,
  seriesColor,
  tip,
} from './base-plot.ts';
import type { LegendItem } from '../figure/legend-layout.ts';

/** A piece of a bar. */
export interface LayerShare {
  readonly layer: string;
  readonly part: string;
  readonly value: number;
  /** What `explain` calls it. */
  readonly path?: string;
}

/** Bars to draw. */
export interface LayerShares {
  readonly layers: readonly string[];
  /** In the order of the stack; seven at most. */
  readonly parts: readonly string[];
  readonly shares: readonly LayerShare[];
  readonly axis: string;
  readonly format: (value: number) => string;
}

/** Height of the plot, pixels. */
export const sharesHeight = (
  { layers, parts }: Omit<LayerShares, 'shares'>,
  width: number,
): number => layers.length * barHeight + barsMargin + legendHeight(legendOf(parts), width);

/** Draws the bars. */
export function drawShares(data: LayerShares, width: number): SVGSVGElement {
  const { layers, shares } = shownTexts({ layers: data.layers, shares: data.shares });
  const { parts, axis, format } = data;
  const marginLeft = nameMargin(layers);
  const frame = {
    width,
    height: layers.length * barHeight + barsMargin,
    marginLeft,
    legend: legendOf(parts),
  };
  const svg = drawPlot(frame, {
    x: {
      label: axis,
      tickFormat: format,
      grid: true,
      ticks: Math.max(2, (width - marginLeft) / 90),
    },
    y: { domain: layers, label: null, tickSize: 0, padding: 0.2 },
    color: { type: 'ordinal', domain: parts, range: parts.map((_, i) => seriesColor(i)) },
    marks: [
      Plot.barX(shares, {
        x: 'value',
        y: 'layer',
        fill: 'part',
        order: [...parts],
        title: ({ layer, part, value }: LayerShare) => `${layer}\n${part}: ${format(value)}`,
        tip,
      }),
      Plot.ruleX([0], { stroke: 'var(--mars-text)' }),
    ],
  });
  // One rectangle for each share, in their order; those of the legend come last.
  svg.querySelectorAll('g rect').forEach((bar, i) => {
    const path = shares[i]?.path;
    if (path !== undefined) bar.setAttribute('data-path', path);
  });
  return svg;
}

const legendOf = (parts: readonly string[]): readonly LegendItem[] =>
  parts.map((label, i) => ({ label, color: seriesColor(i) }));

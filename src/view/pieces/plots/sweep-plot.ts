// The plots of an experiment: those of `mars plot`, with hover, and a press on a dot tells which condition it is.

import * as Plot from '@observablehq/plot';
import { seriesText } from '../../../experiment/plot-data.ts';
import type { Coordinates } from '../../../experiment/point.ts';
import {
  curveNames,
  type DrawnCondition,
  plotOptions,
  tornadoHeight,
} from '../../../plots/plot-options.ts';
import type { PlotTheme } from '../../../plots/plot-theme.ts';
import type { PieceHandle } from '../../ui/make-element.ts';
import { drawFigure } from '../figure/figure.ts';
import type { LegendItem } from '../figure/legend-layout.ts';
import { drawPlot, legendHeight, percent, seriesColor, tip } from './base-plot.ts';
import { imageIntervals, type SweepPicture, sweepData } from './sweep-data.ts';

const height = 340;
/** Curves that a legend names; more would leave no room for them. */
const mostNamed = 12;
/** Below this width, pixels, names beside dots leave no room for those. */
const roomForNames = 560;

/** Draws the results of an experiment. @param onOpen told of the condition that a person presses */
export const drawSweepPlot = (
  parent: ParentNode,
  picture: SweepPicture,
  onOpen?: (coordinates: Coordinates) => void,
): PieceHandle<SweepPicture> =>
  drawFigure(
    parent,
    {
      name: 'sweep',
      describe: sweepData,
      draw: (data, width) => {
        const svg = draw(data, width);
        if (onOpen) listen(svg, onOpen);
        return svg;
      },
      height: ({ drawing }, width) =>
        drawing.kind === 'tornado'
          ? tornadoHeight(drawing.tornado.swings.length)
          : height + legendHeight(legendOf(drawing), width),
    },
    picture,
  );

/** The dot that Plot shows a tip of is the one that is pressed. */
function listen(svg: SVGSVGElement, onOpen: (coordinates: Coordinates) => void): void {
  svg.addEventListener('click', () => {
    const { value } = svg as { readonly value?: DrawnCondition | null };
    if (value) onOpen(value.coordinates);
  });
  svg.addEventListener('input', () => {
    const { value } = svg as { readonly value?: DrawnCondition | null };
    svg.style.cursor = value ? 'pointer' : '';
  });
}

const pageTheme = (width: number): PlotTheme => ({
  curves: Array.from({ length: 7 }, (_, i) => seriesColor(i)),
  curve: seriesColor(0),
  bar: seriesColor(0),
  front: seriesColor(2),
  behind: 'var(--mars-muted)',
  roof: seriesColor(6),
  hasNames: width >= roomForNames,
  tip,
});

function legendOf(drawing: SweepPicture['drawing']): readonly LegendItem[] {
  if (drawing.kind !== 'curves') return [];
  const names = curveNames(drawing);
  if (names.length < 2) return [];
  const named = names
    .slice(0, mostNamed)
    .map((label, i): LegendItem => ({ label, color: seriesColor(i), mark: 'line' }));
  const others = names.length - named.length;
  return others === 0
    ? named
    : [...named, { label: `and ${others} more`, color: 'transparent', mark: 'line' }];
}

function draw(picture: SweepPicture, width: number): SVGSVGElement {
  const { drawing } = picture;
  const theme = pageTheme(width);
  // Curves have a legend, so that names take no room beside them.
  const hasNames = theme.hasNames && drawing.kind !== 'curves';
  const { x = {}, y = {}, ...options } = plotOptions(drawing, { ...theme, hasNames });
  const frame = {
    width,
    height: options.height ?? height,
    marginLeft: options.marginLeft ?? 64,
    legend: legendOf(drawing),
  };
  const marks = [...whiskers(picture), ...(options.marks ?? [])];
  const shares = (figure: { readonly isShare?: true }): Plot.ScaleOptions =>
    figure.isShare ? { tickFormat: percent } : {};
  switch (drawing.kind) {
    case 'heatmap':
      return drawPlot(frame, { ...options, x, y, marks, marginTop: 34, marginLeft: 72 });
    case 'tornado':
      return drawPlot(frame, { ...options, y, marks, x: { ...x, ...shares(drawing.y) } });
    case 'pareto':
    case 'curves':
    default:
      return drawPlot(
        { ...frame, label: drawing.y.label },
        {
          ...options,
          marks,
          x: drawing.kind === 'pareto' ? { ...x, ...shares(drawing.x) } : x,
          y: { ...y, label: null, ...shares(drawing.y) },
        },
      );
  }
}

/** Intervals over images, behind the dots. */
function whiskers(picture: SweepPicture): readonly Plot.Markish[] {
  const { drawing } = picture;
  const intervals = imageIntervals(picture);
  if (drawing.kind !== 'curves' || intervals.length === 0) return [];
  const { x, unnamed, y } = drawing;
  const data = intervals.map(({ coordinates, low, high }) => ({
    x: coordinates[x],
    series: seriesText(coordinates, [x, ...unnamed]) || y.label,
    low,
    high,
  }));
  return [
    Plot.ruleX(data, {
      x: 'x',
      y1: 'low',
      y2: 'high',
      stroke: 'series',
      strokeOpacity: 0.45,
      strokeWidth: 1.5,
    }),
  ];
}

// Plots of an experiment as options of Observable Plot, which command line and page draw.

import * as Plot from '@observablehq/plot';
import { largest, smallest } from '../core/extremes.ts';
import { formatNumber, formatShare } from '../core/number-text.ts';
import type { Drawing } from '../experiment/drawing.ts';
import type { Figure } from '../experiment/figures.ts';
import { type AxisSwing, seriesText, type TradeOff } from '../experiment/plot-data.ts';
import type { Coordinates } from '../experiment/point.ts';
import type { PlotTheme } from './plot-theme.ts';

/** What stands for a condition in a plot: what a person points at has its coordinates. */
export interface DrawnCondition {
  readonly coordinates: Coordinates;
}

/** The options of a plot. */
export function plotOptions(drawing: Drawing, theme: PlotTheme): Plot.PlotOptions {
  switch (drawing.kind) {
    case 'curves':
      return curves(drawing, theme);
    case 'heatmap':
      return heatMap(drawing, theme);
    case 'pareto':
      return pareto(drawing, theme);
    case 'tornado':
    default:
      return tornado(drawing, theme);
  }
}

type Of<Kind extends Drawing['kind']> = Extract<Drawing, { readonly kind: Kind }>;

/** Names of the curves, in the order of their colours. */
export const curveNames = ({ x, y, points, unnamed }: Of<'curves'>): readonly string[] => [
  ...new Set(points.map(({ coordinates }) => curveName(coordinates, [x, ...unnamed], y))),
];

const curveName = (coordinates: Coordinates, without: readonly string[], y: Figure): string =>
  seriesText(coordinates, without) || y.label;

/** A value of a figure in words. */
export const figureText = ({ isShare }: Figure, value: number): string =>
  isShare ? formatShare(value) : formatNumber(value);

/** Title and tip of a dot, where the theme has tips. */
const told = <T>(
  { tip }: PlotTheme,
  text: (one: T) => string,
): { title?: (one: T) => string; tip?: Plot.TipOptions } => (tip ? { title: text, tip } : {});

function curves(drawing: Of<'curves'>, theme: PlotTheme): Plot.PlotOptions {
  const { x, y, points, unnamed } = drawing;
  // Few chip instances have a Student interval wider than a share can be.
  const [least, most] = y.isShare ? [0, 1] : [-Infinity, Infinity];
  const data = points.map(({ coordinates, value, low, high }) => ({
    x: coordinates[x],
    series: curveName(coordinates, [x, ...unnamed], y),
    value,
    low: Math.max(low, least),
    high: Math.min(high, most),
    coordinates,
  }));
  const isNumeric = data.every((one) => typeof one.x === 'number');
  const channels = { x: 'x', stroke: 'series', z: 'series' } as const;
  // Names at the ends of curves, which need no legend.
  const ends = spread([...new Map(data.map((one) => [one.series, one])).values()], data);
  const names = curveNames(drawing);
  const isNamed = theme.hasNames && names.length > 1;
  const tellOf = (one: (typeof data)[number]): string =>
    `${seriesText(one.coordinates, [])}\n${y.label}: ${figureText(y, one.value)}${one.low < one.high ? `\n95 % over chips: ${figureText(y, one.low)} to ${figureText(y, one.high)}` : ''}`;
  return {
    x: { label: x, type: isNumeric ? 'linear' : 'point', ...ticksAt(data.map((one) => one.x)) },
    y: { label: y.label, grid: true },
    color: curveColors(names, theme),
    marginRight: isNamed ? roomFor(names) : 24,
    marks: [
      Plot.areaY(data, {
        x: 'x',
        y1: 'low',
        y2: 'high',
        fill: 'series',
        z: 'series',
        fillOpacity: 0.18,
      }),
      Plot.lineY(data, { ...channels, y: 'value' }),
      Plot.dot(data, { ...channels, y: 'value', fill: 'series', r: 2.5, ...told(theme, tellOf) }),
      ...(isNamed
        ? [
            Plot.text(ends, {
              x: 'x',
              y: 'at',
              text: 'series',
              fill: 'series',
              textAnchor: 'start',
              dx: 6,
            }),
          ]
        : []),
    ],
  };
}

/** A scheme has no colour for a single curve, which would not be drawn. */
function curveColors(names: readonly string[], theme: PlotTheme): Plot.ScaleOptions {
  if (names.length < 2) return { type: 'ordinal', range: [theme.curve] };
  if (theme.curves) return { type: 'ordinal', domain: names, range: theme.curves };
  return { scheme: 'viridis', type: 'ordinal', range: [0, 0.85] };
}

/** Ticks where there are values and nowhere else, while they are few: no curve has half a bit. */
function ticksAt(values: readonly unknown[]): Plot.ScaleOptions {
  const different = [...new Set(values)];
  // A linear scale writes 3 as 3.0 where it did not choose the ticks itself.
  return different.length <= 10 ? { ticks: different, tickFormat: String } : {};
}

/** Pixels that the longest of these names takes at the end of a curve. */
const roomFor = (names: readonly string[]): number =>
  Math.min(320, 16 + 6 * largest(names.map(({ length }) => length)));

interface CurveEnd {
  readonly series: string;
  readonly value: number;
}

/** Share of the height of a plot that a line of text takes. */
const lineShare = 0.045;

/** Ends of curves with the heights of their names, moved up where one would cover another, or down below the top. */
function spread<End extends CurveEnd>(
  ends: readonly End[],
  all: readonly { readonly low: number; readonly high: number }[],
): readonly (End & { readonly at: number })[] {
  const top = largest(all.map(({ high }) => high));
  const line = lineShare * (top - smallest(all.map(({ low }) => low)));
  let free = -Infinity;
  const upwards = ends
    .toSorted((a, b) => a.value - b.value)
    .map((end) => {
      const at = Math.max(end.value, free);
      free = at + line;
      return { ...end, at };
    });
  let most = top;
  return upwards.toReversed().map((end) => {
    const at = Math.min(end.at, most);
    most = at - line;
    return { ...end, at };
  });
}

function heatMap({ x, row, y, points }: Of<'heatmap'>, theme: PlotTheme): Plot.PlotOptions {
  const data = points.map(({ coordinates, value }) => ({
    x: coordinates[x],
    row: coordinates[row],
    value,
    text: String(Number(value.toPrecision(3))),
    coordinates,
  }));
  const values = points.map(({ value }) => value);
  const middle = (largest(values) + smallest(values)) / 2;
  const tellOf = (one: (typeof data)[number]): string =>
    `${seriesText(one.coordinates, [])}\n${y.label}: ${figureText(y, one.value)}`;
  return {
    x: { label: x, type: 'band' },
    y: { label: row, type: 'band' },
    color: { scheme: 'viridis', label: y.label },
    marks: [
      Plot.cell(data, { x: 'x', y: 'row', fill: 'value', inset: 0.5, ...told(theme, tellOf) }),
      Plot.text(data, {
        x: 'x',
        y: 'row',
        text: 'text',
        fill: (one: { readonly value: number }) => (one.value < middle ? 'white' : 'black'),
      }),
      Plot.text([y.label], { frameAnchor: 'top', dy: -14 }),
    ],
  };
}

/** More series than this would be a tangle of lines. */
const mostSeries = 7;

/** What lines of a Pareto plot run along: the path with the most values; undefined where they would be one line, or too many. */
function lineOf({ points, unnamed }: Of<'pareto'>): string | undefined {
  const valuesOf = (path: string): number =>
    new Set(points.map(({ coordinates }) => coordinates[path])).size;
  const paths = Object.keys(points[0]?.coordinates ?? {})
    .filter((path) => !unnamed.includes(path) && points.every(isNumberAt(path)))
    .toSorted((a, b) => valuesOf(b) - valuesOf(a));
  const [path] = paths;
  if (path === undefined) return undefined;
  const series = new Set(points.map((one) => seriesText(one.coordinates, [path, ...unnamed])));
  return series.size > 1 && series.size <= mostSeries ? path : undefined;
}

const isNumberAt =
  (path: string) =>
  ({ coordinates }: TradeOff): boolean =>
    typeof coordinates[path] === 'number';

function pareto(drawing: Of<'pareto'>, theme: PlotTheme): Plot.PlotOptions {
  const { x, y, points } = drawing;
  const front = points.filter(({ isOnFront }) => isOnFront).toSorted((a, b) => a.x - b.x);
  const tellOf = (one: TradeOff): string =>
    `${seriesText(one.coordinates, [])}\n${x.label}: ${figureText(x, one.x)}\n${y.label}: ${figureText(y, one.y)}${one.isOnFront ? '\non the front' : ''}`;
  const path = lineOf(drawing);
  const lines = path === undefined ? noLines(theme) : seriesLines(drawing, theme, path);
  return {
    x: { label: x.label, grid: true, inset: 10 },
    y: { label: y.label, grid: true, inset: 10 },
    ...(lines.color && { color: lines.color }),
    marginRight: theme.hasNames ? lines.room : 24,
    marks: [
      ...lines.marks,
      Plot.dot(points, { x: 'x', y: 'y', r: 3, fill: lines.fill, ...told(theme, tellOf) }),
      Plot.line(front, { x: 'x', y: 'y', ...lines.frontLine }),
      Plot.dot(front, { x: 'x', y: 'y', ...lines.frontDot }),
      ...(theme.hasNames ? [frontNames(drawing, front, path)] : []),
    ],
  };
}

/** How a Pareto plot tells its conditions apart. */
interface ParetoLook {
  readonly marks: readonly Plot.Markish[];
  readonly fill: string | ((one: TradeOff) => string);
  readonly color?: Plot.ScaleOptions;
  /** Pixels for names on the right. */
  readonly room: number;
  readonly frontLine: Plot.LineOptions;
  readonly frontDot: Plot.DotOptions;
}

const noLines = (theme: PlotTheme): ParetoLook => ({
  marks: [],
  fill: theme.behind,
  room: 150,
  frontLine: { stroke: theme.front },
  frontDot: { r: 4, fill: theme.front },
});

/** Names of the conditions on the front; of series, which have names of their own, the value that they run along. */
function frontNames(
  { unnamed }: Of<'pareto'>,
  front: readonly TradeOff[],
  path: string | undefined,
): Plot.Markish {
  if (path === undefined) {
    // Beside the dots, where the line of the front does not run.
    const isRising = (front.at(-1)?.y ?? 0) >= (front[0]?.y ?? 0);
    return Plot.text(front, {
      x: 'x',
      y: 'y',
      text: (one: TradeOff) => seriesText(one.coordinates, unnamed),
      textAnchor: 'start',
      dx: 7,
      dy: isRising ? 11 : -11,
    });
  }
  return Plot.text(front, {
    x: 'x',
    y: 'y',
    text: (one: TradeOff) => String(one.coordinates[path]),
    dy: -12,
  });
}

/** Conditions that differ in one value as lines along it, thin and in the colours of curves. */
function seriesLines(
  { points, unnamed }: Of<'pareto'>,
  theme: PlotTheme,
  path: string,
): ParetoLook {
  const seriesOf = (one: TradeOff): string => seriesText(one.coordinates, [path, ...unnamed]);
  const along = points.toSorted(
    (a, b) => Number(a.coordinates[path]) - Number(b.coordinates[path]),
  );
  const names = [...new Set(points.map(seriesOf))];
  const ends = [...new Map(along.map((one) => [seriesOf(one), one])).entries()].map(
    ([series, { x, y }]) => ({ series, x, value: y }),
  );
  const named = Plot.text(
    spread(
      ends,
      points.map(({ y }) => ({ low: y, high: y })),
    ),
    { x: 'x', y: 'at', text: 'series', fill: 'series', textAnchor: 'start', dx: 9 },
  );
  return {
    fill: seriesOf,
    color: curveColors(names, theme),
    room: roomFor(names),
    frontLine: { stroke: theme.front, strokeDasharray: '3 3' },
    frontDot: { r: 5.5, stroke: theme.front },
    marks: [
      Plot.line(along, { x: 'x', y: 'y', z: seriesOf, stroke: seriesOf, strokeOpacity: 0.5 }),
      ...(theme.hasNames ? [named] : []),
    ],
  };
}

function tornado(
  { y, tornado: { center, swings } }: Of<'tornado'>,
  theme: PlotTheme,
): Plot.PlotOptions {
  const order = swings.map(({ path }) => path);
  const endOf = (swing: AxisSwing, anchor: 'low' | 'high'): TornadoEnd => ({
    path: swing.path,
    ...swing[anchor],
    anchor,
    coordinates: { ...center.coordinates, [swing.path]: swing[anchor].at },
  });
  const ends = swings.flatMap((swing) => [endOf(swing, 'low'), endOf(swing, 'high')]);
  const label = (anchor: string): Plot.Markish =>
    Plot.text(
      ends.filter((one) => one.anchor === anchor),
      {
        x: 'value',
        y: 'path',
        text: 'at',
        textAnchor: anchor === 'low' ? 'end' : 'start',
        dx: anchor === 'low' ? -5 : 5,
      },
    );
  const tellOf = (one: TornadoEnd): string =>
    `${seriesText(one.coordinates, [])}\n${y.label}: ${figureText(y, one.value)}`;
  return {
    x: { label: y.label, grid: true, inset: 30 },
    y: { label: null, domain: order },
    marginLeft: 150,
    height: tornadoHeight(order.length),
    marks: [
      Plot.barX(
        swings.map(({ path, low, high }) => ({ path, from: low.value, to: high.value })),
        { x1: 'from', x2: 'to', y: 'path', fill: theme.bar, inset: 3 },
      ),
      Plot.ruleX([center.value]),
      label('low'),
      label('high'),
      ...(theme.tip
        ? [Plot.dot(ends, { x: 'value', y: 'path', fill: theme.bar, r: 4, ...told(theme, tellOf) })]
        : []),
    ],
  };
}

interface TornadoEnd extends DrawnCondition {
  readonly path: string;
  readonly at: number | string;
  readonly value: number;
  readonly anchor: 'low' | 'high';
}

/** Pixels of a tornado of so many axes. */
export const tornadoHeight = (axes: number): number => 90 + 32 * axes;

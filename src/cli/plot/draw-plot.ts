// Draws plots as SVG without a browser: Observable Plot on the document of linkedom. Loaded only when something is drawn.

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { largest, smallest } from '../../core/extremes.ts';
import type { Figure } from '../../experiment/figures.ts';
import {
  type PlotPoint,
  seriesText,
  type Tornado,
  type TradeOff,
} from '../../experiment/plot-data.ts';

/** What to draw. */
export type Drawing =
  | {
      readonly kind: 'curves';
      readonly x: string;
      readonly y: Figure;
      readonly points: readonly PlotPoint[];
    }
  | {
      readonly kind: 'heatmap';
      readonly x: string;
      readonly row: string;
      readonly y: Figure;
      readonly points: readonly PlotPoint[];
    }
  | {
      readonly kind: 'pareto';
      readonly x: Figure;
      readonly y: Figure;
      readonly points: readonly TradeOff[];
    }
  | { readonly kind: 'tornado'; readonly y: Figure; readonly tornado: Tornado };

/** The text of an SVG file. The same data give the same text. */
export function svgText(drawing: Drawing, title: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const options = optionsOf(drawing);
  const plot = Plot.plot({
    ...options,
    document: document,
    width: 720,
    height: options.height ?? 440,
    marginLeft: options.marginLeft ?? 64,
    marginBottom: 44,
    ariaLabel: title,
    className: 'mars-plot',
    style: { fontFamily: 'sans-serif', background: 'white', color: 'black' },
  });
  const svg = plot.tagName.toLowerCase() === 'svg' ? plot : plot.querySelector('svg.mars-plot');
  return `${withNames(String(svg?.outerHTML ?? ''))}\n`;
}

/** A file of its own needs the names of XML, which an SVG in a page does without. */
const withNames = (svg: string): string =>
  svg.includes('xmlns="http://www.w3.org/2000/svg"')
    ? svg
    : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');

function optionsOf(drawing: Drawing): Plot.PlotOptions {
  switch (drawing.kind) {
    case 'curves':
      return curves(drawing);
    case 'heatmap':
      return heatMap(drawing);
    case 'pareto':
      return pareto(drawing);
    case 'tornado':
    default:
      return tornado(drawing);
  }
}

type Of<Kind extends Drawing['kind']> = Extract<Drawing, { readonly kind: Kind }>;

function curves({ x, y, points }: Of<'curves'>): Plot.PlotOptions {
  // Few chip instances have a Student interval wider than a share can be.
  const [least, most] = y.isShare ? [0, 1] : [-Infinity, Infinity];
  const data = points.map(({ coordinates, value, low, high }) => ({
    x: coordinates[x],
    series: seriesText(coordinates, [x]),
    value,
    low: Math.max(low, least),
    high: Math.min(high, most),
  }));
  const isNumeric = data.every((one) => typeof one.x === 'number');
  const channels = { x: 'x', stroke: 'series', z: 'series' } as const;
  // Names at the ends of curves, which need no legend.
  const ends = Plot.selectLast({ x: 'x', y: 'value', z: 'series', text: 'series' });
  const names = new Set(data.map(({ series }) => series)).size > 1;
  return {
    x: { label: x, type: isNumeric ? 'linear' : 'point' },
    y: { label: y.label, grid: true },
    color: { scheme: 'viridis', type: 'ordinal', range: [0, 0.85] },
    marginRight: names ? 150 : 24,
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
      Plot.dot(data, { ...channels, y: 'value', fill: 'series', r: 2.5 }),
      ...(names ? [Plot.text(data, { ...ends, textAnchor: 'start', dx: 6 })] : []),
    ],
  };
}

function heatMap({ x, row, y, points }: Of<'heatmap'>): Plot.PlotOptions {
  const data = points.map(({ coordinates, value }) => ({
    x: coordinates[x],
    row: coordinates[row],
    value,
    text: String(Number(value.toPrecision(3))),
  }));
  const values = points.map(({ value }) => value);
  const middle = (largest(values) + smallest(values)) / 2;
  return {
    x: { label: x, type: 'band' },
    y: { label: row, type: 'band' },
    color: { scheme: 'viridis', label: y.label },
    marks: [
      Plot.cell(data, { x: 'x', y: 'row', fill: 'value', inset: 0.5 }),
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

function pareto({ x, y, points }: Of<'pareto'>): Plot.PlotOptions {
  const front = points.filter(({ isOnFront }) => isOnFront).toSorted((a, b) => a.x - b.x);
  return {
    x: { label: x.label, grid: true, inset: 10 },
    y: { label: y.label, grid: true, inset: 10 },
    marginRight: 150,
    marks: [
      Plot.dot(points, { x: 'x', y: 'y', r: 3, fill: '#999' }),
      Plot.line(front, { x: 'x', y: 'y', stroke: '#0b6' }),
      Plot.dot(front, { x: 'x', y: 'y', r: 4, fill: '#0b6' }),
      Plot.text(front, {
        x: 'x',
        y: 'y',
        text: (one: TradeOff) => seriesText(one.coordinates, []),
        textAnchor: 'start',
        dx: 7,
      }),
    ],
  };
}

function tornado({ y, tornado: { center, swings } }: Of<'tornado'>): Plot.PlotOptions {
  const order = swings.map(({ path }) => path);
  const ends = swings.flatMap(({ path, low, high }) => [
    { path, ...low, anchor: 'low' },
    { path, ...high, anchor: 'high' },
  ]);
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
  return {
    x: { label: y.label, grid: true, inset: 30 },
    y: { label: null, domain: order },
    marginLeft: 150,
    height: 90 + 32 * order.length,
    marks: [
      Plot.barX(
        swings.map(({ path, low, high }) => ({ path, from: low.value, to: high.value })),
        { x1: 'from', x2: 'to', y: 'path', fill: '#48a', inset: 3 },
      ),
      Plot.ruleX([center.value]),
      label('low'),
      label('high'),
    ],
  };
}

// The roofline of a report as options of Observable Plot: layers by operations per byte, under the roofs of macros and DRAM.

import * as Plot from '@observablehq/plot';
import { largest, smallest } from '../core/extremes.ts';
import { formatNumber } from '../core/number-text.ts';
import type { Roofline } from '../report/roofline.ts';
import type { PlotTheme } from './plot-theme.ts';

/** The plot of a roofline. */
export function rooflineOptions(
  { computeRoof, bandwidth, bytes, points }: Roofline,
  theme: PlotTheme,
): Plot.PlotOptions {
  const giga = 1e-9;
  const ridge = computeRoof / bandwidth;
  const xs = [...points.map(({ intensity }) => intensity), ridge];
  const [first, last] = [smallest(xs) / 2, largest(xs) * 2];
  const roofs = [first, ridge, last].map((x) => ({
    x,
    y: Math.min(computeRoof, x * bandwidth) * giga,
  }));
  const data = points.map(({ layer, intensity, rate, attainable }) => ({
    layer,
    x: intensity,
    y: rate * giga,
    attainable: attainable * giga,
  }));
  const tellOf = (one: (typeof data)[number]): string =>
    `${one.layer}\n${formatNumber(one.x)} operations per byte\n${formatNumber(one.y)} of ${formatNumber(one.attainable)} GOPS`;
  const roof = computeRoof * giga;
  const middle = Math.sqrt(first * ridge);
  const names = namesApart(data, { width: Math.log(last / first), height: 5 });
  return {
    x: {
      label:
        bytes === 'moved'
          ? 'operations per byte of DRAM'
          : 'operations per byte, if maps and weights passed DRAM once',
      type: 'log',
      grid: true,
    },
    y: { label: 'GOPS', type: 'log', grid: true },
    marginRight: theme.hasNames ? 90 : 24,
    marks: [
      Plot.line(roofs, { x: 'x', y: 'y', stroke: theme.roof, strokeWidth: 2 }),
      ...roofNames({ ridge, roof, middle, bandwidth: bandwidth * giga }, theme.hasNames),
      Plot.dot(data, {
        x: 'x',
        y: 'y',
        r: 4,
        fill: theme.bar,
        ...(theme.tip ? { title: tellOf, tip: theme.tip } : {}),
      }),
      ...(theme.hasNames
        ? [Plot.text(names, { x: 'x', y: 'y', text: 'text', textAnchor: 'start', dx: 7 })]
        : []),
    ],
  };
}

/** What the roofs are; where dots have no names, there is more room at the right of the sloping one. */
function roofNames(
  at: Readonly<Record<'ridge' | 'roof' | 'middle' | 'bandwidth', number>>,
  dotsHaveNames: boolean,
): readonly Plot.Markish[] {
  const { ridge, roof, middle, bandwidth } = at;
  const places = { x: 'x', y: 'y', text: 'text' };
  return [
    Plot.text([{ x: ridge, y: roof, text: `macros: ${Number(roof.toPrecision(4))} GOPS` }], {
      ...places,
      dy: -8,
      textAnchor: dotsHaveNames ? 'start' : 'end',
    }),
    Plot.text([{ x: middle, y: middle * bandwidth, text: `DRAM: ${bandwidth} GB/s` }], {
      ...places,
      ...(dotsHaveNames ? { dx: -10, textAnchor: 'end' } : { dx: 10, textAnchor: 'start' }),
    }),
  ];
}

interface NamedDot {
  readonly layer: string;
  readonly x: number;
  readonly y: number;
}

/** One name for dots that lie so near each other that their names would cover one another; sizes of the plot as logarithms. */
function namesApart(
  dots: readonly NamedDot[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly { readonly x: number; readonly y: number; readonly text: string }[] {
  const named: { readonly dot: NamedDot; others: number }[] = [];
  for (const dot of dots) {
    const near = named.find(
      (one) =>
        Math.abs(Math.log(one.dot.x / dot.x)) < 0.12 * width &&
        Math.abs(Math.log(one.dot.y / dot.y)) < 0.03 * height,
    );
    if (near) near.others += 1;
    else named.push({ dot, others: 0 });
  }
  return named.map(({ dot: { x, y, layer }, others }) => ({
    x,
    y,
    text: others === 0 ? layer : `${layer} + ${others} more`,
  }));
}

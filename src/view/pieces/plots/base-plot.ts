// What all plots share: Observable Plot within our colours, with the legend inside the picture.

import * as Plot from '@observablehq/plot';
import { assert } from '../../../core/errors.ts';
import { largest } from '../../../core/extremes.ts';
import { drawLegend } from '../figure/legend.ts';
import { makeSvg } from '../../ui/make-element.ts';
import { layOutLegend, type LegendItem, textWidth } from '../figure/legend-layout.ts';

/** Colour of the n-th series, counted from 0; there are seven. */
export const seriesColor = (index: number): string => `var(--mars-series-${(index % 7) + 1})`;

/** Room for axes, pixels. */
export interface PlotFrame {
  readonly width: number;
  /** Without the legend. */
  readonly height: number;
  readonly marginLeft: number;
  /** What the upright axis shows; Plot's own label would lie on the legend. */
  readonly label?: string;
  readonly legend?: readonly LegendItem[];
}

const marginTop = 14;
const marginRight = 26;
const marginBottom = 40;
const labelHeight = 12;
/** Room above and below the rows of a plot of bars. */
export const barsMargin: number = marginTop + marginBottom;
/** Height of a row of bars. */
export const barHeight = 20;

/** Pixels of a legend at the top of a plot. */
export const legendHeight = (items: readonly LegendItem[], width: number): number =>
  items.length === 0 ? 0 : layOutLegend(items, width - 8).height + 4;

/** Left margin for names, within reason. */
export const nameMargin = (names: readonly string[]): number =>
  Math.min(140, Math.max(largest(names.map(textWidth)), 40) + 14);

/** How tips look. */
export const tip: Plot.TipOptions = { fill: 'var(--mars-surface)', stroke: 'var(--mars-line)' };

/**
 * The picture has one name; its parts have no role that may have another. A tip is marked as what passes, and is no
 * part of a saved picture.
 */
function markParts(svg: SVGSVGElement): void {
  for (const part of svg.querySelectorAll('[aria-label]')) {
    if (part.getAttribute('aria-label') === 'tip') part.setAttribute('data-passing', '');
    part.removeAttribute('aria-label');
  }
}

/** Draws a plot. The `<style>` that Plot adds is taken out: styles.css has its rules. */
export function drawPlot(frame: PlotFrame, options: Plot.PlotOptions): SVGSVGElement {
  const { width, height, marginLeft, label, legend = [] } = frame;
  const extra = legendHeight(legend, width) + (label === undefined ? 0 : labelHeight);
  const svg = Plot.plot({
    className: 'mars-plot',
    width,
    height: height + legendHeight(legend, width),
    marginTop: marginTop + extra,
    marginLeft,
    marginRight,
    marginBottom,
    ...options,
  });
  assert(svg instanceof SVGSVGElement, 'a plot without Plot’s own legend is an SVG');
  svg.querySelector('style')?.remove();
  markParts(svg);
  // Plot says so when it has drawn another tip.
  svg.addEventListener('input', () => markParts(svg));
  if (legend.length > 0) svg.append(drawLegend(legend, 4, width - 8));
  if (label !== undefined) {
    const y = legendHeight(legend, width) + 12;
    const text = { x: 4, y, fill: 'var(--mars-text)', 'text-anchor': 'start' };
    svg.append(makeSvg('text', text, `↑ ${label}`));
  }
  return svg;
}

/** A share on an axis: no more decimals than the tick needs. */
export const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;

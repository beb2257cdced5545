// Draws plots as SVG without a browser: Observable Plot on the document of linkedom. Loaded only when something is drawn.

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Drawing } from '../../experiment/drawing.ts';
import { plotOptions } from '../../plots/plot-options.ts';
import { paperTheme } from '../../plots/plot-theme.ts';
import { rooflineOptions } from '../../plots/roofline-options.ts';
import type { Roofline } from '../../report/roofline.ts';

/** What to draw. */
export type AnyDrawing = Drawing | { readonly kind: 'roofline'; readonly roofline: Roofline };

/** The text of an SVG file. The same data give the same text. */
export function svgText(drawing: AnyDrawing, title: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const options =
    drawing.kind === 'roofline'
      ? rooflineOptions(drawing.roofline, paperTheme)
      : plotOptions(drawing, paperTheme);
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

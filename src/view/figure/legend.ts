// Draws a legend inside an SVG, so that a saved picture has it too.

import { makeSvg } from '../make-element.ts';
import { layOutLegend, type LegendItem } from './legend-layout.ts';

/** A legend at (x, 0) of the SVG, within `width` pixels. */
export function drawLegend(items: readonly LegendItem[], x: number, width: number): SVGGElement {
  const group = makeSvg('g', { transform: `translate(${x},0)`, 'text-anchor': 'start' });
  const { places } = layOutLegend(items, width);
  items.forEach((item, i) => {
    const { x: left, y } = places[i] ?? { x: 0, y: 0 };
    group.append(
      drawMark(item, left, y),
      makeSvg('text', { x: left + 16, y, dy: '0.32em', fill: 'var(--mars-text)' }, item.label),
    );
  });
  return group;
}

function drawMark({ color, mark = 'box' }: LegendItem, x: number, y: number): SVGElement {
  if (mark === 'box') return makeSvg('rect', { x, y: y - 5, width: 10, height: 10, fill: color });
  return makeSvg('line', {
    x1: x - 1,
    x2: x + 12,
    y1: y,
    y2: y,
    stroke: color,
    'stroke-width': 2,
    ...(mark === 'dashes' ? { 'stroke-dasharray': '4,3' } : {}),
  });
}

// Draws a legend inside an SVG, so that a saved picture has it too.

import { makeSvg } from '../../ui/make-element.ts';
import { layOutLegend, type LegendItem, type LegendSymbol } from './legend-layout.ts';

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

const symbolPaths: Readonly<Record<LegendSymbol, string>> = {
  circle: 'M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0',
  square: 'M-4,-4h8v8h-8z',
  triangle: 'M0,-5L5,4H-5z',
  diamond: 'M0,-6L4,0L0,6L-4,0z',
  cross: 'M-5,-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z',
};

function drawMark({ color, mark = 'box' }: LegendItem, x: number, y: number): SVGElement {
  if (mark === 'box') return makeSvg('rect', { x, y: y - 5, width: 10, height: 10, fill: color });
  const line = makeSvg('line', {
    x1: x - 1,
    x2: x + 12,
    y1: y,
    y2: y,
    stroke: color,
    'stroke-width': 2,
    ...(mark === 'dashes' ? { 'stroke-dasharray': '4,3' } : {}),
  });
  if (mark === 'line' || mark === 'dashes') return line;
  const group = makeSvg('g');
  const place = { d: symbolPaths[mark], transform: `translate(${x + 5.5},${y})`, fill: color };
  group.append(line, makeSvg('path', place));
  return group;
}

// An SVG as a file that looks right alone: computed colours and fonts written into it, nothing that only the page knows.

import { makeSvg } from '../../ui/make-element.ts';

/** Elements that draw something. */
export const drawnElements = 'path, rect, line, circle, polygon, polyline, text, tspan';

/** What a shape looks like, with the values that need not be written. */
const shapeProperties: Readonly<Record<string, string>> = {
  fill: '',
  'fill-opacity': '1',
  stroke: 'none',
  'stroke-width': '1px',
  'stroke-opacity': '1',
  'stroke-dasharray': 'none',
  'stroke-linejoin': 'miter',
  'stroke-linecap': 'butt',
  opacity: '1',
  'shape-rendering': 'auto',
};
const textProperties: Readonly<Record<string, string>> = {
  fill: '',
  'fill-opacity': '1',
  'font-family': '',
  'font-size': '',
  'font-weight': '400',
  'text-anchor': 'start',
};
/** What elements have from those around them: written on each of them instead. */
const inherited = Object.keys({ ...shapeProperties, ...textProperties }).filter(
  (property) => property !== 'opacity',
);

/**
 * The text of an SVG file.
 * @param svg in the document: what it looks like is read from there
 * @param background CSS colour behind it
 */
export function standaloneSvg(svg: SVGSVGElement, background: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const copies = [...copy.querySelectorAll<SVGElement>(drawnElements)];
  [...svg.querySelectorAll<SVGElement>(drawnElements)].forEach((original, i) => {
    const target = copies[i];
    if (target) writeStyle(original, target);
  });
  for (const one of [copy, ...copy.querySelectorAll<SVGElement>('*')]) {
    one.removeAttribute('class');
    one.removeAttribute('style');
    one.removeAttribute('tabindex');
    if (!one.matches(drawnElements)) for (const name of inherited) one.removeAttribute(name);
  }
  for (const passing of copy.querySelectorAll('[data-passing]')) passing.remove();
  const { width, height } = viewSize(svg);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.prepend(makeSvg('rect', { width, height, fill: background }));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

/** Width and height in the units that its content is drawn in. */
export function viewSize(svg: SVGSVGElement): { readonly width: number; readonly height: number } {
  const { width, height } = svg.viewBox.baseVal;
  return { width, height };
}

function writeStyle(original: SVGElement, target: SVGElement): void {
  const style = getComputedStyle(original);
  const isText = original instanceof SVGTextContentElement;
  const properties = isText ? textProperties : shapeProperties;
  for (const [property, usual] of Object.entries(properties)) {
    const value = style.getPropertyValue(property);
    if (value === usual) target.removeAttribute(property);
    else target.setAttribute(property, value);
  }
}

// Paints an SVG onto a canvas element by element. The usual way, through an image of a blob, is not permitted under
// `default-src 'self'`.

import { CimError } from '../../../core/errors.ts';
import { drawnElements, viewSize } from './standalone-svg.ts';

/**
 * A PNG of an SVG that consists of shapes and text.
 * @param svg in the document
 * @param background CSS colour behind it
 * @param scale pixels per unit; 2 by default
 * @throws {CimError} (environment) when the browser makes no canvas of that size
 */
export async function pngOf(svg: SVGSVGElement, background: string, scale = 2): Promise<Blob> {
  const { width, height } = viewSize(svg);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (!context) throw noCanvas(canvas);
  context.scale(scale, scale);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  for (const element of svg.querySelectorAll<SVGGraphicsElement>(drawnElements))
    if (!element.closest('[data-passing]')) paint(svg, element, context);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (!blob) throw noCanvas(canvas);
  return blob;
}

const noCanvas = ({ width, height }: HTMLCanvasElement): CimError =>
  new CimError('environment', {
    what: `the browser makes no picture of ${width} × ${height} pixels`,
    todo: 'save the SVG instead',
  });

function paint(
  svg: SVGSVGElement,
  element: SVGGraphicsElement,
  context: CanvasRenderingContext2D,
): void {
  const [outer, inner] = [svg.getScreenCTM(), element.getScreenCTM()];
  if (!outer || !inner) return;
  const { a, b, c, d, e, f } = outer.inverse().multiply(inner);
  const style = getComputedStyle(element);
  context.save();
  context.transform(a, b, c, d, e, f);
  context.globalAlpha = Number(style.opacity);
  if (element instanceof SVGTextContentElement) paintText(element, style, context);
  else paintShape(pathOf(element), style, context);
  context.restore();
}

function paintShape(path: Path2D, style: CSSStyleDeclaration, at: CanvasRenderingContext2D): void {
  const alpha = at.globalAlpha;
  if (style.fill !== 'none') {
    at.fillStyle = style.fill;
    at.globalAlpha = alpha * Number(style.fillOpacity);
    at.fill(path);
  }
  if (style.stroke === 'none') return;
  at.strokeStyle = style.stroke;
  at.globalAlpha = alpha * Number(style.strokeOpacity);
  at.lineWidth = Number.parseFloat(style.strokeWidth);
  at.setLineDash(style.strokeDasharray === 'none' ? [] : numbersIn(style.strokeDasharray));
  at.stroke(path);
}

/** Each piece of text is painted by the element that directly holds it. */
function paintText(
  element: SVGTextContentElement,
  style: CSSStyleDeclaration,
  at: CanvasRenderingContext2D,
): void {
  const holdsText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE);
  const text = element.textContent ?? '';
  if (!holdsText || text === '' || element.getNumberOfChars() === 0) return;
  const { x, y } = element.getStartPositionOfChar(0);
  at.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  at.fillStyle = style.fill;
  at.globalAlpha *= Number(style.fillOpacity);
  at.translate(x, y);
  at.rotate((element.getRotationOfChar(0) * Math.PI) / 180);
  at.fillText(text, 0, 0);
}

const numbersIn = (text: string): number[] => (text.match(/[\d.]+/g) ?? []).map(Number);

function pathOf(element: SVGGraphicsElement): Path2D {
  const value = (name: string): number => Number(element.getAttribute(name) ?? 0);
  const path = new Path2D(element.getAttribute('d') ?? '');
  if (element instanceof SVGRectElement)
    path.rect(value('x'), value('y'), value('width'), value('height'));
  else if (element instanceof SVGCircleElement)
    path.arc(value('cx'), value('cy'), value('r'), 0, 2 * Math.PI);
  else if (element instanceof SVGLineElement) {
    path.moveTo(value('x1'), value('y1'));
    path.lineTo(value('x2'), value('y2'));
  }
  return path;
}

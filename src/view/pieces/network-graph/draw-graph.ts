// Cards and lines of the graph as SVG.

import { shownText } from '../../../core/shown-text.ts';
import type { LayerReport } from '../../../report/report.ts';
import { makeSvg } from '../../ui/make-element.ts';
import { kindText, outputText, workText } from './describe-layer.ts';
import { cardSize, type PlacedEdge, type PlacedNode } from './layout-graph.ts';

const { width, height } = cardSize;
/** Letters of a name that fit on a card. */
const nameLetters = 18;

/** The card of a layer. @param most multiply-accumulates of the layer that has most */
export function makeCard(
  { name, x, y }: PlacedNode,
  layer: LayerReport,
  { text, most }: { readonly text: string; readonly most: number },
): SVGGElement {
  const { kind, macs } = layer;
  const card = makeSvg('g', {
    class: `mars-graph-card is-${kind}`,
    transform: `translate(${x - width / 2} ${y - height / 2})`,
    role: 'button',
    'aria-pressed': 'false',
    'data-layer': name,
  });
  // Its name is what stands on it; what it reads comes as a description.
  card.setAttribute('aria-description', shownText(text));
  const short = name.length > nameLetters ? `${name.slice(0, nameLetters - 1)}…` : name;
  const line = (row: number, content: string): SVGTextElement =>
    makeSvg('text', { class: 'mars-graph-text', x: 12, y: 36 + 15 * row }, `${content} `);
  card.append(
    makeSvg('rect', { class: 'mars-graph-ground', width, height, rx: 6 }),
    makeSvg('path', { class: 'mars-graph-stripe', d: `M4 6v${height - 12}` }),
    makeSvg('text', { class: 'mars-graph-name', x: 12, y: 20 }, `${short} `),
    line(0, kindText(layer)),
    line(1, outputText(layer)),
    line(2, workText(layer)),
  );
  if (macs > 0)
    card.append(
      makeSvg('rect', {
        class: 'mars-graph-work',
        x: 12,
        y: height - 5,
        width: Math.max(2, ((width - 24) * macs) / most),
        height: 3,
      }),
    );
  return card;
}

/** The line of a map. */
export function makeLine({ kind, points }: PlacedEdge): SVGPathElement {
  const [first = [0, 0], ...rest] = points;
  let [x, y] = first;
  let way = `M${x} ${y}`;
  for (const [nextX, nextY] of rest) {
    const middle = (x + nextX) / 2;
    way += y === nextY ? `H${nextX}` : `C${middle} ${y} ${middle} ${nextY} ${nextX} ${nextY}`;
    [x, y] = [nextX, nextY];
  }
  const arrow = `M${x - 7} ${y - 4}L${x} ${y}L${x - 7} ${y + 4}`;
  return makeSvg('path', { class: `mars-graph-line is-${kind}`, d: way + arrow });
}

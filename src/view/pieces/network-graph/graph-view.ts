// The graph of a network: a card for each layer, lines for the maps between them. One moves about in it with pointer, wheel
// and keys, and chooses a layer.

import { largest } from '../../../core/extremes.ts';
import { countOf } from '../../../core/words.ts';
import type { GraphEdge, NetworkGraph } from '../../../inspect/network-graph.ts';
import type { LayerReport } from '../../../report/report.ts';
import { make, makeButton, makeSvg, setLabel } from '../../ui/make-element.ts';
import { adoptStyles } from '../../ui/dom.ts';
import { layerText } from './describe-layer.ts';
import { makeCard, makeLine } from './draw-graph.ts';
import {
  cardInSight,
  firstLook,
  type GraphCamera,
  type GraphSize,
  panGraph,
  wholeGraph,
  zoomGraph,
} from './graph-camera.ts';
import { listenToGraph } from './graph-input.ts';
import { type GraphLayout, layoutGraph } from './layout-graph.ts';
import { neighbourOf } from './graph-walk.ts';
import css from './network-graph.css?inline';

/** What is drawn. */
export interface GraphData {
  readonly graph: NetworkGraph;
  /** One for each node. */
  readonly layers: readonly LayerReport[];
}

/** A drawn graph. */
export interface GraphView {
  readonly element: HTMLElement;
  /** Marks a layer as chosen and brings it into sight; `onChoose` is not called. */
  select(name: string): void;
  destroy(): void;
}

const keys =
  'Arrow keys left and right follow the maps, up and down go to the next layer above or below, Enter chooses, plus and minus zoom, 0 shows all. The wheel zooms while the graph has the focus, or with Ctrl; dragging moves.';

/** Draws the graph. @param onChoose told which layer a person chose */
export function drawNetworkGraph(
  parent: ParentNode,
  data: GraphData,
  onChoose: (name: string) => void,
): GraphView {
  return new View(parent, data, onChoose);
}

const lineNames: Readonly<Record<GraphEdge['kind'], string>> = {
  reads: 'input',
  adds: 'added to the sums (skip connection)',
  joins: 'joined as further channels (concat)',
};

/** What the colours of lines mean, of those that there are. */
const makeLegend = (edges: readonly GraphEdge[]): HTMLElement =>
  make(
    'ul',
    { class: 'mars-legend' },
    (['reads', 'adds', 'joins'] as const)
      .filter((kind) => edges.some((edge) => edge.kind === kind))
      .map((kind) =>
        make('li', {}, [make('span', { class: `mars-graph-key is-${kind}` }), lineNames[kind]]),
      ),
  );

class View implements GraphView {
  readonly element: HTMLElement;
  readonly #svg = makeSvg('svg', { class: 'mars-graph', role: 'group' });
  readonly #world = makeSvg('g');
  readonly #layout: GraphLayout;
  readonly #cards: ReadonlyMap<string, SVGGElement>;
  readonly #lines: readonly { readonly edge: GraphEdge; readonly line: SVGElement }[];
  readonly #onChoose: (name: string) => void;
  readonly #stop = new AbortController();
  #size: GraphSize = { width: 1, height: 1 };
  #camera: GraphCamera = { scale: 1, x: 0, y: 0 };
  #chosen = '';

  constructor(parent: ParentNode, { graph, layers }: GraphData, onChoose: (name: string) => void) {
    this.#onChoose = onChoose;
    this.#layout = layoutGraph(graph);
    const most = Math.max(1, largest(layers.map(({ macs }) => macs)));
    this.#lines = this.#layout.edges.map((edge) => ({ edge, line: makeLine(edge) }));
    this.#cards = new Map(
      this.#layout.nodes.flatMap((node) => {
        const layer = layers.find(({ name }) => name === node.name);
        if (!layer) return [];
        const text = layerText(layer, graph.edges);
        return [[node.name, makeCard(node, layer, { text, most })] as const];
      }),
    );
    this.#world.append(...this.#lines.map(({ line }) => line), ...this.#cards.values());
    this.#svg.append(this.#world);
    this.#svg.style.height = `${this.#layout.height + 56}px`;
    const skips = graph.edges.filter(({ kind }) => kind !== 'reads').length;
    const branches = skips === 0 ? 'no branches' : countOf(skips, 'branch', 'branches');
    setLabel(
      this.#svg,
      `Graph of the network: ${countOf(layers.length - 1, 'layer')}, ${branches}. ${keys}`,
    );
    this.element = make('div', { class: 'mars-graph-frame', part: 'graph' }, [
      make('div', { class: 'mars-tools', part: 'tools' }, [
        makeButton('+', () => this.#zoomMiddle(1.4), { attributes: { 'aria-label': 'Zoom in' } }),
        makeButton('−', () => this.#zoomMiddle(1 / 1.4), {
          attributes: { 'aria-label': 'Zoom out' },
        }),
        makeButton('All', () => this.#look(wholeGraph(this.#layout, this.#size)), {
          attributes: { 'aria-label': 'All: show the whole graph' },
        }),
      ]),
    ]);
    this.element.append(makeLegend(graph.edges), this.#svg);
    parent.append(this.element);
    adoptStyles(this.element, css);
    this.#listen();
    this.#makeFocusable(this.#layout.nodes[0]?.name ?? '');
  }

  select(name: string): void {
    if (!this.#cards.has(name)) return;
    this.#chosen = name;
    for (const [own, card] of this.#cards) card.setAttribute('aria-pressed', String(own === name));
    for (const { edge, line } of this.#lines)
      line.classList.toggle('is-chosen', edge.from === name || edge.to === name);
    this.#makeFocusable(name);
    this.#bring(name);
  }

  destroy(): void {
    this.#stop.abort();
    this.element.remove();
  }

  #listen(): void {
    const { signal } = this.#stop;
    listenToGraph(
      this.#svg,
      {
        pan: (dx, dy) => this.#look(panGraph(this.#camera, [dx, dy], this.#layout, this.#size)),
        zoom: (x, y, factor) => this.#look(zoomGraph(this.#camera, x, y, factor)),
        press: (target) => this.#press(target),
        key: (key, target) => this.#key(key, target),
      },
      signal,
    );
    this.#svg.addEventListener(
      'focusin',
      ({ target }) => {
        const name = this.#nameOf(target);
        if (name === undefined) return;
        this.#makeFocusable(name);
        this.#bring(name);
      },
      { signal },
    );
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this.#svg);
    signal.addEventListener('abort', () => observer.disconnect());
    this.#resize();
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#svg;
    if (width === 0 || (width === this.#size.width && height === this.#size.height)) return;
    this.#size = { width, height };
    this.#look(firstLook(this.#layout, this.#size));
    if (this.#chosen !== '') this.#bring(this.#chosen);
  }

  #look(camera: GraphCamera): void {
    this.#camera = camera;
    const { scale, x, y } = camera;
    this.#world.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
  }

  #zoomMiddle(factor: number): void {
    this.#look(zoomGraph(this.#camera, this.#size.width / 2, this.#size.height / 2, factor));
  }

  #bring(name: string): void {
    const node = this.#layout.nodes.find((one) => one.name === name);
    if (node) this.#look(cardInSight(this.#camera, node, this.#size));
  }

  /** Only one card is a stop of the Tab key. */
  #makeFocusable(name: string): void {
    for (const [own, card] of this.#cards) card.setAttribute('tabindex', own === name ? '0' : '-1');
  }

  #nameOf(target: EventTarget | null): string | undefined {
    const card = target instanceof Element ? target.closest('[data-layer]') : null;
    return card?.getAttribute('data-layer') ?? undefined;
  }

  #press(target: EventTarget | null): void {
    const name = this.#nameOf(target);
    if (name === undefined) return;
    this.select(name);
    this.#onChoose(name);
  }

  /** Gives whether the key means something. */
  #key(key: string, target: EventTarget | null): boolean {
    const name = this.#nameOf(target);
    if (key === '+' || key === '=') this.#zoomMiddle(1.4);
    else if (key === '-') this.#zoomMiddle(1 / 1.4);
    else if (key === '0') this.#look(wholeGraph(this.#layout, this.#size));
    else if (key === 'Enter' || key === ' ') this.#press(target);
    else if (name === undefined) return false;
    else {
      const next = neighbourOf(this.#layout, name, key);
      if (next === undefined) return false;
      this.#cards.get(next)?.focus();
    }
    return true;
  }
}

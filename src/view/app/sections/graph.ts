// The network as a graph of the layers that the chip runs, and what is known of the chosen one in every stage.

import { imageName } from '../../../network/graph.ts';
import type { NetworkGraph } from '../../../inspect/network-graph.ts';
import type { Fact } from '../../../report/fact.ts';
import type { LayerReport } from '../../../report/report.ts';
import { inputsText, kindText, outputText } from '../../pieces/network-graph/describe-layer.ts';
import { drawNetworkGraph, type GraphView } from '../../pieces/network-graph/graph-view.ts';
import { drawFacts } from '../../pieces/tables/headline.ts';
import { make, makeButton } from '../../ui/make-element.ts';
import { chooseLayer, chosenLayer, onLayerChosen } from '../chosen-layer.ts';
import type { DrawSection, Shown } from '../shown.ts';

/** Draws it. */
export const draw: DrawSection = (place, shown) => {
  const { engine, result } = shown;
  const { layers } = result.report;
  const picture = make('div', { class: 'graph-picture' });
  const details = make('div', { class: 'graph-details', attributes: { 'aria-live': 'polite' } });
  place.append(
    picture,
    details,
    make('p', {
      class: 'note',
      text: 'Height × width × channels of what each layer gives. The bar is its share of the multiply-accumulates of the largest layer. Layers are those that the chip runs: normalisation and activation are part of the layer before them.',
    }),
  );
  let view: GraphView | undefined;
  let isGone = false;
  const show = (name: string, graph: NetworkGraph): void => {
    const layer = layers.find((one) => one.name === name);
    if (!layer) return;
    view?.select(name);
    drawDetails(details, { layer, graph, shown });
  };
  let stop = (): void => undefined;
  const start = async (): Promise<void> => {
    const graph = await engine.ask(result.id, 'networkGraph', undefined);
    if (isGone) return;
    view = drawNetworkGraph(picture, { graph, layers }, chooseLayer);
    stop = onLayerChosen((name) => show(name, graph));
    show(layers.some(({ name }) => name === chosenLayer()) ? chosenLayer() : imageName, graph);
  };
  start().catch((error: unknown) => {
    picture.replaceChildren(make('p', { class: 'status-error', text: String(error) }));
  });
  return {
    destroy: () => {
      isGone = true;
      stop();
      view?.destroy();
    },
  };
};

interface Details {
  readonly layer: LayerReport;
  readonly graph: NetworkGraph;
  readonly shown: Shown;
}

function drawDetails(details: HTMLElement, { layer, graph: { edges }, shown }: Details): void {
  const { ask, go } = shown;
  const { name, kind, groups } = layer;
  const from = inputsText(name, edges);
  const readers = edges.filter((edge) => edge.from === name).map(({ to }) => to);
  const to = readers.length === 0 ? 'gives the result' : `goes to ${readers.join(', ')}`;
  const links = [
    ...(groups > 1 ? [['Sparsity pattern', 'sparsity'] as const] : []),
    ...(groups > 0 ? [['Macros', 'array'] as const, ['Bit-line sums', 'sums'] as const] : []),
    ...(kind === 'image' ? [] : [['Timeline', 'timeline'] as const]),
    ['Row of the layer table', 'layers'] as const,
  ].map(([text, view]) => makeButton(`${text} of ${name}`, () => go(view)));
  details.replaceChildren(
    make('h3', { text: name }),
    make('p', {
      class: 'note',
      text: `${kindText(layer)}, ${outputText(layer)}; ${from === '' ? '' : `${from}; `}${to}`,
    }),
  );
  if (kind !== 'image') drawFacts(details, factsOf(layer), ask);
  details.append(make('div', { class: 'row' }, links));
}

function factsOf(layer: LayerReport): readonly Fact[] {
  const { name, macs, groups, groupsKept, cycles, energy, columnReads, saturatedReads } = layer;
  const path = (field: string): string => `layers.${name}.${field}`;
  const facts: readonly Fact[] = [
    { label: 'MACs', value: macs, unit: 'count', path: path('macs') },
    {
      label: 'groups stored',
      value: groups === 0 ? null : groupsKept / groups,
      unit: 'share',
      path: path('density'),
    },
    { label: 'cycles', value: cycles, unit: 'whole', path: path('cycles') },
    { label: 'energy', value: energy.total, unit: 'pJ', path: path('energy.total') },
    {
      label: 'saturated reads',
      value: columnReads === 0 || layer.path === null ? null : saturatedReads / columnReads,
      unit: 'rareShare',
      path: path('saturatedShare'),
    },
  ];
  return facts.filter(({ value }) => value !== null);
}

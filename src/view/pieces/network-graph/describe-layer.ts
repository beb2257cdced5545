// A layer of the graph in words.

import { formatCount, formatShare } from '../../../core/number-text.ts';
import type { GraphEdge } from '../../../inspect/network-graph.ts';
import type { LayerReport } from '../../../report/report.ts';

const kindNames: Readonly<Record<LayerReport['kind'], string>> = {
  image: 'image',
  conv: 'convolution',
  linear: 'linear',
  maxPool: 'max pool',
  averagePool: 'average pool',
};

/** What a layer is, such as `convolution 3 × 3`. */
export function kindText({ kind, shape: { kernel } }: LayerReport): string {
  const hasKernel = kind !== 'image' && kind !== 'linear';
  return hasKernel ? `${kindNames[kind]} ${kernel.height} × ${kernel.width}` : kindNames[kind];
}

/** The size of what it gives, height first: `28 × 28 × 16`. */
export const outputText = ({ shape: { output } }: LayerReport): string =>
  `${output.height} × ${output.width} × ${output.channels}`;

/** Its work and what of it is stored; empty where it has none. */
export function workText({ macs, groups, groupsKept }: LayerReport): string {
  if (macs === 0) return '';
  const stored = groups > 1 ? `, ${formatShare(groupsKept / groups)} stored` : '';
  return `${formatCount(macs)} MACs${stored}`;
}

const uses: Readonly<Record<GraphEdge['kind'], string>> = {
  reads: 'reads',
  adds: 'adds',
  joins: 'is joined with',
};

/** What the layer takes from where, such as `reads conv1, adds stem`. */
export const inputsText = (name: string, edges: readonly GraphEdge[]): string =>
  edges
    .filter(({ to }) => to === name)
    .map(({ from, kind }) => `${uses[kind]} ${from}`)
    .join(', ');

/** All of it in one line, for those who do not see the picture. */
export const layerText = (layer: LayerReport, edges: readonly GraphEdge[]): string =>
  [layer.name, kindText(layer), outputText(layer), workText(layer), inputsText(layer.name, edges)]
    .filter((text) => text !== '')
    .join('; ');

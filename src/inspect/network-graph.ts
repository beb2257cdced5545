// The network as the chip runs it, as a graph: its layers, and which map goes from where to where.

import type { CompressedNetwork } from '../compress/compressed-network.ts';
import { layerNodes } from '../network/fused-network.ts';
import { imageName } from '../network/graph.ts';

/**
 * What a map is for the layer that it goes to: `reads`, its input; `adds`, added to its sums, as in a skip connection;
 * `joins`, the channels beside those that the layer computes itself, as in a concatenation.
 */
export type EdgeKind = 'reads' | 'adds' | 'joins';

/** A feature map on its way from one layer to another. */
export interface GraphEdge {
  /** Name of a layer, or `'image'`. */
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
}

/** Layers in the order in which they run, the image first, and the maps between them. */
export interface NetworkGraph {
  readonly nodes: readonly string[];
  readonly edges: readonly GraphEdge[];
}

/** The {@link NetworkGraph} of a network. */
export function networkGraph({ layers }: CompressedNetwork): NetworkGraph {
  const edges = layerNodes(layers).flatMap(({ name, inputs, layer }) => {
    const joins = 'geometry' in layer && layer.geometry.ownKernels !== undefined;
    return inputs.map((from, i): GraphEdge => {
      const kind = i === 0 ? 'reads' : joins ? 'joins' : 'adds';
      return { from, to: name, kind };
    });
  });
  return { nodes: [imageName, ...layers.map(({ name }) => name)], edges };
}

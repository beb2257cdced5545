// The forward pass of a trained network alone.

import { assert } from '../../core/errors.ts';
import type { FusedNetwork } from '../../network/fused-network.ts';
import { Tape } from '../autodiff/gradients.ts';
import { GraphBuilder } from '../autodiff/graph.ts';
import { forward } from './forward.ts';
import { parametersOf } from './parameters.ts';

/**
 * The graph of a forward pass with batch norm's averaged statistics. Inputs: `images` (N, C, H, W) and all arrays of
 * the network by name; output: `logits` (N, classes).
 */
export function evaluationGraph(network: FusedNetwork, batchSize: number): Uint8Array {
  const { channels, height, width } = network.input;
  const graph = new GraphBuilder(`${network.name} evaluation`);
  const images = graph.input('images', [batchSize, channels, height, width]);
  const values = new Map(
    parametersOf(network).map(({ name, shape }) => [name, graph.input(name, shape)]),
  );
  const { logits } = forward(new Tape(graph), network, {
    images,
    statistics: 'averaged',
    parameter: (name) => {
      const value = values.get(name);
      assert(value !== undefined, `parameter ${name}`);
      return value;
    },
  });
  graph.output('logits', logits);
  return graph.toBytes();
}

// A trained network in ONNX Runtime: the same numbers as floatForward, but fast enough to look at often.

import { assert } from '../../core/errors.ts';
import { predictedClasses } from '../../core/feature-map.ts';
import type { ImageSet } from '../../datasets/image-set.ts';
import type { FusedNetwork } from '../../network/fused-network.ts';
import { realPixels } from './batches.ts';
import { forward } from '../graphs/forward.ts';
import { Tape } from '../autodiff/gradients.ts';
import { GraphBuilder } from '../autodiff/graph.ts';
import { parametersOf } from '../graphs/parameters.ts';
import { batchSizeFor, runInBatches } from './run-in-batches.ts';
import type { OnnxRuntime } from '../autodiff/runtime.ts';

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

/** The network's outputs for every image of `set`, order (image, class). */
export async function evaluate(
  network: FusedNetwork,
  set: ImageSet,
  runtime: OnnxRuntime,
): Promise<Float32Array> {
  const batchSize = batchSizeFor(set);
  const model = evaluationGraph(network, batchSize);
  const arrays = parametersOf(network);
  const { classes } = network;
  const graph = { model, batchSize, arrays, output: 'logits', classes, pixels: realPixels };
  return await runInBatches(graph, set, runtime);
}

/** How many rows of `logits` (image, class) are largest at the image's label. */
export function countRight(logits: Float32Array, labels: Uint8Array): number {
  const predicted = predictedClasses(logits, logits.length / labels.length);
  return predicted.filter((one, image) => one === labels[image]).length;
}

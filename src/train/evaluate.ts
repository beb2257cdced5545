// A trained network in ONNX Runtime: the same numbers as floatForward, but fast enough to look at often.

import { assert } from '../core/errors.ts';
import { activationsPerImage, predictedClasses } from '../core/feature-map.ts';
import type { ImageSet } from '../datasets/image-set.ts';
import type { Network } from '../network/network.ts';
import { copyImage, unchanged } from './batches.ts';
import { forward } from './forward.ts';
import { Tape } from './gradients.ts';
import { GraphBuilder } from './graph.ts';
import { parametersOf } from './parameters.ts';
import { floatsOf, type OnnxRuntime } from './runtime.ts';

/**
 * The graph of a forward pass with batch norm's averaged statistics. Inputs: `images` (N, C, H, W) and all arrays of
 * the network by name; output: `logits` (N, classes).
 */
export function evaluationGraph(network: Network, batchSize: number): Uint8Array {
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
  network: Network,
  set: ImageSet,
  runtime: OnnxRuntime,
): Promise<Float32Array> {
  const { channels, height, width } = network.input;
  const count = set.images.images;
  const batchSize = Math.min(100, count);
  const size = activationsPerImage(network.input);
  const session = await runtime.InferenceSession.create(evaluationGraph(network, batchSize));
  const arrays = Object.fromEntries(
    parametersOf(network).map(({ name, shape, data }) => [
      name,
      new runtime.Tensor('float32', data, shape),
    ]),
  );
  try {
    const all = new Float32Array(count * network.classes);
    for (let first = 0; first < count; first += batchSize) {
      // The last batch is moved back to be full: some images are computed twice.
      const start = Math.min(first, count - batchSize);
      const pixels = new Float32Array(batchSize * size);
      for (let i = 0; i < batchSize; i++)
        copyImage(set, start + i, pixels.subarray(i * size, (i + 1) * size), unchanged);
      const images = new runtime.Tensor('float32', pixels, [batchSize, channels, height, width]);
      const { logits } = await session.run({ images, ...arrays });
      all.set(await floatsOf(logits), start * network.classes);
    }
    return all;
  } finally {
    await session.release();
  }
}

/** How many rows of `logits` (image, class) are largest at the image's label. */
export function countRight(logits: Float32Array, labels: Uint8Array): number {
  const predicted = predictedClasses(logits, logits.length / labels.length);
  return predicted.filter((one, image) => one === labels[image]).length;
}

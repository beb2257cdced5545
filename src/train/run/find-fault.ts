// Which layer was the first to give something that is no number, when a loss is none any more.

import { assert } from '../../core/errors.ts';
import type { FusedNetwork } from '../../network/fused-network.ts';
import { multiply, reduce, reshape } from '../autodiff/arithmetic.ts';
import type { Batch } from './batches.ts';
import { forward } from '../graphs/forward.ts';
import { Tape } from '../autodiff/gradients.ts';
import { elements, GraphBuilder, type Value } from '../autodiff/graph.ts';
import { parametersOf } from '../graphs/parameters.ts';
import { numberOf, type OnnxRuntime } from '../autodiff/runtime.ts';

/** Name of the first layer whose output for `batch` has a value that is infinite or undefined; undefined if none has. */
export async function findFault(
  network: FusedNetwork,
  batch: Batch,
  runtime: OnnxRuntime,
): Promise<string | undefined> {
  const { channels, height, width } = network.input;
  const graph = new GraphBuilder(`${network.name} fault`);
  const shape = [batch.labels.length, channels, height, width];
  // Batch norm takes its statistics from the batch.
  const read = parametersOf(network).filter(({ kind }) => kind !== 'statistic');
  const values = new Map(read.map(({ name, shape }) => [name, graph.input(name, shape)]));
  const { outputs } = forward(new Tape(graph), network, {
    images: graph.input('images', shape),
    statistics: 'batch',
    parameter: (name) => {
      const value = values.get(name);
      assert(value !== undefined, `parameter ${name}`);
      return value;
    },
  });
  const layers = network.layers.map(({ name }) => name);
  for (const name of layers) {
    const output = outputs.get(name);
    assert(output !== undefined, `output of ${name}`);
    graph.output(`${name}.fault`, zeroIfFinite(graph, output));
  }
  const session = await runtime.InferenceSession.create(graph.toBytes());
  try {
    const arrays = Object.fromEntries(
      read.map(({ name, shape, data }) => [name, new runtime.Tensor('float32', data, shape)]),
    );
    const images = new runtime.Tensor('float32', batch.images, shape);
    const found = await session.run({ images, ...arrays });
    for (const name of layers)
      if (!Number.isFinite(await numberOf(found[`${name}.fault`]))) return name;
    return undefined;
  } finally {
    await session.release();
  }
}

/** Name of the first layer with an array that holds an infinite or undefined value; undefined if none has. */
export const faultyArrays = (network: FusedNetwork): string | undefined =>
  network.layers.find((layer) =>
    parametersOf({ ...network, layers: [layer] }).some(({ data }) => !data.every(Number.isFinite)),
  )?.name;

/** Sum of all values times 0: no number as soon as one of them is infinite or none. */
function zeroIfFinite(graph: GraphBuilder, value: Value): Value {
  const products = multiply(graph, value, graph.scalar(0));
  const flat = reshape(graph, products, [elements(value.shape)]);
  return reduce(graph, 'ReduceSum', flat, { axes: [0], keep: false });
}

// The forward pass of quantized training, by itself.

import type { FeatureMap } from '../../src/core/feature-map.ts';
import type { FusedNetwork } from '../../src/network/fused-network.ts';
import { integerPixels } from '../../src/train/run/batches.ts';
import { Tape } from '../../src/train/autodiff/gradients.ts';
import { GraphBuilder } from '../../src/train/autodiff/graph.ts';
import { scaleNumbers } from '../../src/train/scales/learned-scales.ts';
import { parametersOf } from '../../src/train/graphs/parameters.ts';
import {
  type ColumnsOfNetwork,
  quantizedForward,
} from '../../src/train/graphs/quantized-forward.ts';
import { inputsOf } from '../../src/train/graphs/quantized-step.ts';
import type { Quantization, ScalesByLayer } from '../../src/train/scales/scale-learner.ts';
import { openGraph } from './onnx-runtime.ts';

/** Logits of the graph that trains, in units of the sums. */
export async function trainedSums(
  network: FusedNetwork,
  images: FeatureMap,
  {
    scales,
    quantization,
    columns,
  }: { scales: ScalesByLayer; quantization: Quantization; columns?: ColumnsOfNetwork },
): Promise<Float32Array> {
  const graph = new GraphBuilder('forward');
  const { channels, height, width } = network.input;
  const shape = [images.images, channels, height, width];
  const { sums } = quantizedForward(new Tape(graph), network, {
    images: graph.input('images', shape),
    ...inputsOf(graph, network),
    bits: quantization.bits,
    form: quantization.weightForm,
    columns,
  });
  graph.output('sums', sums);
  const run = await openGraph(graph.toBytes());
  const table = integerPixels(quantization.activationBits);
  const data = new Float32Array(images.data.length);
  for (let i = 0; i < images.images; i++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < height * width; p++)
        data[(i * channels + c) * height * width + p] =
          table[images.data[(i * height * width + p) * channels + c]!]!;
  const numbers = scaleNumbers(network, scales, quantization.activationBits);
  const result = await run({
    images: { data, shape },
    ...Object.fromEntries(parametersOf(network).map((one) => [one.name, one])),
    ...Object.fromEntries(
      [...numbers].map(([name, number]) => [name, { data: Float32Array.of(number), shape: [] }]),
    ),
  });
  return result['sums'] as Float32Array;
}

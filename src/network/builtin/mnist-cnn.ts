// mnist-cnn: four small convolutions and a linear layer for 28x28 digits. About 66,000 weights, 2.3 million
// multiplications per image: small enough to train in minutes and to simulate bit by bit in seconds.

import { imageName } from '../graph.ts';
import type { Network } from '../network.ts';
import { networkBuilder } from './network-builder.ts';

/** Options of {@link mnistCnn}. */
export interface MnistCnnOptions {
  /** Seed of the initial weights. Default 1. */
  readonly seed?: number | undefined;
}

/** The network with He-initialised weights, as training starts from. */
export function mnistCnn({ seed = 1 }: MnistCnnOptions = {}): Network {
  const builder = networkBuilder(seed);
  let last = builder.conv('conv1', imageName, { channels: 1, kernels: 16 });
  last = builder.maxPool('pool1', last);
  last = builder.conv('conv2', last, { channels: 16, kernels: 32 });
  last = builder.maxPool('pool2', last);
  last = builder.conv('conv3', last, { channels: 32, kernels: 64 });
  last = builder.maxPool('pool3', last);
  last = builder.conv('conv4', last, { channels: 64, kernels: 64 });
  builder.linear('fc', last, { inputs: 3 * 3 * 64, outputs: 10 });
  return {
    name: 'mnist-cnn',
    dataset: 'mnist',
    input: { height: 28, width: 28, channels: 1 },
    classes: 10,
    nodes: builder.nodes,
    tensors: builder.tensors,
    origin: {
      command: 'mnistCnn()',
      seed,
      hardware: 'none',
      date: 'not trained',
      testAccuracy: null,
    },
  };
}

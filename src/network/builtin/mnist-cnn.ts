// mnist-cnn: four small convolutions and a linear layer for 28x28 digits. About 66,000 weights, 2.3 million
// multiplications per image: small enough to train in minutes and to simulate bit by bit in seconds.

import { gaussian } from '../../core/random.ts';
import type { ConvLayer, Layer, LinearLayer, MaxPoolLayer } from '../layer.ts';
import { imageName, type Network } from '../network.ts';

/** Options of {@link mnistCnn}. */
export interface MnistCnnOptions {
  /** Seed of the initial weights. Default 1. */
  readonly seed?: number | undefined;
}

/** The network with He-initialised weights, as training starts from. */
export function mnistCnn({ seed = 1 }: MnistCnnOptions = {}): Network {
  const layers: readonly Layer[] = [
    conv('conv1', imageName, { channels: 1, kernels: 16, seed, stream: 1 }),
    pool('pool1', 'conv1'),
    conv('conv2', 'pool1', { channels: 16, kernels: 32, seed, stream: 2 }),
    pool('pool2', 'conv2'),
    conv('conv3', 'pool2', { channels: 32, kernels: 64, seed, stream: 3 }),
    pool('pool3', 'conv3'),
    conv('conv4', 'pool3', { channels: 64, kernels: 64, seed, stream: 4 }),
    linear('fc', 'conv4', { inputs: 3 * 3 * 64, outputs: 10, seed, stream: 5 }),
  ];
  return {
    name: 'mnist-cnn',
    dataset: 'mnist',
    input: { height: 28, width: 28, channels: 1 },
    classes: 10,
    layers,
    origin: {
      command: 'mnistCnn()',
      seed,
      hardware: 'none',
      date: 'not trained',
      testAccuracy: null,
    },
  };
}

interface Draw {
  readonly seed: number;
  readonly stream: number;
}

function conv(
  name: string,
  input: string,
  sizes: Draw & { readonly channels: number; readonly kernels: number },
): ConvLayer {
  const { channels, kernels } = sizes;
  const batchNorm = {
    gamma: new Float32Array(kernels).fill(1),
    beta: new Float32Array(kernels),
    mean: new Float32Array(kernels),
    variance: new Float32Array(kernels).fill(1),
    epsilon: 1e-5,
  };
  const weights = heWeights(kernels * channels * 9, channels * 9, sizes);
  const kernel = { kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 1 };
  return {
    kind: 'conv',
    name,
    input,
    channels,
    kernels,
    ...kernel,
    weights,
    batchNorm,
    relu: true,
  };
}

function linear(
  name: string,
  input: string,
  sizes: Draw & { readonly inputs: number; readonly outputs: number },
): LinearLayer {
  const { inputs, outputs } = sizes;
  const weights = heWeights(inputs * outputs, inputs, sizes);
  return {
    kind: 'linear',
    name,
    input,
    inputs,
    outputs,
    weights,
    bias: new Float32Array(outputs),
    relu: false,
  };
}

const pool = (name: string, input: string): MaxPoolLayer => ({
  kind: 'maxPool',
  name,
  input,
  size: 2,
});

/** Normally distributed with variance 2 / inputs, which keeps the size of activations through ReLU layers (K. He, 2015). */
function heWeights(count: number, inputs: number, { seed, stream }: Draw): Float32Array {
  const deviation = Math.sqrt(2 / inputs);
  return Float32Array.from({ length: count }, (_, i) => deviation * gaussian(seed, stream, i));
}

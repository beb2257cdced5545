// Builds networks node by node, with He-initialised weights as training starts from: what the networks of this folder
// have in common.

import { CimError } from '../../core/errors.ts';
import type { Shape } from '../../core/feature-map.ts';
import { gaussians } from '../../core/random.ts';
import { symmetricWindow, tilingWindow } from '../../core/window.ts';
import type { GraphNode, Tensors } from '../graph.ts';
import type { Network } from '../network.ts';
import type { NodeTensors } from '../ops/operator.ts';

/** Options of the networks for square colour images. */
export interface BuiltinOptions {
  /** Number of classes. 10 by default, which names CIFAR-10 as the data set; 100 names CIFAR-100. */
  readonly classes?: number | undefined;
  /** Seed of the initial weights. Default 1. */
  readonly seed?: number | undefined;
  /** Kernels of the first convolution; all other layers scale along. The published network's by default. */
  readonly width?: number | undefined;
  /**
   * Side of the images, a multiple of 32; 32 by default. Larger networks have the same layers, with an average pool before
   * the linear layer where the map is not 1x1 by then, and a name that ends in the side.
   */
  readonly side?: number | undefined;
}

/** Sizes of a convolution that is square, 3x3 unless told, and padded so that stride 1 keeps the map's size. */
export interface ConvSizes {
  readonly channels: number;
  readonly kernels: number;
  /** 3 by default; odd. */
  readonly size?: number;
  /** 1 by default. */
  readonly stride?: number;
  /** True by default. */
  readonly relu?: boolean;
}

/** Adds nodes one after the other; each method gives the name of the last one it added, for the next to read. */
export interface NetworkBuilder {
  /** Convolution with neutral batch norm (gamma 1, beta 0, mean 0, variance 1), named `.bn`, and ReLU, named `.relu`. */
  conv(name: string, input: string, sizes: ConvSizes): string;
  /** Fully connected, with a bias of zeros; without ReLU by default. */
  linear(
    name: string,
    input: string,
    sizes: { readonly inputs: number; readonly outputs: number; readonly relu?: boolean },
  ): string;
  /** A node without arrays. */
  node(node: GraphNode): string;
  /** Over windows of 2x2. */
  maxPool(name: string, input: string): string;
  averagePool(name: string, input: string): string;
  readonly nodes: readonly GraphNode[];
  readonly tensors: Tensors;
}

/** A {@link NetworkBuilder} without nodes yet. Node with weights number n draws from stream n, counted from 1. */
export function networkBuilder(seed: number): NetworkBuilder {
  const nodes: GraphNode[] = [];
  const tensors = new Map<string, NodeTensors>();
  let streams = 0;
  // Normally distributed with variance 2 / inputs, which keeps the size of activations through ReLU layers (K. He, 2015).
  const heWeights = (count: number, inputs: number): Float32Array =>
    gaussians(count, Math.sqrt(2 / inputs), seed, ++streams);
  const node = (one: GraphNode, arrays?: NodeTensors): string => {
    nodes.push(one);
    if (arrays) tensors.set(one.name, arrays);
    return one.name;
  };
  const relu = (name: string, input: string): string =>
    node({ op: 'relu', name: `${name}.relu`, inputs: [input], attributes: {} });
  const neutralNorm = (name: string, input: string, channels: number): string =>
    node(
      {
        op: 'batchNorm',
        name: `${name}.bn`,
        inputs: [input],
        attributes: { channels, epsilon: 1e-5 },
      },
      {
        gamma: new Float32Array(channels).fill(1),
        beta: new Float32Array(channels),
        mean: new Float32Array(channels),
        variance: new Float32Array(channels).fill(1),
      },
    );
  return {
    nodes,
    tensors,
    node,
    conv: (name, input, { channels, kernels, size = 3, stride = 1, relu: hasRelu = true }) => {
      const inputs = channels * size * size;
      const window = symmetricWindow(size, size, { stride, padding: (size - 1) / 2 });
      const attributes = { channels, kernels, window };
      const weight = heWeights(kernels * inputs, inputs);
      node({ op: 'conv', name, inputs: [input], attributes }, { weight });
      const norm = neutralNorm(name, name, kernels);
      return hasRelu ? relu(name, norm) : norm;
    },
    linear: (name, input, { inputs, outputs, relu: hasRelu = false }) => {
      const weight = heWeights(inputs * outputs, inputs);
      const attributes = { inputs, outputs };
      const bias = new Float32Array(outputs);
      node({ op: 'linear', name, inputs: [input], attributes }, { weight, bias });
      return hasRelu ? relu(name, name) : name;
    },
    maxPool: (name, input) =>
      node({ op: 'maxPool', name, inputs: [input], attributes: { window: tilingWindow(2) } }),
    averagePool: (name, input) =>
      node({ op: 'averagePool', name, inputs: [input], attributes: {} }),
  };
}

/** Side of CIFAR's images. */
export const cifarSide = 32;
const cifarDatasets: Readonly<Record<number, string>> = { 10: 'cifar10', 100: 'cifar100' };

/**
 * The network of `builder` for square colour images, as never trained. Its name is `name`, with `-cifar100` for 100
 * classes of 32x32 images, or with the side of larger ones, so that reports tell them apart.
 */
export function cifarNetwork(
  name: string,
  builder: NetworkBuilder,
  { classes, seed, width, side }: Record<keyof BuiltinOptions, number>,
): Network {
  const isCifar = side === cifarSide;
  const input: Shape = { height: side, width: side, channels: 3 };
  return {
    name: !isCifar ? `${name}-${side}` : classes === 100 ? `${name}-cifar100` : name,
    dataset: isCifar ? (cifarDatasets[classes] ?? 'none') : 'none',
    input,
    classes,
    nodes: builder.nodes,
    tensors: builder.tensors,
    origin: {
      command: `${name}({ classes: ${classes}, seed: ${seed}, width: ${width}${isCifar ? '' : `, side: ${side}`} })`,
      seed,
      hardware: 'none',
      date: 'not trained',
      testAccuracy: null,
    },
  };
}

/**
 * The options with their defaults.
 * @throws {CimError} (network) naming the option that is not possible
 */
export function builtinOptions(
  name: string,
  { classes = 10, seed = 1, width, side = cifarSide }: BuiltinOptions,
  publishedWidth: number,
): Record<keyof BuiltinOptions, number> {
  const all = { classes, seed, width: width ?? publishedWidth, side };
  const limits = { classes: [1, 65536], seed: [0, 2 ** 32 - 1], width: [1, 1024] } as const;
  for (const option of ['classes', 'seed', 'width'] as const) {
    const [low, high] = limits[option];
    const value = all[option];
    if (!Number.isInteger(value) || value < low || value > high)
      throw new CimError('network', {
        what: `${value} is not possible`,
        where: [name, option],
        todo: `use a whole number from ${low} to ${high}`,
      });
  }
  checkSide(name, side);
  return all;
}

function checkSide(name: string, side: number): void {
  if (side >= cifarSide && side <= 1024 && side % cifarSide === 0) return;
  throw new CimError('network', {
    what: `${side} is not possible`,
    where: [name, 'side'],
    todo: 'use a multiple of 32 from 32 to 1024',
  });
}

// Builds networks layer by layer, with He-initialised weights as training starts from: what the networks of this folder
// have in common.

import { CimError } from '../../core/errors.ts';
import type { Shape } from '../../core/feature-map.ts';
import { gaussians } from '../../core/random.ts';
import { symmetricWindow, tilingWindow } from '../../core/window.ts';
import type { Layer, Residual } from '../layer.ts';
import type { Network } from '../network.ts';

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
  readonly residual?: Residual;
  /** True by default. */
  readonly relu?: boolean;
}

/** Adds layers one after the other; each method gives the layer's name, for the next one to read. */
export interface NetworkBuilder {
  /** Convolution with neutral batch norm (gamma 1, beta 0, mean 0, variance 1). */
  conv(name: string, input: string, sizes: ConvSizes): string;
  /** Fully connected, with a bias of zeros; without ReLU by default. */
  linear(
    name: string,
    input: string,
    sizes: { readonly inputs: number; readonly outputs: number; readonly relu?: boolean },
  ): string;
  /** Over windows of 2x2. */
  maxPool(name: string, input: string): string;
  averagePool(name: string, input: string): string;
  readonly layers: readonly Layer[];
}

/** A {@link NetworkBuilder} without layers yet. Weight layer number n draws from stream n, counted from 1. */
export function networkBuilder(seed: number): NetworkBuilder {
  const layers: Layer[] = [];
  let streams = 0;
  // Normally distributed with variance 2 / inputs, which keeps the size of activations through ReLU layers (K. He, 2015).
  const heWeights = (count: number, inputs: number): Float32Array =>
    gaussians(count, Math.sqrt(2 / inputs), seed, ++streams);
  const add = (layer: Layer): string => {
    layers.push(layer);
    return layer.name;
  };
  return {
    layers,
    conv: (name, input, sizes) => {
      const { channels, kernels, size = 3, stride = 1, relu = true, residual } = sizes;
      const inputs = channels * size * size;
      const layer = {
        kind: 'conv' as const,
        name,
        input,
        channels,
        kernels,
        window: symmetricWindow(size, size, { stride, padding: (size - 1) / 2 }),
        weights: heWeights(kernels * inputs, inputs),
        batchNorm: {
          gamma: new Float32Array(kernels).fill(1),
          beta: new Float32Array(kernels),
          mean: new Float32Array(kernels),
          variance: new Float32Array(kernels).fill(1),
          epsilon: 1e-5,
        },
        relu,
      };
      return add(residual ? { ...layer, residual } : layer);
    },
    linear: (name, input, { inputs, outputs, relu = false }) => {
      const weights = heWeights(inputs * outputs, inputs);
      const bias = new Float32Array(outputs);
      return add({ kind: 'linear', name, input, inputs, outputs, weights, bias, relu });
    },
    maxPool: (name, input) => add({ kind: 'maxPool', name, input, window: tilingWindow(2) }),
    averagePool: (name, input) => add({ kind: 'averagePool', name, input }),
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
    layers: builder.layers,
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

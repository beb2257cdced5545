// The layers a network is made of, with real-valued weights as they come out of training.

import type { Window } from '../core/window.ts';

/** Batch normalisation after a convolution, one value per kernel: y = gamma (x - mean) / sqrt(variance + epsilon) + beta. */
export interface BatchNorm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/** A feature map that is added to the sum of a convolution before its ReLU. */
export interface Residual {
  /** Layer whose output is added. */
  readonly input: string;
  /** Every how many pixels of it are taken, in both directions. Identity shortcuts that halve the map use 2. */
  readonly stride: number;
  /** Its channel 0 is added to this channel; the channels around are not changed. */
  readonly channelOffset: number;
}

/**
 * Integers that a layer was trained with: its weights are whole multiples of `weightScale`, its bias of `weightScale`
 * times the scale of its input. Compression takes these instead of choosing its own.
 */
export interface TrainedScales {
  /** 2 ... 8: weights are -(2^(bits-1) - 1) ... 2^(bits-1) - 1 units. */
  readonly weightBits: number;
  /** Real value of one unit of a weight. */
  readonly weightScale: number;
  /** Its stored output; undefined in the last layer, whose sums are the network's output. */
  readonly output?: OutputScale | undefined;
}

/** How a layer's output is stored. */
export interface OutputScale {
  /** 1 ... 8. */
  readonly bits: number;
  /** Real value of one unit. */
  readonly scale: number;
}

/** Convolution, then batch norm, then the residual addition, then ReLU: whatever of these it has. */
export interface ConvLayer {
  readonly kind: 'conv';
  readonly name: string;
  /** The layer whose output this one reads; `'image'` is the network's input. */
  readonly input: string;
  /** Input channels C. */
  readonly channels: number;
  /** Output channels M. */
  readonly kernels: number;
  /** Kernel height R and width S, and how the kernel moves. Pixels around the input are 0. */
  readonly window: Window;
  /** Order (M, C, R, S), as PyTorch's. */
  readonly weights: Float32Array;
  /** One per kernel. */
  readonly bias?: Float32Array | undefined;
  readonly batchNorm?: BatchNorm | undefined;
  readonly residual?: Residual | undefined;
  readonly relu: boolean;
  readonly scales?: TrainedScales | undefined;
}

/** Fully connected layer over the whole feature map: a convolution whose kernel is as large as the map. */
export interface LinearLayer {
  readonly kind: 'linear';
  readonly name: string;
  readonly input: string;
  /** Inputs: height x width x channels of the feature map. */
  readonly inputs: number;
  readonly outputs: number;
  /** Order (output, channel, y, x), as PyTorch's after flattening an (N, C, H, W) tensor. */
  readonly weights: Float32Array;
  readonly bias?: Float32Array | undefined;
  readonly relu: boolean;
  readonly scales?: TrainedScales | undefined;
}

/** Maximum over windows; padding is never the maximum. */
export interface MaxPoolLayer {
  readonly kind: 'maxPool';
  readonly name: string;
  readonly input: string;
  readonly window: Window;
}

/** Mean over windows. */
export interface AveragePoolLayer {
  readonly kind: 'averagePool';
  readonly name: string;
  readonly input: string;
  /** Undefined: the whole feature map, so that one pixel comes out. */
  readonly window?: Window | undefined;
  /** Whether padding counts as pixels of value 0; false by default, which divides by the pixels inside the map. */
  readonly countIncludePad?: boolean | undefined;
}

/** A layer of a network. */
export type Layer = ConvLayer | LinearLayer | MaxPoolLayer | AveragePoolLayer;

/** The layers that have weights, and so run in the macros. */
export type WeightLayer = ConvLayer | LinearLayer;

/** Is this a layer with weights? */
export const hasWeights = (layer: Layer): layer is WeightLayer =>
  layer.kind === 'conv' || layer.kind === 'linear';

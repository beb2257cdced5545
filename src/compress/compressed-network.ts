// The integer network: what macros multiply and what the digital part does with their sums. It fits any chip: how weights
// fall into groups, and which groups are stored, is for mapping to say.

import type { Shape } from '../core/feature-map.ts';
import type { ImageBorder } from '../core/image-border.ts';
import type { FixedScale } from '../core/integer.ts';
import { type Window, wholeMap } from '../core/window.ts';
import type { AveragePoolLayer, MaxPoolLayer } from '../network/fused-network.ts';
import { type KernelGeometry, ownWeights } from './weight-group.ts';

/**
 * Scales by kernel, instead of those of the layer: four numbers for each, multiplier and shift of its sums, multiplier and
 * shift of what is added to them (0 where nothing is).
 */
export type KernelScales = Int32Array;

/** The codes that a layer stores, where training settled them. */
export interface StoredCodes {
  /** Lowest and highest, 0 ... 2^bits - 1. */
  readonly low: number;
  readonly high: number;
  /** The code that stands for 0; it is added to the rounded sum. */
  readonly zero: number;
}

/** What becomes of a layer's sums before they are stored as activations. */
export interface Requantize {
  readonly scale: FixedScale;
  /** Bits of the stored activations. */
  readonly outputBits: number;
  /**
   * False after ReLU: results are 0 ... 2^bits - 1. True for a layer without ReLU, which only a residual addition may
   * read: -2^(bits-1) ... 2^(bits-1) - 1, stored in two's complement.
   */
  readonly signed: boolean;
  /**
   * Of a layer with another activation than ReLU, 256 entries: `scale` makes codes of -128 ... 127 of the sums, and what is
   * stored for code c is entry c + 128.
   */
  readonly table?: Uint8Array | undefined;
  /** Where each kernel has a scale of its own. */
  readonly kernels?: KernelScales | undefined;
  /** Instead of the range that `outputBits` and `signed` give. Not with a table. */
  readonly codes?: StoredCodes | undefined;
  /**
   * Bits behind the point with which a stored map is added: sums are taken times 2^fraction first, and scales are for that. 0 by
   * default; 8 where multipliers have 16 bits.
   */
  readonly fraction?: number | undefined;
}

/** A stored feature map that is added to a layer's sums. */
export interface IntegerResidual {
  readonly input: string;
  readonly stride: number;
  readonly channelOffset: number;
  /** From the units of the stored map to those of the sums, times 2^fraction. */
  readonly scale: FixedScale;
  readonly signed: boolean;
  /** The code of the stored map that stands for 0, which is taken off before it is scaled; 0 by default. */
  readonly zero?: number | undefined;
}

/** A convolution or linear layer in integers. Sums are `bias + sum of weight * activation`. */
export interface MacroLayer {
  readonly kind: 'conv' | 'linear';
  readonly name: string;
  readonly input: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly geometry: KernelGeometry;
  /** 2 ... 8, two's complement, symmetric: -(2^(bits-1) - 1) ... 2^(bits-1) - 1. */
  readonly weightBits: number;
  readonly inputBits: number;
  /** What word lines drive whose pixel lies outside the map: the code that stands for 0. 0 by default. */
  readonly padCode?: number | undefined;
  /** Order (M, C, R, S). */
  readonly weights: Int8Array;
  /** One per kernel, in units of the sums. */
  readonly bias: Int32Array;
  readonly residual: IntegerResidual | undefined;
  /** Undefined in the last layer: its sums are the network's output. */
  readonly requantize: Requantize | undefined;
  /** Real value of one unit of a weight and of an input activation. */
  readonly weightScale: number;
  readonly inputScale: number;
}

/** Pooling on stored activations, which are not negative; the mean is rounded to the nearest integer, halves up. */
export interface PoolLayer {
  readonly kind: 'maxPool' | 'averagePool';
  readonly name: string;
  readonly input: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly window: Window;
  /** Of an averagePool: whether padding counts as pixels of value 0. */
  readonly countIncludePad: boolean;
}

/** Window of a pool over maps of `input`, with what a {@link PoolLayer} has besides its place in the network. */
export const poolWindow = (
  pool: MaxPoolLayer | AveragePoolLayer,
  input: Shape,
): Pick<PoolLayer, 'kind' | 'window' | 'countIncludePad'> => ({
  kind: pool.kind,
  window: pool.window ?? wholeMap(input),
  countIncludePad: pool.kind === 'averagePool' && pool.countIncludePad === true,
});

/** A layer in integers. */
export type CompressedLayer = MacroLayer | PoolLayer;

/** A network in integers. */
export interface CompressedNetwork {
  readonly name: string;
  /** The image as it is stored, with its border where it has one. */
  readonly input: Shape;
  /** What is put around each image. */
  readonly border?: ImageBorder | undefined;
  readonly classes: number;
  readonly weightBits: number;
  readonly activationBits: number;
  /** How pixels become the codes of the image, where training settled that: code by pixel 0 ... 255, for each channel. */
  readonly imageTable?: Uint8Array | undefined;
  readonly layers: readonly CompressedLayer[];
}

/** Is this a layer that runs in the macros? */
export const isMacroLayer = (layer: CompressedLayer): layer is MacroLayer =>
  layer.kind === 'conv' || layer.kind === 'linear';

/** Multiply-accumulates of a layer for one image, counting every weight, also zeros. */
export const macsOf = (layer: MacroLayer): number =>
  ownWeights(layer.geometry) * layer.outputShape.height * layer.outputShape.width;

// A network as the chip runs it: layers, each with everything that is fused into it. A pass makes it from the graph;
// compression and training work on it.

import { CimError } from '../core/errors.ts';
import { type Shape, shapeText } from '../core/feature-map.ts';
import type { ImageBorder } from '../core/image-border.ts';
import { foldGraph, type Reader } from './fold.ts';
import { imageName, operatorOf, type OperatorName } from './graph.ts';
import type { NetworkFacts, TrainedScales } from './network.ts';
import type { AveragePoolAttributes } from './ops/average-pool.ts';
import type { ConvAttributes } from './ops/conv-attributes.ts';
import type { LinearAttributes } from './ops/linear.ts';
import type { MaxPoolAttributes } from './ops/max-pool.ts';
import type { QuantizeAttributes } from './ops/quantize.ts';

/** Batch normalisation after a convolution, one value per kernel: y = gamma (x - mean) / sqrt(variance + epsilon) + beta. */
export interface BatchNorm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/** A feature map that is added to the sum of a convolution before its activation. */
export interface Residual {
  /** Layer whose output is added. */
  readonly input: string;
  /** Every how many pixels of it are taken, in both directions. Identity shortcuts that halve the map use 2. */
  readonly stride: number;
  /** Its channel 0 is added to this channel; the channels around are not changed. */
  readonly channelOffset: number;
}

/** An activation other than ReLU: an operator that changes each value on its own. */
export interface Activation {
  readonly op: OperatorName;
  readonly attributes: unknown;
}

/** What all layers have. */
interface LayerPlace {
  readonly name: string;
  /** The layer whose output this one reads; `'image'` is the network's input. */
  readonly input: string;
}

/** Some kernels of a layer that follow each other. */
export interface KernelRange {
  readonly first: number;
  readonly count: number;
}

/** A convolution without its arrays. */
export interface ConvTopology extends LayerPlace, ConvAttributes {
  readonly kind: 'conv';
  /** Where only these kernels have weights; the others pass on what is added to them. All by default. */
  readonly ownKernels?: KernelRange | undefined;
  readonly residual?: Residual | undefined;
}

/** A linear layer without its arrays. */
export interface LinearTopology extends LayerPlace, LinearAttributes {
  readonly kind: 'linear';
}

/** What follows the sums of a layer, and its arrays. */
interface WeightParts {
  /** Order as in the operators `conv` and `linear`. */
  readonly weights: Float32Array;
  /** One per kernel. */
  readonly bias?: Float32Array | undefined;
  readonly relu: boolean;
  /** Of a ReLU that goes no further than this value, as ReLU6. */
  readonly ceiling?: number | undefined;
  /** Instead of ReLU. */
  readonly activation?: Activation | undefined;
  /** The whole numbers that its output is stored as, where training settled them. */
  readonly quantize?: QuantizeAttributes | undefined;
  readonly scales?: TrainedScales | undefined;
}

/** Convolution, then batch norm, then the residual addition, then ReLU or another activation: whatever of these it has. */
export interface ConvLayer extends ConvTopology, WeightParts {
  readonly batchNorm?: BatchNorm | undefined;
}

/** Fully connected layer over the whole feature map: a convolution whose kernel is as large as the map. */
export interface LinearLayer extends LinearTopology, WeightParts {}

/** Maximum over windows; padding is never the maximum. */
export interface MaxPoolLayer extends LayerPlace, MaxPoolAttributes {
  readonly kind: 'maxPool';
}

/** Mean over windows. */
export interface AveragePoolLayer extends LayerPlace, AveragePoolAttributes {
  readonly kind: 'averagePool';
}

/** A layer without its arrays, and without what it does to its sums. */
export type LayerTopology = ConvTopology | LinearTopology | MaxPoolLayer | AveragePoolLayer;

/** The layers that have weights, and so run in the macros. */
export type WeightLayer = ConvLayer | LinearLayer;

/** A layer of a fused network. */
export type Layer = WeightLayer | MaxPoolLayer | AveragePoolLayer;

/** What an image is turned into before any layer, where training settled its codes: per channel, then in whole numbers. */
export interface ImageCodes extends QuantizeAttributes {
  /** A pixel that means `value` counts as `value * factor + shift`; one of each per channel. */
  readonly factor: Float32Array;
  readonly shift: Float32Array;
}

/** A network whose layers are fused, in the order they run. */
export interface FusedNetwork extends NetworkFacts {
  /** What is put around each image, whose shape `input` includes it then. */
  readonly border?: ImageBorder | undefined;
  readonly layers: readonly Layer[];
  readonly imageCodes?: ImageCodes | undefined;
}

/** A {@link FusedNetwork} without its arrays. */
export interface FusedTopology<L extends LayerTopology = LayerTopology> {
  readonly name: string;
  readonly input: Shape;
  readonly layers: readonly L[];
}

/** Is this a layer with weights? */
export const hasWeights = (layer: Layer): layer is WeightLayer =>
  layer.kind === 'conv' || layer.kind === 'linear';

/** A layer of any form, as far as folds need to know it; it may have a `residual` with an `input` of its own. */
interface ReadingLayer {
  readonly name: string;
  readonly input: string;
}

/** A layer as a node of a graph: it reads its input, then the map that it adds. */
export interface LayerNode<L> extends Reader {
  readonly layer: L;
}

/** Layers as the nodes of a graph. */
export const layerNodes = <L extends ReadingLayer>(layers: readonly L[]): readonly LayerNode<L>[] =>
  layers.map((layer) => {
    const { name, input, residual }: ReadingLayer & Partial<Pick<ConvLayer, 'residual'>> = layer;
    return { name, inputs: residual ? [input, residual.input] : [input], layer };
  });

/** {@link foldGraph} over layers: `visit` gets the value of a layer's input, and of the map that it adds. */
export const foldLayers = <L extends ReadingLayer, T>(
  network: { readonly name: string; readonly layers: readonly L[] },
  image: T,
  visit: (layer: L, input: T, added: T | undefined, index: number) => T,
  release?: (value: T) => void,
): ReadonlyMap<string, T> =>
  foldGraph<LayerNode<L>, T>(
    { name: network.name, nodes: layerNodes(network.layers) },
    new Map([[imageName, image]]),
    ({ layer }, inputs, index) => visit(layer, inputs[0] as T, inputs[1], index),
    release,
  );

/**
 * The shape of every layer's output, by layer name; the input under `'image'`.
 * @throws {CimError} (network) naming the layer whose input does not exist, or does not have the shape it needs
 */
export const layerShapes = (network: FusedTopology): ReadonlyMap<string, Shape> =>
  foldLayers(network, network.input, (layer, input, added) => {
    const where = [network.name, layer.name];
    const output = operatorOf(layer.kind).shape(layer, [input], where);
    if (added && layer.kind === 'conv' && layer.residual)
      checkResidual(layer.residual, added, output, where);
    return output;
  });

function checkResidual(
  { input, stride, channelOffset }: Residual,
  added: Shape,
  output: Shape,
  where: readonly string[],
): void {
  const fits =
    Math.ceil(added.height / stride) === output.height &&
    Math.ceil(added.width / stride) === output.width &&
    channelOffset >= 0 &&
    channelOffset + added.channels <= output.channels;
  if (!fits)
    throw new CimError('network', {
      what: `adds ${input} of ${shapeText(added)} at stride ${stride} to ${shapeText(output)}`,
      where,
    });
}

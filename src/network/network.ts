// A network: layers in the order they run, each reading the output of one before it.

import { CimError } from '../core/errors.ts';
import { type Shape, shapeText } from '../core/feature-map.ts';
import { firstNotFinite } from '../core/finite.ts';
import { outputSize, poolFault, positionsOf, wholeMap, windowFault } from '../core/window.ts';
import {
  type ConvLayer,
  hasWeights,
  type Layer,
  type LinearLayer,
  type TrainedScales,
} from './layer.ts';

/** Who made the weights and how: shown in reports. */
export interface Origin {
  /** The command that made the weights. */
  readonly command: string;
  readonly seed: number;
  /** Hardware it ran on. */
  readonly hardware: string;
  /** Day, as `2026-11-24`. */
  readonly date: string;
  /** Share of the test images classified rightly, in real arithmetic; null for weights that were never trained. */
  readonly testAccuracy: number | null;
  /** Share of its weight groups that training made zero: what `mars run` prunes by default. 0 where it is missing. */
  readonly prunedGroups?: number | undefined;
}

/** Bits that a network was trained for. */
export interface Precision {
  /** Of its weights, 2 ... 8; single layers may have others. */
  readonly weightBits: number;
  /** Of the image and of stored activations, 1 ... 8; single layers may have others. */
  readonly activationBits: number;
}

/** A trained CNN with real-valued weights. Its input is an 8-bit image; pixel p means p / 255. */
export interface Network {
  readonly name: string;
  /** Data set that it was trained on. */
  readonly dataset: string;
  readonly input: Shape;
  /** Number of classes: the outputs of the last layer. */
  readonly classes: number;
  readonly layers: readonly Layer[];
  /** Set when it was trained with quantization: then its layers have `scales`. */
  readonly precision?: Precision | undefined;
  readonly origin: Origin;
}

/** Name by which layers read the network's input. */
export const imageName = 'image';

/**
 * The shape of every layer's output, by layer name; the input under `'image'`.
 * @throws {CimError} (network) naming the layer whose input does not exist, or does not have the shape it needs
 */
export function layerShapes(network: Network): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([[imageName, network.input]]);
  for (const layer of network.layers) {
    const where = [network.name, layer.name];
    if (shapes.has(layer.name))
      throw new CimError('network', {
        what: 'two layers have this name',
        where,
        todo: 'give each layer its own',
      });
    const input = shapes.get(layer.input);
    if (!input)
      throw new CimError('network', {
        what: `reads "${layer.input}", which no earlier layer makes`,
        where,
      });
    const output = outputShape(layer, input, where);
    if (layer.kind === 'conv' && layer.residual) checkResidual(layer, shapes, output, where);
    shapes.set(layer.name, output);
  }
  return shapes;
}

/** Multiply-accumulates of one image, over all layers with weights. */
export function networkMacs(network: Network): number {
  const shapes = layerShapes(network);
  return network.layers.filter(hasWeights).reduce((sum, layer) => {
    const { height, width } = shapes.get(layer.name) ?? { height: 0, width: 0 };
    return sum + layer.weights.length * height * width;
  }, 0);
}

/**
 * Checks that shapes fit, that every weight array has its length and only finite values, and that the last layer
 * gives one pixel with a value per class.
 * @throws {CimError} (network) naming the layer and what is wrong with it
 */
export function checkNetwork(network: Network): void {
  const last = network.layers.at(-1);
  if (!last) throw new CimError('network', { what: 'has no layers', where: network.name });
  const shapes = layerShapes(network);
  for (const layer of network.layers)
    if (hasWeights(layer)) checkWeights(layer, [network.name, layer.name]);
  const output = shapes.get(last.name);
  if (!output || output.height * output.width !== 1 || output.channels !== network.classes)
    throw new CimError('network', {
      what: `its last layer gives ${output ? shapeText(output) : 'nothing'}, not 1x1x${network.classes} for ${network.classes} classes`,
      where: [network.name, last.name],
    });
}

function outputShape(layer: Layer, input: Shape, where: readonly string[]): Shape {
  switch (layer.kind) {
    case 'conv':
      return convShape(layer, input, where);
    case 'linear':
      if (input.height * input.width * input.channels !== layer.inputs)
        throw new CimError('network', {
          what: `wants ${layer.inputs} inputs, gets ${shapeText(input)}`,
          where,
        });
      return { height: 1, width: 1, channels: layer.outputs };
    case 'maxPool':
    case 'averagePool': {
      const { window = wholeMap(input) } = layer;
      refuseFault(poolFault(window, input), where);
      return { ...outputSize(window, input), channels: input.channels };
    }
  }
}

function refuseFault(what: string | undefined, where: readonly string[]): void {
  if (what !== undefined) throw new CimError('network', { what, where });
}

function convShape(layer: ConvLayer, input: Shape, where: readonly string[]): Shape {
  const { channels, kernels, window } = layer;
  if (input.channels !== channels)
    throw new CimError('network', {
      what: `wants ${channels} channels, gets ${shapeText(input)}`,
      where,
    });
  refuseFault(windowFault(window, input), where);
  return { ...outputSize(window, input), channels: kernels };
}

function checkResidual(
  layer: ConvLayer,
  shapes: ReadonlyMap<string, Shape>,
  output: Shape,
  where: readonly string[],
): void {
  const residual = layer.residual;
  const added = residual && shapes.get(residual.input);
  if (!residual || !added)
    throw new CimError('network', {
      what: `adds "${residual?.input}", which no earlier layer makes`,
      where,
    });
  const fits =
    Math.ceil(added.height / residual.stride) === output.height &&
    Math.ceil(added.width / residual.stride) === output.width &&
    residual.channelOffset >= 0 &&
    residual.channelOffset + added.channels <= output.channels;
  if (!fits)
    throw new CimError('network', {
      what: `adds ${residual.input} of ${shapeText(added)} at stride ${residual.stride} to ${shapeText(output)}`,
      where,
    });
}

function checkWeights(layer: ConvLayer | LinearLayer, where: readonly string[]): void {
  const isConv = layer.kind === 'conv';
  const kernels = isConv ? layer.kernels : layer.outputs;
  const perKernel = isConv ? layer.channels * positionsOf(layer.window) : layer.inputs;
  checkValues('weights', layer.weights, kernels * perKernel, where);
  if (layer.bias) checkValues('bias', layer.bias, kernels, where);
  if (layer.scales) checkScales(layer.scales, where);
  const norm = isConv ? layer.batchNorm : undefined;
  if (!norm) return;
  for (const part of ['gamma', 'beta', 'mean', 'variance'] as const)
    checkValues(`batch-norm ${part}`, norm[part], kernels, where);
  const negative = norm.variance.findIndex((value) => value + norm.epsilon <= 0);
  if (negative >= 0)
    throw new CimError('network', {
      what: `batch-norm variance[${negative}] is ${norm.variance[negative]}`,
      where,
    });
}

function checkScales({ weightScale, output }: TrainedScales, where: readonly string[]): void {
  for (const scale of [weightScale, output?.scale ?? 1])
    if (!(scale > 0 && scale < Infinity))
      throw new CimError('network', { what: `was trained with a scale of ${scale}`, where });
}

function checkValues(
  name: string,
  array: Float32Array,
  length: number,
  where: readonly string[],
): void {
  if (array.length !== length)
    throw new CimError('network', { what: `has ${array.length} ${name}, needs ${length}`, where });
  const bad = firstNotFinite(array);
  if (bad >= 0) throw new CimError('network', { what: `${name}[${bad}] is ${array[bad]}`, where });
}

// A network in the integers of the chip, as a graph that can be trained: the same sums and activations as
// integerForward, held in 32-bit floats, with straight-through gradients.
//
// A product of sum and requantizer scale is exact in 32-bit floats as long as the scale's shift is at most 23 less the
// activation bits; beyond, one activation in about 2^17 may come out one unit off. What is exported and measured after
// training does not depend on that.

import { highestCode } from '../compress/scales.ts';
import { assert } from '../core/errors.ts';
import { hasWeights, type Layer, type WeightLayer } from '../network/layer.ts';
import { imageName, type Network } from '../network/network.ts';
import { reshape } from './arithmetic.ts';
import type { Tape } from './gradients.ts';
import type { Value } from './graph.ts';
import { maxPool } from './operators/activation.ts';
import { addBias, linear } from './operators/classifier.ts';
import { convolve } from './operators/convolution.ts';
import {
  addStored,
  averageStored,
  quantizeBias,
  quantizeWeights,
  requantize,
  scaled,
  type WeightForm,
} from './operators/quantize.ts';

/** Bits of a layer in training. */
export interface QuantizedLayer {
  readonly weightBits: number;
  readonly outputBits: number;
}

/** What {@link quantizedForward} needs besides the network's topology. */
export interface QuantizedForwardOptions {
  /** The images, (N, C, H, W), as integers. */
  readonly images: Value;
  /** The tensor of an array, by the names of `parametersOf`. */
  readonly parameter: (name: string) => Value;
  /** The tensor, shape (), of a number that follows from the scales, by the names of `scaleInputs`. */
  readonly scale: (name: string) => Value;
  readonly bits: (layer: WeightLayer) => QuantizedLayer;
  readonly form: WeightForm;
}

/** The main tensors of a forward pass in integers. */
export interface QuantizedForward {
  /** (N, classes), real values. */
  readonly logits: Value;
  /** (N, classes), integers: the chip's output. */
  readonly sums: Value;
}

/** Names of the numbers of a layer that the graph takes; see `LearnedScales.inputs`. */
export type ScaleInput =
  | 'weightScale'
  | 'sumScale'
  | 'outputScale'
  | 'requantizeFactor'
  | 'residualFactor';

/** The names, `<layer>.<input>`, of all numbers that a network's graph takes. */
export function scaleInputs(network: Network): readonly string[] {
  const last = network.layers.at(-1);
  return network.layers.filter(hasWeights).flatMap((layer) => {
    const inputs: ScaleInput[] = ['weightScale', 'sumScale'];
    if (layer !== last) inputs.push('outputScale', 'requantizeFactor');
    if (layer.kind === 'conv' && layer.residual) inputs.push('residualFactor');
    return inputs.map((input) => `${layer.name}.${input}`);
  });
}

/** Adds the nodes of a forward pass of `network`, whose batch norms are fused. */
export function quantizedForward(
  tape: Tape,
  network: Network,
  options: QuantizedForwardOptions,
): QuantizedForward {
  const maps = new Map<string, Value>([[imageName, options.images]]);
  const last = network.layers.at(-1);
  assert(last !== undefined && hasWeights(last), 'the last layer has weights');
  let sums = options.images;
  for (const layer of network.layers) {
    if (!hasWeights(layer)) {
      maps.set(layer.name, pool(tape, layer, mapOf(maps, layer.input)));
      continue;
    }
    sums = layerSums(tape, layer, maps, options);
    if (layer !== last) maps.set(layer.name, stored(tape, layer, sums, options));
  }
  const shape = [sums.shape[0] ?? 1, network.classes];
  const logits = scaled(tape, sums, options.scale(`${last.name}.sumScale`));
  return { logits, sums: reshape(tape.graph, sums, shape) };
}

function mapOf(maps: ReadonlyMap<string, Value>, name: string): Value {
  const map = maps.get(name);
  assert(map !== undefined, `map ${name}`);
  return map;
}

const pool = (tape: Tape, layer: Exclude<Layer, WeightLayer>, input: Value): Value =>
  layer.kind === 'maxPool' ? maxPool(tape, input, layer.size) : averageStored(tape, input);

function layerSums(
  tape: Tape,
  layer: WeightLayer,
  maps: ReadonlyMap<string, Value>,
  options: QuantizedForwardOptions,
): Value {
  const { weights, bias } = quantizedArrays(tape, layer, options);
  const input = mapOf(maps, layer.input);
  if (layer.kind === 'linear') {
    const product = linear(tape, input, weights);
    return bias ? addBias(tape, product, bias) : product;
  }
  const sums = convolve(tape, { input, weights, bias }, layer);
  if (!layer.residual) return sums;
  const factor = options.scale(`${layer.name}.residualFactor`);
  return addStored(tape, sums, mapOf(maps, layer.residual.input), { ...layer.residual, factor });
}

/** The integers of a layer's weights and bias. */
export function quantizedArrays(
  tape: Tape,
  layer: WeightLayer,
  { parameter, scale, bits, form }: Omit<QuantizedForwardOptions, 'images'>,
): { readonly weights: Value; readonly bias: Value | undefined } {
  const highest = 2 ** (bits(layer).weightBits - 1) - 1;
  const weights = quantizeWeights(tape, parameter(`${layer.name}.weight`), {
    scale: scale(`${layer.name}.weightScale`),
    highest,
    form,
  });
  if (!layer.bias) return { weights, bias: undefined };
  const unit = scale(`${layer.name}.sumScale`);
  return { weights, bias: quantizeBias(tape, parameter(`${layer.name}.bias`), unit) };
}

function stored(
  tape: Tape,
  layer: WeightLayer,
  sums: Value,
  { scale, bits }: QuantizedForwardOptions,
): Value {
  const { outputBits } = bits(layer);
  return requantize(tape, sums, {
    factor: scale(`${layer.name}.requantizeFactor`),
    scale: scale(`${layer.name}.outputScale`),
    low: layer.relu ? 0 : -(2 ** (outputBits - 1)),
    high: layer.relu ? highestCode(layer, outputBits) : 2 ** (outputBits - 1) - 1,
  });
}

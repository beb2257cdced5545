// A network in the integers of the chip, as a graph that can be trained: the same sums and activations as
// integerForward, held in 32-bit floats, with straight-through gradients.
//
// A product of sum and requantizer scale is exact in 32-bit floats as long as the scale's shift is at most 23 less the
// activation bits; beyond, one activation in about 2^17 may come out one unit off. What is exported and measured after
// training does not depend on that.

import { geometriesOf } from '../../compress/prune-groups.ts';
import { highestCode } from '../../compress/scales.ts';
import type { GroupShape, KernelGeometry } from '../../compress/weight-group.ts';
import { assert } from '../../core/errors.ts';
import {
  foldLayers,
  type FusedNetwork,
  hasWeights,
  type Layer,
  type WeightLayer,
} from '../../network/fused-network.ts';
import { add, reshape, toFloat } from '../autodiff/arithmetic.ts';
import type { Tape } from '../autodiff/gradients.ts';
import type { Value } from '../autodiff/graph.ts';
import { maxPool } from '../operators/activation.ts';
import { addBias, linear } from '../operators/classifier.ts';
import { columnSums, type ColumnReadout } from '../operators/column-codes.ts';
import type { NoiseDraws } from '../operators/column-noise.ts';
import { convolve } from '../operators/convolution.ts';
import {
  addStored,
  averageStored,
  quantizeBias,
  quantizeWeights,
  requantize,
  scaled,
  type WeightForm,
} from '../operators/quantize.ts';

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
  /** Sums as the macros give them, through the ADC; undefined: exact ones. */
  readonly columns?: ColumnsOfNetwork | undefined;
}

/** How the macros read the columns of a network. */
export interface ColumnsOfNetwork {
  readonly readout: ColumnReadout;
  readonly shape: GroupShape;
  /** Bits of a pixel of the image. */
  readonly imageBits: number;
  /** Where the noise of the readout comes from; undefined: none. */
  readonly draws?: NoiseDraws | undefined;
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
export function scaleInputs(network: FusedNetwork): readonly string[] {
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
  network: FusedNetwork,
  options: QuantizedForwardOptions,
): QuantizedForward {
  const last = network.layers.at(-1);
  assert(last !== undefined && hasWeights(last), 'the last layer has weights');
  const geometries = geometriesOf(network);
  const image = { value: options.images, bits: options.columns?.imageBits ?? 0 };
  const maps = foldLayers<Layer, StoredMap>(network, image, (layer, input, added, index) => {
    if (!hasWeights(layer)) return { ...input, value: pool(tape, layer, input.value) };
    const inputs = { input, added: added?.value, geometry: geometries[index] };
    const sums = layerSums(tape, layer, inputs, options);
    const value = layer === last ? sums : stored(tape, layer, sums, options);
    return { value, bits: options.bits(layer).outputBits };
  });
  const sums = maps.get(last.name)?.value;
  assert(sums !== undefined, `sums of ${last.name}`);
  const shape = [sums.shape[0] ?? 1, network.classes];
  const logits = scaled(tape, sums, options.scale(`${last.name}.sumScale`));
  return { logits, sums: reshape(tape.graph, sums, shape) };
}

/** Stored activations, or the sums of the last layer. */
interface StoredMap {
  readonly value: Value;
  readonly bits: number;
}

const pool = (tape: Tape, layer: Exclude<Layer, WeightLayer>, input: Value): Value =>
  layer.kind === 'maxPool' ? maxPool(tape, input, layer.window) : averageStored(tape, input, layer);

/** What the sums of a layer are made from, besides its arrays. */
interface LayerInputs {
  readonly input: StoredMap;
  /** Map of the residual, where it has one. */
  readonly added: Value | undefined;
  readonly geometry: KernelGeometry | undefined;
}

function layerSums(
  tape: Tape,
  layer: WeightLayer,
  inputs: LayerInputs,
  options: QuantizedForwardOptions,
): Value {
  const arrays = quantizedArrays(tape, layer, options);
  const exact = exactSums(tape, layer, inputs.input.value, arrays);
  const sums = options.columns ? readSums(tape, exact, { layer, inputs, arrays, options }) : exact;
  const { added } = inputs;
  if (layer.kind === 'linear' || !layer.residual || !added) return sums;
  const factor = options.scale(`${layer.name}.residualFactor`);
  return addStored(tape, sums, added, { ...layer.residual, factor });
}

/** Weights and perhaps a bias, in integers. */
interface IntegerArrays {
  readonly weights: Value;
  readonly bias: Value | undefined;
}

function exactSums(
  tape: Tape,
  layer: WeightLayer,
  input: Value,
  { weights, bias }: IntegerArrays,
): Value {
  if (layer.kind === 'conv') return convolve(tape, { input, weights, bias }, layer.window);
  const product = linear(tape, input, weights);
  return bias ? addBias(tape, product, bias) : product;
}

/** The sums that the chip reads instead of the exact ones, whose gradients they have. */
function readSums(
  tape: Tape,
  exact: Value,
  {
    layer,
    inputs: { input, geometry },
    arrays: { weights, bias },
    options: { columns, bits },
  }: {
    readonly layer: WeightLayer;
    readonly inputs: LayerInputs;
    readonly arrays: IntegerArrays;
    readonly options: QuantizedForwardOptions;
  },
): Value {
  const { graph } = tape;
  assert(columns !== undefined && geometry !== undefined, `columns of ${layer.name}`);
  const { readout, shape, draws } = columns;
  const { weightBits } = bits(layer);
  const columnLayer = { geometry, shape, inputBits: input.bits, weightBits, readout, draws };
  const read = toFloat(graph, columnSums(graph, input.value, weights, columnLayer));
  const shaped = reshape(graph, read, exact.shape);
  const biasShape = exact.shape.map((size, axis) => (axis === 1 ? size : 1));
  const sums = bias ? add(graph, shaped, reshape(graph, bias, biasShape)) : shaped;
  return tape.record(sums, [exact], [(gradient) => gradient]);
}

/** The integers of a layer's weights and bias. */
export function quantizedArrays(
  tape: Tape,
  layer: WeightLayer,
  { parameter, scale, bits, form }: Omit<QuantizedForwardOptions, 'images'>,
): IntegerArrays {
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

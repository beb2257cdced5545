// A network as a graph: from images to logits.

import { assert, CimError } from '../../core/errors.ts';
import {
  type ConvLayer,
  foldLayers,
  type FusedNetwork,
  hasWeights,
  type Layer,
  type LinearLayer,
} from '../../network/fused-network.ts';
import { imageName } from '../../network/graph.ts';
import type { Tape } from '../autodiff/gradients.ts';
import type { Value } from '../autodiff/graph.ts';
import { averagePool, maxPool, relu } from '../operators/activation.ts';
import { batchNorm, type Normalized, normalize } from '../operators/batch-norm.ts';
import { addBias, linear } from '../operators/classifier.ts';
import { convolution } from '../operators/convolution.ts';
import { addResidual } from '../operators/residual.ts';

/** What {@link forward} needs besides the network's topology. */
export interface ForwardOptions {
  /** The images, (N, C, H, W), pixel / 255. */
  readonly images: Value;
  /** The tensor of an array, by the names of `parametersOf`. */
  readonly parameter: (name: string) => Value;
  /** Statistics of batch norm: those of the batch while training, the averaged ones of the network afterwards. */
  readonly statistics: 'batch' | 'averaged';
}

/**
 * Refuses layers that have no graph: those with another activation than ReLU, convolutions of several groups, joined maps.
 * @throws {CimError} (network) naming the first of them
 */
export function checkActivations({ name, layers }: FusedNetwork): void {
  for (const layer of layers) {
    if (!hasWeights(layer) || isTrainable(layer)) continue;
    const { activation, ceiling, quantize } = layer;
    const where = [name, layer.name];
    if (quantize)
      throw new CimError('network', {
        what: 'training does not know codes that were settled before',
        where,
        todo: 'train the network in real arithmetic that it was made from',
      });
    if (activation || ceiling !== undefined)
      throw new CimError('network', {
        what: `training does not know ${activation?.op ?? 'clip'}, only ReLU`,
        where,
        todo: 'train it elsewhere, or use ReLU there',
      });
    const isJoined = layer.kind === 'conv' && layer.ownKernels !== undefined;
    throw new CimError('network', {
      what: `training does not know ${isJoined ? 'joined maps' : 'convolutions of several groups'}`,
      where,
      todo: 'train it elsewhere',
    });
  }
}

/** Whether a layer has a graph. */
export const isTrainable = (layer: Layer): boolean =>
  !hasWeights(layer) ||
  (!layer.activation &&
    !layer.quantize &&
    layer.ceiling === undefined &&
    !(layer.kind === 'conv' && ((layer.groups ?? 1) > 1 || layer.ownKernels)));

/** The main tensors of a forward pass. */
export interface Forward {
  /** (N, classes). */
  readonly logits: Value;
  /** Batch statistics by layer name; empty with averaged statistics. */
  readonly normalized: ReadonlyMap<string, Normalized>;
  /** Output of each layer, by name. */
  readonly outputs: ReadonlyMap<string, Value>;
}

/**
 * Adds the nodes of a forward pass.
 * @throws {CimError} (network) as {@link checkActivations}
 */
export function forward(tape: Tape, network: FusedNetwork, options: ForwardOptions): Forward {
  checkActivations(network);
  const normalized = new Map<string, Normalized>();
  const outputs = foldLayers<Layer, Value>(network, options.images, (layer, input, added) =>
    addLayer(tape, layer, { input, added }, { ...options, normalized }),
  );
  const logits = outputs.get(network.layers.at(-1)?.name ?? imageName);
  assert(logits !== undefined, 'a network has layers');
  return { logits, normalized, outputs };
}

interface LayerOptions extends ForwardOptions {
  readonly normalized: Map<string, Normalized>;
}

/** What a layer reads. */
interface LayerInputs {
  readonly input: Value;
  /** Map of the residual, where it has one. */
  readonly added: Value | undefined;
}

function addLayer(tape: Tape, layer: Layer, inputs: LayerInputs, options: LayerOptions): Value {
  switch (layer.kind) {
    case 'conv':
    case 'linear':
      return addWeights(tape, layer, inputs, options);
    case 'maxPool':
      return maxPool(tape, inputs.input, layer.window);
    case 'averagePool':
      return averagePool(tape, inputs.input, layer);
  }
}

function addWeights(
  tape: Tape,
  layer: ConvLayer | LinearLayer,
  { input, added }: LayerInputs,
  options: LayerOptions,
): Value {
  const part = (name: string): Value => options.parameter(`${layer.name}.${name}`);
  const weights = part('weight');
  let output =
    layer.kind === 'conv'
      ? convolution(tape, input, weights, layer.window)
      : linear(tape, input, weights);
  if (layer.bias) output = addBias(tape, output, part('bias'));
  if (layer.kind === 'conv') {
    output = addNorm(tape, layer, output, options);
    if (layer.residual && added) output = addResidual(tape, output, added, layer.residual);
  }
  return layer.relu ? relu(tape, output) : output;
}

function addNorm(tape: Tape, layer: ConvLayer, input: Value, options: LayerOptions): Value {
  if (!layer.batchNorm) return input;
  const part = (name: string): Value => options.parameter(`${layer.name}.bn.${name}`);
  const norm = { gamma: part('gamma'), beta: part('beta'), epsilon: layer.batchNorm.epsilon };
  if (options.statistics === 'averaged')
    return normalize(tape.graph, input, norm, { mean: part('mean'), variance: part('variance') });
  const result = batchNorm(tape, input, norm);
  options.normalized.set(layer.name, result);
  return result.output;
}

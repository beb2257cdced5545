// A network as a graph: from images to logits.

import { assert } from '../../core/errors.ts';
import type { ConvLayer, Layer, LinearLayer } from '../../network/layer.ts';
import { imageName, type Network } from '../../network/network.ts';
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

/** The main tensors of a forward pass. */
export interface Forward {
  /** (N, classes). */
  readonly logits: Value;
  /** Batch statistics by layer name; empty with averaged statistics. */
  readonly normalized: ReadonlyMap<string, Normalized>;
  /** Output of each layer, by name. */
  readonly outputs: ReadonlyMap<string, Value>;
}

/** Adds the nodes of a forward pass. */
export function forward(tape: Tape, network: Network, options: ForwardOptions): Forward {
  const outputs = new Map<string, Value>([[imageName, options.images]]);
  const normalized = new Map<string, Normalized>();
  let logits = options.images;
  for (const layer of network.layers) {
    const input = outputs.get(layer.input);
    assert(input !== undefined, `input of ${layer.name}`);
    logits = addLayer(tape, layer, input, { ...options, normalized, outputs });
    outputs.set(layer.name, logits);
  }
  return { logits, normalized, outputs };
}

interface LayerOptions extends ForwardOptions {
  readonly normalized: Map<string, Normalized>;
  /** Outputs of the layers before, by name. */
  readonly outputs: ReadonlyMap<string, Value>;
}

function addLayer(tape: Tape, layer: Layer, input: Value, options: LayerOptions): Value {
  switch (layer.kind) {
    case 'conv':
    case 'linear':
      return addWeights(tape, layer, input, options);
    case 'maxPool':
      return maxPool(tape, input, layer.window);
    case 'averagePool':
      return averagePool(tape, input, layer);
  }
}

function addWeights(
  tape: Tape,
  layer: ConvLayer | LinearLayer,
  input: Value,
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
    const added = layer.residual && options.outputs.get(layer.residual.input);
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

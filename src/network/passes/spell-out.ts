// The inverse of the pass that fuses: every layer as the nodes that it was made from. Files of version 1 hold layers, and
// training ends with them.

import { assert } from '../../core/errors.ts';
import type { Shape } from '../../core/feature-map.ts';
import {
  type Activation,
  type ConvLayer,
  type FusedNetwork,
  hasWeights,
  type ImageCodes,
  type Layer,
  layerShapes,
  type Residual,
  type WeightLayer,
} from '../fused-network.ts';
import { type GraphNode, imageName } from '../graph.ts';
import type { Network, TrainedScales } from '../network.ts';
import type { NodeTensors } from '../ops/operator.ts';

/**
 * The graph of a fused network. A layer's convolution, pool or linear node has its name; what follows it has that name
 * and `.bn`, `.add`, `.relu` or the name of another activation, and the shortcut that it adds, if it is not the map itself, `.subsample` and `.pad`.
 * @throws {CimError} (network) naming the layer that does not fit the others
 */
export const spellOut = (network: FusedNetwork): Network => spelledOut(network).network;

/** As {@link spellOut}, with the nodes of each layer, by layer name. */
export function spelledOut({ layers, imageCodes, ...facts }: FusedNetwork): {
  readonly network: Network;
  /** The node that gives its output. */
  readonly outputs: ReadonlyMap<string, string>;
  /** The last node before the activation, of layers with weights. */
  readonly sums: ReadonlyMap<string, string>;
} {
  const spelling = new Spelling(layers, layerShapes({ ...facts, layers }));
  if (imageCodes) spelling.addImage(imageCodes);
  for (const layer of layers) spelling.add(layer);
  const { nodes, tensors, scales, outputs, sums } = spelling;
  const network = { ...facts, nodes, tensors, ...(scales.size > 0 ? { scales } : {}) };
  return { network, outputs, sums };
}

/** The part of an array of a value or more for each kernel that belongs to kernels with weights. */
function ownPart({ ownKernels, kernels }: ConvLayer, values: Float32Array): Float32Array {
  if (!ownKernels) return values;
  const each = values.length / kernels;
  const { first, count } = ownKernels;
  return values.slice(first * each, (first + count) * each);
}

const ownArrays = (layer: WeightLayer): Pick<WeightLayer, 'weights' | 'bias'> =>
  layer.kind === 'linear'
    ? layer
    : {
        weights: ownPart(layer, layer.weights),
        ...(layer.bias ? { bias: ownPart(layer, layer.bias) } : {}),
      };

/** The nodes so far. */
class Spelling {
  readonly nodes: GraphNode[] = [];
  readonly tensors = new Map<string, NodeTensors>();
  readonly scales = new Map<string, TrainedScales>();
  readonly sums = new Map<string, string>();
  /** The node that gives a layer's output, by name of the layer. */
  readonly outputs = new Map([[imageName, imageName]]);
  readonly #taken: Set<string>;
  readonly #shapes: ReadonlyMap<string, Shape>;

  constructor(layers: readonly Layer[], shapes: ReadonlyMap<string, Shape>) {
    this.#taken = new Set([imageName, ...layers.map(({ name }) => name)]);
    this.#shapes = shapes;
  }

  add(layer: Layer): void {
    const { name } = layer;
    const inputs = [this.#outputOf(layer.input)];
    if (hasWeights(layer)) {
      this.outputs.set(name, this.#addWeights(layer, inputs));
      return;
    }
    const { kind: op, name: _, input: __, ...attributes } = layer;
    this.nodes.push({ op, name, inputs, attributes } as GraphNode);
    this.outputs.set(name, name);
  }

  /** Gives the name of the layer's last node. */
  #addWeights(layer: WeightLayer, inputs: readonly string[]): string {
    const { name, scales, relu, ceiling, activation: other, quantize } = layer;
    const { weights, bias } = ownArrays(layer);
    this.tensors.set(name, { weight: weights, ...(bias ? { bias } : {}) });
    if (scales) this.scales.set(name, scales);
    let last = name;
    if (layer.kind === 'linear') {
      const { inputs: count, outputs } = layer;
      this.nodes.push({ op: 'linear', name, inputs, attributes: { inputs: count, outputs } });
    } else last = this.#addConvolution(layer, inputs);
    this.sums.set(name, last);
    const rectifier: Activation =
      ceiling === undefined
        ? { op: 'relu', attributes: {} }
        : { op: 'clip', attributes: { min: 0, max: ceiling } };
    const activation: Activation | undefined = relu ? rectifier : other;
    if (activation) last = this.#addOne(name, last, activation);
    return quantize ? this.#addOne(name, last, { op: 'quantize', attributes: quantize }) : last;
  }

  /** An operator that changes each value on its own; gives the name of its node. */
  #addOne(name: string, input: string, { op, attributes }: Activation): string {
    const next = this.#fresh(`${name}.${op}`);
    this.nodes.push({ op, name: next, inputs: [input], attributes } as GraphNode);
    return next;
  }

  /** What becomes of the image before any layer reads it. */
  addImage({ factor, shift, ...codes }: ImageCodes): void {
    const name = this.#fresh(`${imageName}.affine`);
    const attributes = { height: 1, width: 1, channels: factor.length };
    this.nodes.push({ op: 'affine', name, inputs: [imageName], attributes });
    this.tensors.set(name, { factor, shift });
    const last = this.#addOne(imageName, name, { op: 'quantize', attributes: codes });
    this.outputs.set(imageName, last);
  }

  #addConvolution(layer: ConvLayer, inputs: readonly string[]): string {
    const { name, channels, window, groups, ownKernels } = layer;
    const kernels = ownKernels?.count ?? layer.kernels;
    const attributes = { channels, kernels, window, ...(groups === undefined ? {} : { groups }) };
    this.nodes.push({ op: 'conv', name, inputs, attributes });
    let last = name;
    if (layer.batchNorm) {
      const { epsilon, ...all } = layer.batchNorm;
      const arrays = Object.fromEntries(
        Object.entries(all).map(([part, values]) => [part, ownPart(layer, values)]),
      );
      last = this.#fresh(`${name}.bn`);
      this.tensors.set(last, arrays);
      const norm = { channels: kernels, epsilon };
      this.nodes.push({ op: 'batchNorm', name: last, inputs: [name], attributes: norm });
    }
    if (ownKernels) {
      const next = this.#fresh(`${name}.own`);
      const after = layer.kernels - ownKernels.first - ownKernels.count;
      const around = { before: ownKernels.first, after };
      this.nodes.push({ op: 'padChannels', name: next, inputs: [last], attributes: around });
      last = next;
    }
    if (!layer.residual) return last;
    const shortcut = this.#addShortcut(layer, layer.residual);
    const sum = this.#fresh(`${name}.add`);
    this.nodes.push({ op: 'add', name: sum, inputs: [last, shortcut], attributes: {} });
    return sum;
  }

  /** Gives the name of the node that has what the layer adds, in the shape of its sums. */
  #addShortcut(layer: ConvLayer, { input, stride, channelOffset: before }: Residual): string {
    const { name, kernels } = layer;
    const channels = this.#shapes.get(input)?.channels;
    assert(channels !== undefined, `shape of ${input}`);
    let last = this.#outputOf(input);
    if (stride > 1) {
      const next = this.#fresh(`${name}.subsample`);
      this.nodes.push({ op: 'subsample', name: next, inputs: [last], attributes: { stride } });
      last = next;
    }
    const after = kernels - channels - before;
    if (before === 0 && after === 0) return last;
    const next = this.#fresh(`${name}.pad`);
    const attributes = { before, after };
    this.nodes.push({ op: 'padChannels', name: next, inputs: [last], attributes });
    return next;
  }

  #outputOf(layer: string): string {
    const output = this.outputs.get(layer);
    assert(output !== undefined, `output of ${layer}`);
    return output;
  }

  /** `name`, or with strokes behind it where a layer has that name. */
  #fresh(name: string): string {
    let free = name;
    while (this.#taken.has(free)) free += "'";
    this.#taken.add(free);
    return free;
  }
}

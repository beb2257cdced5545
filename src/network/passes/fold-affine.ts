// Factors and shifts per channel become part of the weights beside them, where that is exact: those behind a convolution or
// linear layer always, those before one where no pads show the map a border that the shift did not reach.

import { activationsPerImage } from '../../core/feature-map.ts';
import { positionsOf } from '../../core/window.ts';
import { type GraphNode, imageName, nodeShapes } from '../graph.ts';
import type { Network, TrainedScales } from '../network.ts';
import { type NodeTensors, tensorOf } from '../ops/operator.ts';
import { scaledBy } from '../trained-scales.ts';

/** A factor and a shift for each channel. */
interface PerChannel {
  readonly factor: Float64Array;
  readonly shift: Float64Array;
}

/** What may be folded. */
export interface FoldOptions {
  /**
   * Whether what is done to the image goes into a convolution with pads too; false by default. The border is then what
   * pixels of 0 would be, not 0, so its sums differ.
   */
  readonly imageThroughPads?: boolean;
}

/** What was folded: by name of the node that is gone, the one that it is part of now. */
export type Folded = ReadonlyMap<string, string>;

/**
 * The network with every `affine`, and every `batchNorm` that stands alone, folded into a neighbour where that changes
 * nothing but roundings. A batch norm right behind its convolution stays, for its statistics say how large sums are.
 */
export function foldAffine(
  network: Network,
  options: FoldOptions = {},
): { readonly network: Network; readonly folded: Folded } {
  const folding = new Folding(network);
  for (const node of network.nodes) folding.foldBack(node);
  for (const node of folding.nodes) folding.foldForward(node, options);
  const { nodes, tensors, scales, folded } = folding;
  const trained = network.scales ? { scales } : {};
  return { network: { ...network, nodes, tensors, ...trained }, folded };
}

class Folding {
  readonly tensors: Map<string, NodeTensors>;
  readonly scales: Map<string, TrainedScales>;
  readonly folded = new Map<string, string>();
  readonly #nodes: Map<string, GraphNode>;
  readonly #network: Network;
  readonly #readers = new Map<string, GraphNode[]>();
  readonly #shapes: ReturnType<typeof nodeShapes>;

  constructor(network: Network) {
    this.#network = network;
    this.tensors = new Map(network.tensors);
    this.scales = new Map(network.scales);
    this.#nodes = new Map(network.nodes.map((node) => [node.name, node]));
    this.#shapes = nodeShapes(network);
    for (const node of network.nodes)
      for (const input of node.inputs) {
        const list = this.#readers.get(input);
        if (list) list.push(node);
        else this.#readers.set(input, [node]);
      }
  }

  /** The nodes that are left, in order. */
  get nodes(): readonly GraphNode[] {
    return this.#network.nodes.flatMap(({ name }) => this.#nodes.get(name) ?? []);
  }

  /** Into the node that it reads, if nothing else reads that. */
  foldBack({ name }: GraphNode): void {
    const node = this.#nodes.get(name);
    const own = node && this.#perChannel(node);
    const [input = ''] = node?.inputs ?? [];
    const before = this.#nodes.get(input);
    if (!node || !own || !before || this.#readers.get(input)?.length !== 1) return;
    if (this.#foldInto(before, node, own)) this.#remove(node, before.name);
  }

  #foldInto(before: GraphNode, { op }: GraphNode, own: PerChannel): boolean {
    if (before.op === 'linear' || (before.op === 'conv' && op === 'affine'))
      this.#scaleRows(before, own);
    else if (before.op === 'batchNorm' && op === 'affine') this.#scaleNorm(before, own);
    else if (before.op === 'affine' && op === 'affine' && isPerChannel(before))
      this.#joinAffine(before, own);
    else return false;
    return true;
  }

  /** Into the only node that reads it. */
  foldForward({ name }: GraphNode, { imageThroughPads }: FoldOptions): void {
    const node = this.#nodes.get(name);
    const own = node && this.#perChannel(node);
    const [reader, other] = this.#readers.get(name) ?? [];
    if (!node || !own || !reader || other) return;
    if (reader.op !== 'conv' && reader.op !== 'linear') return;
    const isPermitted = imageThroughPads === true && node.inputs[0] === imageName;
    if (!isPermitted && showsShift(reader, own)) return;
    this.#scaleColumns(reader, own);
    this.#remove(node, reader.name);
  }

  /** What a node does to each channel; undefined where it is no such node. */
  #perChannel(node: GraphNode): PerChannel | undefined {
    const arrays = this.tensors.get(node.name) ?? {};
    const { channels = 0 } = this.#shapes.get(node.name) ?? {};
    if (node.op === 'affine' && isPerChannel(node)) {
      const spread = (array: Float32Array): Float64Array =>
        Float64Array.from(
          { length: channels },
          (_, c) => array[array.length === 1 ? 0 : c] as number,
        );
      return {
        factor: spread(tensorOf(arrays, 'factor')),
        shift: spread(tensorOf(arrays, 'shift')),
      };
    }
    if (node.op !== 'batchNorm') return undefined;
    const [gamma, beta] = [tensorOf(arrays, 'gamma'), tensorOf(arrays, 'beta')];
    const [mean, variance] = [tensorOf(arrays, 'mean'), tensorOf(arrays, 'variance')];
    const factor = Float64Array.from(
      gamma,
      (value, c) => value / Math.sqrt((variance[c] as number) + node.attributes.epsilon),
    );
    const shift = factor.map((value, c) => (beta[c] as number) - value * (mean[c] as number));
    return { factor, shift };
  }

  #scaleRows({ name }: GraphNode, { factor, shift }: PerChannel): void {
    const arrays = this.tensors.get(name) ?? {};
    const weight = tensorOf(arrays, 'weight');
    const perKernel = weight.length / factor.length;
    const scales = this.scales.get(name);
    if (scales) this.scales.set(name, scaledBy(scales, factor));
    this.tensors.set(name, {
      weight: weight.map((value, i) => value * (factor[Math.floor(i / perKernel)] as number)),
      bias: Float32Array.from(
        factor,
        (value, m) => (arrays['bias']?.[m] ?? 0) * value + (shift[m] as number),
      ),
    });
  }

  #scaleNorm({ name }: GraphNode, { factor, shift }: PerChannel): void {
    const arrays = this.tensors.get(name) ?? {};
    const times = (part: string): Float32Array =>
      tensorOf(arrays, part).map((value, c) => value * (factor[c] as number));
    const beta = times('beta').map((value, c) => value + (shift[c] as number));
    this.tensors.set(name, { ...arrays, gamma: times('gamma'), beta });
  }

  #joinAffine(before: GraphNode, { factor, shift }: PerChannel): void {
    const first = this.#perChannel(before);
    if (!first) return;
    const { length: channels } = factor;
    const attributes = { height: 1, width: 1, channels };
    this.#nodes.set(before.name, { ...before, attributes } as GraphNode);
    this.tensors.set(before.name, {
      factor: Float32Array.from(factor, (value, c) => value * (first.factor[c] as number)),
      shift: Float32Array.from(
        factor,
        (value, c) => value * (first.shift[c] as number) + (shift[c] as number),
      ),
    });
  }

  /** Weights see the channels scaled, and a bias has what their shifts add up to. */
  #scaleColumns(
    node: GraphNode<'conv'> | GraphNode<'linear'>,
    { factor, shift }: PerChannel,
  ): void {
    const arrays = this.tensors.get(node.name) ?? {};
    const weight = tensorOf(arrays, 'weight');
    const input = this.#shapes.get(node.inputs[0] ?? '');
    const [kernels, positions, groups] =
      node.op === 'conv'
        ? [
            node.attributes.kernels,
            positionsOf(node.attributes.window),
            node.attributes.groups ?? 1,
          ]
        : [node.attributes.outputs, input ? activationsPerImage(input) / input.channels : 1, 1];
    const perKernel = weight.length / kernels;
    const perGroup = factor.length / groups;
    const bias = Float64Array.from({ length: kernels }, (_, m) => arrays['bias']?.[m] ?? 0);
    const scaled = weight.map((value, i) => {
      const m = Math.floor(i / perKernel);
      const c =
        Math.floor(m / (kernels / groups)) * perGroup + Math.floor((i % perKernel) / positions);
      bias[m] = (bias[m] as number) + value * (shift[c] as number);
      return value * (factor[c] as number);
    });
    this.tensors.set(node.name, { weight: scaled, bias: Float32Array.from(bias) });
    // Weights of different channels have one unit only where all are multiplied alike.
    const scales = this.scales.get(node.name);
    const [one = 0] = factor;
    if (!scales) return;
    if (one !== 0 && factor.every((value) => value === one))
      this.scales.set(node.name, scaledBy(scales, new Float64Array(kernels).fill(one)));
    else this.scales.delete(node.name);
  }

  /** Takes a node out; whoever reads it reads what it read. */
  #remove(node: GraphNode, into: string): void {
    const [input = ''] = node.inputs;
    for (const [name, part] of this.folded) if (part === node.name) this.folded.set(name, into);
    this.folded.set(node.name, into);
    this.#nodes.delete(node.name);
    this.tensors.delete(node.name);
    const readers = this.#readers.get(node.name) ?? [];
    const others = (this.#readers.get(input) ?? []).filter(({ name }) => name !== node.name);
    const moved = readers.map((reader) => {
      const current = this.#nodes.get(reader.name) ?? reader;
      const inputs = current.inputs.map((one) => (one === node.name ? input : one));
      const next = { ...current, inputs } as GraphNode;
      this.#nodes.set(next.name, next);
      return next;
    });
    this.#readers.set(input, [...others, ...moved]);
    this.#readers.delete(node.name);
    for (const next of moved)
      for (const one of next.inputs)
        this.#readers.set(
          one,
          (this.#readers.get(one) ?? []).map((reader) =>
            reader.name === next.name ? next : reader,
          ),
        );
  }
}

/** Whether a layer has pads, which a shift before it does not reach. */
const showsShift = (node: GraphNode, { shift }: PerChannel): boolean =>
  node.op === 'conv' &&
  node.attributes.window.pads.some((pad) => pad > 0) &&
  shift.some((value) => value !== 0);

/** Whether an affine node has at most one value for each channel. */
const isPerChannel = ({ attributes }: GraphNode<'affine'>): boolean =>
  attributes.height * attributes.width === 1;

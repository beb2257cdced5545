// Operators that no layer of the chip has, in terms of those that it has: decisions/0028-every-layer-in-macros.md says why so.
//
//   value by value on a stored map   a convolution of 1 x 1 with a kernel for each channel does it
//   concat                           convolutions with kernels that have no weights, to whose sums the other maps are added
//   channels in another order        a convolution of 1 x 1 with weights of 0 and 1
//   no sums in the end               a convolution of 1 x 1 that gives them; behind a mean over the map: sums-at-end.ts

import { at } from '../../core/errors.ts';
import type { Shape } from '../../core/feature-map.ts';
import { onePixel } from '../../core/window.ts';
import { type GraphNode, imageName, nodeShapes, operatorOf } from '../graph.ts';
import type { ImageCodes } from '../fused-network.ts';
import type { Network } from '../network.ts';
import { type NodeTensors, tensorOf } from '../ops/operator.ts';
import type { QuantizeAttributes } from '../ops/quantize.ts';
import { channelsOf, isNeverNegative, isSameCodes } from './node-facts.ts';
import { sumsAtEnd } from './sums-at-end.ts';

/** What is known of a value that is made so far. */
interface Made {
  /** Whether it is the sum of a convolution or linear layer, with nothing behind it but batch norm and an addition. */
  readonly kind: 'sum' | 'stored' | 'shortcut';
  /** Its convolution or linear node, of a sum and of what an activation makes of one. */
  readonly first?: GraphNode | undefined;
  readonly hasSum?: boolean;
  readonly hasNorm?: boolean;
  /** The sum in front of an activation, and the activation. */
  readonly before?: string | undefined;
  readonly activation?: GraphNode | undefined;
  readonly isNegative: boolean;
  /** The whole numbers that it is stored as, where training settled them. */
  readonly codes?: QuantizeAttributes | undefined;
}

/**
 * The network with operators that `fuse` takes, where there is a way. Nodes that it cannot help stay as they are. Nodes keep their
 * names; new ones have the name of what they stand for and a word.
 */
export function lowerToChip(given: Network, imageCodes?: ImageCodes): Network {
  const network = sumsAtEnd(given);
  const lowering = new Lowering(network, imageCodes);
  for (const node of network.nodes) lowering.add(node);
  lowering.end();
  return lowering.isChanged
    ? { ...network, nodes: lowering.nodes, tensors: lowering.tensors }
    : network;
}

/** Whether a value is made on its way out of the accumulator, and is no whole number yet. */
const isUncoded = ({ kind, activation, codes }: Made): boolean =>
  kind === 'sum' || (activation !== undefined && !codes);

class Lowering {
  nodes: GraphNode[] = [];
  readonly tensors: Map<string, NodeTensors>;
  isChanged = false;
  readonly #made = new Map<string, Made>();
  readonly #reads = new Map<string, number>();
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #taken: Set<string>;
  readonly #last: string | undefined;

  constructor(network: Network, imageCodes: ImageCodes | undefined) {
    this.tensors = new Map(network.tensors);
    this.#shapes = nodeShapes(network);
    this.#taken = new Set([imageName, ...network.nodes.map(({ name }) => name)]);
    for (const name of network.nodes.flatMap(({ inputs }) => inputs))
      this.#reads.set(name, (this.#reads.get(name) ?? 0) + 1);
    const isNegative = imageCodes !== undefined && imageCodes.low < imageCodes.zero;
    this.#made.set(imageName, { kind: 'stored', isNegative, codes: imageCodes });
    this.#last = network.nodes.at(-1)?.name;
  }

  add(node: GraphNode): void {
    if (node.op === 'quantize') this.#addCodes(node);
    else if (operatorOf(node.op).activation) this.#addActivation(node);
    else if (node.op === 'batchNorm' || node.op === 'affine') this.#addNorm(node);
    else if (node.op === 'add') this.#addSum(node);
    else if (node.op === 'concat' && node.attributes.axis === 'channels') this.#addConcat(node);
    else if (node.op === 'rearrange') this.#addOrder(node);
    else this.#keep(node, this.#madeBy(node));
  }

  /** The chip gives sums: something that makes them stands last. */
  end(): void {
    const last = this.nodes.at(-1);
    const made = last && this.#made.get(last.name);
    const shape = last && this.#shapes.get(last.name);
    if (!last || !made || !shape || made.kind === 'shortcut') return;
    if (made.kind === 'sum' && made.hasSum !== true) return;
    this.#insert(this.#fresh(`${last.name}.sums`), last.name, shape.channels);
  }

  #keep(node: GraphNode, made: Made): void {
    this.nodes.push(node);
    this.#made.set(node.name, made);
  }

  #madeBy(node: GraphNode): Made {
    if (node.op === 'conv' || node.op === 'linear')
      return { kind: 'sum', first: node, isNegative: true };
    if (node.op === 'subsample' || node.op === 'padChannels')
      return { kind: 'shortcut', isNegative: true };
    const input = node.inputs[0] ?? '';
    const isPool = node.op === 'maxPool' || node.op === 'averagePool';
    const codes = isPool ? this.#made.get(input)?.codes : undefined;
    return { kind: 'stored', isNegative: this.#isNegative(input), codes };
  }

  #isNegative(name: string): boolean {
    return this.#made.get(name)?.isNegative ?? true;
  }

  /** The sum with that name, if only one node reads it. */
  #openSum(name: string): Made | undefined {
    const made = this.#made.get(name);
    return made?.kind === 'sum' && this.#reads.get(name) === 1 ? made : undefined;
  }

  #addActivation(node: GraphNode): void {
    const input = at(node.inputs, 0);
    const sum = this.#openSum(input);
    const before = sum ? input : this.#copy(`${node.name}.in`, input, node.name);
    const isNegative = !isNeverNegative(node);
    this.#keep(
      { ...node, inputs: [before] },
      { kind: 'stored', isNegative, before, activation: node, first: sum?.first },
    );
  }

  /**
   * Whole numbers belong to the layer whose sums or activations they are made of. Means of such numbers are rounded by the pool
   * itself, and those at the very end change no order of classes. A map that is stored already gets a convolution that gives its values.
   */
  #addCodes(node: GraphNode<'quantize'>): void {
    const { attributes: codes } = node;
    const input = at(node.inputs, 0);
    const made = this.#made.get(input);
    const own: Made = { kind: 'stored', isNegative: codes.low < codes.zero, codes };
    const isAlone = this.#reads.get(input) === 1;
    const before = this.nodes.at(-1);
    if (isAlone && before?.name === input && this.#takesCodes(before, node)) {
      this.isChanged = true;
      if (made?.kind === 'sum') return;
      this.#drop(input);
      this.#keep({ ...before, name: node.name }, own);
      return;
    }
    const from =
      isAlone && made && isUncoded(made) ? input : this.#copy(`${node.name}.in`, input, node.name);
    this.#keep({ ...node, inputs: [from] }, own);
  }

  /** Whether the node before whole numbers gives them itself, or is the last whose sums are compared. */
  #takesCodes(before: GraphNode, { name, attributes }: GraphNode<'quantize'>): boolean {
    const made = this.#made.get(before.name);
    if (made?.kind === 'sum') return name === this.#last;
    return before.op === 'averagePool' && isSameCodes(made?.codes, attributes);
  }

  #addNorm(node: GraphNode<'batchNorm'> | GraphNode<'affine'>): void {
    const input = at(node.inputs, 0);
    const sum = this.#openSum(input);
    const isFirst = sum?.first?.op === 'conv' && sum.hasSum !== true && sum.hasNorm !== true;
    if (node.op === 'batchNorm' && isFirst) {
      this.#keep(node, { ...sum, hasNorm: true });
      return;
    }
    const own = this.#perChannel(node);
    if (!own || input === imageName) this.#keep(node, { kind: 'stored', isNegative: true });
    else this.#insert(node.name, input, own.factor.length, own);
  }

  /** Factor and shift of each channel, where a node has no others. */
  #perChannel(
    node: GraphNode<'batchNorm'> | GraphNode<'affine'>,
  ): { readonly factor: Float32Array; readonly shift: Float32Array } | undefined {
    const arrays = this.tensors.get(node.name) ?? {};
    const { channels = 0 } = this.#shapes.get(node.name) ?? {};
    if (node.op === 'affine') {
      const [factor, shift] = [tensorOf(arrays, 'factor'), tensorOf(arrays, 'shift')];
      if (factor.length !== 1 && factor.length !== channels) return undefined;
      if (node.attributes.height * node.attributes.width !== 1) return undefined;
      const spread = (array: Float32Array): Float32Array =>
        Float32Array.from({ length: channels }, (_, c) => array[c % array.length] as number);
      return { factor: spread(factor), shift: spread(shift) };
    }
    const [gamma, beta] = [tensorOf(arrays, 'gamma'), tensorOf(arrays, 'beta')];
    const [mean, variance] = [tensorOf(arrays, 'mean'), tensorOf(arrays, 'variance')];
    const factor = gamma.map(
      (value, c) => value / Math.sqrt((variance[c] as number) + node.attributes.epsilon),
    );
    const shift = beta.map((value, c) => value - (factor[c] as number) * (mean[c] as number));
    return { factor, shift };
  }

  /** A convolution takes in an addition; where neither side is one, the first becomes one. */
  #addSum(node: GraphNode<'add'>): void {
    const isOpen = (name: string): boolean => {
      const sum = this.#openSum(name);
      return sum?.first?.op === 'conv' && sum.hasSum !== true;
    };
    let { inputs } = node;
    if (!inputs.some(isOpen)) {
      const plain = inputs.findIndex((name) => this.#made.get(name)?.kind !== 'shortcut');
      if (plain < 0) {
        this.#keep(node, { kind: 'stored', isNegative: true });
        return;
      }
      const copy = this.#copy(`${node.name}.in`, at(inputs, plain), node.name);
      inputs = inputs.map((name, i) => (i === plain ? copy : name));
    }
    const first = inputs.map((name) => this.#made.get(name)).find((made) => made?.kind === 'sum');
    this.#keep(
      { ...node, inputs },
      { kind: 'sum', first: first?.first, hasSum: true, isNegative: true },
    );
  }

  /** Selects channels, if that is all that a rearrangement does. */
  #addOrder(node: GraphNode<'rearrange'>): void {
    const input = at(node.inputs, 0);
    const from = this.#shapes.get(input);
    const chosen = from && channelsOf(node, from);
    if (!from || !chosen) {
      this.#keep(node, this.#madeBy(node));
      return;
    }
    const weight = new Float32Array(chosen.length * from.channels);
    chosen.forEach((channel, m) => (weight[m * from.channels + channel] = 1));
    this.isChanged = true;
    const isNegative = this.#isNegative(input);
    const name = isNegative ? node.name : this.#fresh(`${node.name}.order`);
    this.tensors.set(name, { weight });
    const attributes = { channels: from.channels, kernels: chosen.length, window: onePixel };
    const conv: GraphNode = { op: 'conv', name, inputs: [input], attributes };
    this.#keep(conv, { kind: 'sum', first: conv, isNegative: true });
    if (isNegative) return;
    // Changes no value, and says that none is negative: then no zero point is needed, which pads do not have.
    this.#reads.set(name, 1);
    const relu: GraphNode = { op: 'relu', name: node.name, inputs: [name], attributes: {} };
    this.#keep(relu, { kind: 'stored', isNegative, before: name, activation: relu, first: conv });
  }

  #addConcat(node: GraphNode<'concat'>): void {
    this.isChanged = true;
    const common = this.#commonActivation(node);
    const total = this.#shapes.get(node.name)?.channels ?? 0;
    let first = 0;
    const parts = node.inputs.map((name): Part => {
      const count = this.#shapes.get(name)?.channels ?? 0;
      const part = { name, first, count, total };
      first += count;
      return part;
    });
    const isHost = ({ name }: Part): boolean => this.#hostSum(name, common) !== undefined;
    const order = [...parts.filter((part) => !isHost(part)), ...parts.filter(isHost)];
    let [joined] = order as [Part, ...Part[]];
    const [, ...others] = order;
    others.forEach((part, i) => {
      const isLast = i === others.length - 1;
      const name = isLast ? node.name : this.#fresh(`${node.name}.${i + 1}`);
      this.#join(name, joined, part, common);
      joined = { name, first: 0, count: total, total };
    });
    if (others.length === 0) this.#insert(node.name, joined.name, joined.count);
  }

  /** Adds the map of `joined` to the sums of `part`, each at its channels; then the activation that all have. */
  #join(name: string, joined: Part, part: Part, common: GraphNode | undefined): void {
    const host = this.#hostSum(part.name, common);
    const sum = host ?? this.#copyWhole(`${name}.in`, part);
    if (common && host !== undefined) this.#drop(part.name);
    const [own, added] = [[sum, part] as const, [joined.name, joined] as const].map(
      ([input, place]) => this.#padded(name, input, place),
    );
    const total = common ? this.#fresh(`${name}.add`) : name;
    const inputs = [own ?? sum, added ?? joined.name];
    const first = this.#made.get(sum)?.first;
    const made: Made = { kind: 'sum', first, hasSum: true, isNegative: true };
    this.#keep({ op: 'add', name: total, inputs, attributes: {} }, made);
    if (!this.#reads.has(total)) this.#reads.set(total, 1);
    if (!common) return;
    const { op, attributes } = common;
    const activation = { op, attributes, name, inputs: [total] } as GraphNode;
    this.#keep(activation, { kind: 'stored', isNegative: false });
  }

  /** Channels of zeros around a map, where it has not all of them. */
  #padded(name: string, input: string, { first, count, total }: Part): string {
    if (count === total) return input;
    const padded = this.#fresh(`${name}.pad`);
    const attributes = { before: first, after: total - first - count };
    this.#reads.set(padded, 1);
    this.#keep(
      { op: 'padChannels', name: padded, inputs: [input], attributes },
      { kind: 'shortcut', isNegative: true },
    );
    return padded;
  }

  /**
   * The activation of all inputs of a concat, if they have the same and it changes nothing that has it already: then it
   * can follow the additions. Undefined too where no input has one.
   */
  #commonActivation(node: GraphNode<'concat'>): GraphNode | undefined {
    const activations = node.inputs.flatMap((name) => {
      const made = this.#made.get(name);
      const isOwn = made?.activation && this.#reads.get(name) === 1 && this.#hostConv(made);
      return isOwn && made.activation ? [made.activation] : [];
    });
    const [one] = activations;
    if (!one || node.inputs.some((name) => this.#isNegative(name))) return undefined;
    const alike = ({ op, attributes }: GraphNode): string => JSON.stringify([op, attributes]);
    const isSame = activations.every((other) => alike(other) === alike(one));
    // Maps that are not of these activations keep their values under ReLU alone.
    if (one.op === 'relu' && isSame) return one;
    const isClip = one.op === 'clip' && activations.length === node.inputs.length;
    return isSame && isClip ? one : undefined;
  }

  /** The sum to which a concat can add its other maps; undefined where its input `name` has none. */
  #hostSum(name: string, common: GraphNode | undefined): string | undefined {
    const made = this.#made.get(name);
    if (!made || this.#reads.get(name) !== 1) return undefined;
    if (!common) return made.kind === 'sum' && this.#hostConv(made) ? name : undefined;
    return made.activation && this.#hostConv(made) ? made.before : undefined;
  }

  /** Whether kernels without weights can stand around those of its convolution. */
  #hostConv({ first, hasSum, before }: Made): boolean {
    const sum = before === undefined ? hasSum : this.#made.get(before)?.hasSum;
    return first?.op === 'conv' && (first.attributes.groups ?? 1) === 1 && sum !== true;
  }

  #drop(name: string): void {
    this.nodes = this.nodes.filter((node) => node.name !== name);
  }

  /** A convolution that gives the values of a map as sums which only `reader` reads; gives its name. */
  #copy(wanted: string, input: string, reader: string): string {
    const name = this.#fresh(wanted);
    const { channels = 0 } = this.#shapes.get(input) ?? this.#shapes.get(reader) ?? {};
    this.#insert(name, input, channels);
    this.#reads.set(name, 1);
    return name;
  }

  /** As {@link Lowering.#copy}, by kernels around which others can stand: each sees all channels. */
  #copyWhole(wanted: string, { name: input, count }: Part): string {
    const name = this.#fresh(wanted);
    const weight = new Float32Array(count * count);
    for (let c = 0; c < count; c++) weight[c * count + c] = 1;
    this.tensors.set(name, { weight });
    const attributes = { channels: count, kernels: count, window: onePixel };
    const conv: GraphNode = { op: 'conv', name, inputs: [input], attributes };
    this.#keep(conv, { kind: 'sum', first: conv, isNegative: true });
    this.#reads.set(name, 1);
    return name;
  }

  /** A convolution of 1 x 1 with a kernel for each channel. */
  #insert(
    name: string,
    input: string,
    channels: number,
    own?: { readonly factor: Float32Array; readonly shift: Float32Array },
  ): void {
    this.isChanged = true;
    const weight = own?.factor ?? new Float32Array(channels).fill(1);
    this.tensors.set(name, { weight, ...(own ? { bias: own.shift } : {}) });
    const groups = channels === 1 ? {} : { groups: channels };
    const attributes = { channels, kernels: channels, window: onePixel, ...groups };
    const conv: GraphNode = { op: 'conv', name, inputs: [input], attributes };
    this.#keep(conv, { kind: 'sum', first: conv, isNegative: true });
  }

  /** `name`, or with strokes behind it where a node has that name. */
  #fresh(name: string): string {
    let free = name;
    while (this.#taken.has(free)) free += "'";
    this.#taken.add(free);
    return free;
  }
}

/** An input of a concat, and the channels of the result that it has. */
interface Part {
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly total: number;
}

// What follows a convolution or linear layer becomes part of it: batch norm, the addition of a stored map, the activation. The
// chip adds to sums, and clips them or looks them up, on their way out of the accumulator, so nothing of this is stored in between.

import { at, CimError } from '../../core/errors.ts';
import { remembered } from '../../core/remembered.ts';
import type {
  BatchNorm,
  ConvLayer,
  FusedNetwork,
  Layer,
  Residual,
  WeightLayer,
} from '../fused-network.ts';
import { type GraphNode, imageName, operatorOf } from '../graph.ts';
import { checkNetwork, type Network } from '../network.ts';
import { tensorOf } from '../ops/operator.ts';
import { foldAffine } from './fold-affine.ts';
import { takeImageBorder } from './image-border.ts';
import { takeImageCodes } from './image-codes.ts';
import { lowerToChip } from './lower-to-chip.ts';
import { type KernelPads, withPads } from './pad-kernels.ts';

/** A convolution or linear node, and what is fused into it so far. */
interface Chain {
  readonly first: GraphNode<'conv' | 'linear'>;
  /** Number of that node. */
  readonly start: number;
  norm?: GraphNode<'batchNorm'>;
  /** Kernels without weights before and behind its own. */
  padded?: KernelPads;
  residual?: Residual;
  activation?: GraphNode;
  quantize?: GraphNode<'quantize'>;
  /** Name and number of the last node. The layer runs there: by then all that it reads is made. */
  last: string;
  end: number;
}

/** What is fused so far. */
interface Fusion {
  readonly network: Network;
  /** How often each value is read. */
  readonly reads: ReadonlyMap<string, number>;
  /** By the name of their last node. */
  readonly chains: Map<string, Chain>;
  /** Maps with pixels left out or channels of zeros around them, by name of the node that makes them. */
  readonly shortcuts: Map<string, Residual>;
  /** Sums with channels of zeros around them, that only an addition reads, by name of the node that puts them there. */
  readonly padded: Map<string, Pick<Chain, 'padded'> & { readonly chain: Chain }>;
  readonly pools: { readonly layer: Layer; readonly end: number }[];
}

/**
 * The network in layers. A layer has the name of its convolution, linear or pool node. An addition becomes part of the
 * convolution whose sums it alone reads, before any activation; of the later one if that is true of both its inputs. Its
 * other input is any stored map, perhaps through `subsample` and `padChannels`.
 * Found once for each network: a job asks for it several times, and its checks look at every weight.
 * @throws {CimError} (network) naming the node that cannot be part of a layer, and why
 */
export const fuse: (network: Network) => FusedNetwork = remembered((graph) => fuseGraph(graph));

/**
 * {@link fuse} for the chip: where pixels are normalised and the first layer has pads, the image has a border of the mean instead. (Training
 * takes pads of pixels of 0, for it changes images by itself.)
 * @throws {CimError} (network) as {@link fuse}
 */
export const fuseForChip: (network: Network) => FusedNetwork = remembered((graph) => {
  const bordered = hasImageNorm(graph) ? takeImageBorder(graph) : undefined;
  if (!bordered) return fuse(graph);
  checkNetwork(graph);
  return { ...fuseGraph(bordered.network), border: bordered.border };
});

function fuseGraph(graph: Network): FusedNetwork {
  checkNetwork(graph);
  const { network: coded, imageCodes } = takeImageCodes(graph);
  const network = lowerToChip(
    hasImageNorm(coded) ? foldAffine(coded, { imageThroughPads: true }).network : coded,
    imageCodes,
  );
  const { nodes, tensors: _, scales: __, ...facts } = network;
  const reads = new Map<string, number>();
  for (const name of nodes.flatMap(({ inputs }) => inputs))
    reads.set(name, (reads.get(name) ?? 0) + 1);
  const fusion: Fusion = {
    network,
    reads,
    chains: new Map(),
    shortcuts: new Map(),
    padded: new Map(),
    pools: [],
  };
  nodes.forEach((node, place) => addNode(fusion, node, place));
  const last = nodes.at(-1);
  if (last && fusion.shortcuts.has(last.name))
    throw fault(
      fusion,
      last,
      `is a ${last.op} and the last layer`,
      'end with a layer that has weights',
    );
  const chains = [...fusion.chains.values()];
  const layers = chains.map((chain) => ({ layer: toLayer(fusion, chain), end: chain.end }));
  const inOrder = [...layers, ...fusion.pools].toSorted((a, b) => a.end - b.end);
  return {
    ...facts,
    layers: inOrder.map(({ layer }) => layer),
    ...(imageCodes ? { imageCodes } : {}),
  };
}

/** Whether something is done to the values of the image before any layer. */
export const hasImageNorm = ({ nodes }: Pick<Network, 'nodes'>): boolean =>
  nodes.some(({ op, inputs }) => op === 'affine' && inputs[0] === imageName);

const own: readonly string[] = [
  'conv',
  'linear',
  'batchNorm',
  'add',
  'subsample',
  'padChannels',
  'maxPool',
  'averagePool',
  'quantize',
];

/** Whether the chip has the operator of a node; what a node reads may still have no place in a layer. */
export const chipRuns = (node: GraphNode): boolean =>
  own.includes(node.op) || operatorOf(node.op).activation !== undefined;

function addNode(fusion: Fusion, node: GraphNode, place: number): void {
  if (node.op === 'quantize') addQuantize(fusion, node, place);
  else if (operatorOf(node.op).activation) addActivation(fusion, node, place);
  else if (node.op === 'conv' || node.op === 'linear') addWeights(fusion, node, place);
  else if (node.op === 'batchNorm') addNorm(fusion, node, place);
  else if (node.op === 'add') addSum(fusion, node, place);
  else if (node.op === 'subsample' || node.op === 'padChannels') addShortcut(fusion, node);
  else if (node.op === 'maxPool' || node.op === 'averagePool') addPool(fusion, node, place);
  else throw notOnChip(fusion, node);
}

/** Operators that a network in real arithmetic has, and no layer of the chip yet. */
const notOnChip = (fusion: Fusion, node: GraphNode): CimError =>
  fault(
    fusion,
    node,
    `is a ${node.op}, which the chip does not run yet`,
    'mars forward computes it in real arithmetic',
  );

function addWeights(
  fusion: Fusion,
  node: GraphNode<'conv'> | GraphNode<'linear'>,
  place: number,
): void {
  // Refuses what no layer can read.
  mapOf(fusion, node, 0);
  fusion.chains.set(node.name, { first: node, start: place, last: node.name, end: place });
}

function addPool(fusion: Fusion, node: GraphNode, place: number): void {
  const { op: kind, name, attributes } = node;
  const input = mapOf(fusion, node, 0);
  fusion.pools.push({ layer: { kind, name, input, ...attributes } as Layer, end: place });
}

const fault = ({ network }: Fusion, node: GraphNode, what: string, todo: string): CimError =>
  new CimError('network', { what, where: [network.name, node.name], todo });

const inputOf = (node: GraphNode, index: number): string => at(node.inputs, index);

/**
 * The layer whose stored output is input `index` of `node`.
 * @throws {CimError} (network) when that is a map which only an addition can take
 */
function mapOf(fusion: Fusion, node: GraphNode, index: number): string {
  const name = inputOf(node, index);
  if (fusion.shortcuts.has(name))
    throw fault(
      fusion,
      node,
      `reads "${name}", a map with pixels left out or channels of zeros, which is never stored`,
      'only an addition can read such a map',
    );
  return fusion.chains.get(name)?.first.name ?? name;
}

/** The chain that ends with input `index` of `node`, if no other node reads it. */
function openChain(fusion: Fusion, node: GraphNode, index: number): Chain | undefined {
  const name = inputOf(node, index);
  const chain = fusion.chains.get(name);
  const isOpen = chain && !chain.activation && !chain.quantize;
  return isOpen && fusion.reads.get(name) === 1 ? chain : undefined;
}

function extend(fusion: Fusion, chain: Chain, node: GraphNode, place: number): void {
  fusion.chains.delete(chain.last);
  chain.last = node.name;
  chain.end = place;
  fusion.chains.set(node.name, chain);
}

function addNorm(fusion: Fusion, node: GraphNode<'batchNorm'>, place: number): void {
  const chain = openChain(fusion, node, 0);
  if (!chain || chain.norm || chain.residual || chain.first.op !== 'conv')
    throw fault(
      fusion,
      node,
      `normalises "${inputOf(node, 0)}", which is not the sum of a convolution that nothing else reads`,
      'put batch norm right behind its convolution',
    );
  chain.norm = node;
  extend(fusion, chain, node, place);
}

function addActivation(fusion: Fusion, node: GraphNode, place: number): void {
  const chain = openChain(fusion, node, 0);
  if (!chain)
    throw fault(
      fusion,
      node,
      `reads "${inputOf(node, 0)}", which is not a sum that nothing else reads`,
      'put it behind a convolution, linear layer or addition, and let nothing read these before it',
    );
  chain.activation = node;
  extend(fusion, chain, node, place);
}

/** Whole numbers that are stored: part of the layer whose sums, or activations, nothing else reads. */
function addQuantize(fusion: Fusion, node: GraphNode<'quantize'>, place: number): void {
  const name = inputOf(node, 0);
  const chain = fusion.chains.get(name);
  const { low, high, rounding = 'even' } = node.attributes;
  if (high - low > 255)
    throw fault(
      fusion,
      node,
      `makes ${high - low + 1} codes, and 256 are stored`,
      'use 8 bits or fewer',
    );
  if (rounding !== 'even' && rounding !== 'up')
    throw fault(
      fusion,
      node,
      `rounds with ${rounding}, and the requantizer to the nearest`,
      'export it with rounding to the nearest',
    );
  if (!chain || chain.quantize || fusion.reads.get(name) !== 1)
    throw fault(
      fusion,
      node,
      `reads "${name}", which is not a sum that nothing else reads`,
      'put it behind a convolution, linear layer or addition, and let nothing read these before it',
    );
  chain.quantize = node;
  extend(fusion, chain, node, place);
}

function addSum(fusion: Fusion, node: GraphNode<'add'>, place: number): void {
  const open = [0, 1].flatMap((index) => {
    const chain = openChain(fusion, node, index);
    return chain?.first.op === 'conv' && !chain.residual ? [{ chain, other: 1 - index }] : [];
  });
  const behind = [0, 1].flatMap((index) => {
    const found = fusion.padded.get(inputOf(node, index));
    return found && fusion.chains.has(found.chain.last) && !found.chain.residual
      ? [{ ...found, other: 1 - index }]
      : [];
  });
  const byStart = (a: { chain: Chain }, b: { chain: Chain }): number =>
    b.chain.start - a.chain.start;
  const [own] = [...open.toSorted(byStart), ...behind.toSorted(byStart)];
  if (!own)
    throw fault(
      fusion,
      node,
      `adds "${node.inputs.join('" and "')}", neither of which is the sum of a convolution that nothing else reads, without activation`,
      'put a convolution without activation right before the addition: the chip adds a stored map to sums only',
    );
  const { chain, other } = own;
  if ('padded' in own && own.padded) chain.padded = own.padded;
  const name = inputOf(node, other);
  const shortcut = fusion.shortcuts.get(name);
  chain.residual = shortcut ?? { input: mapOf(fusion, node, other), stride: 1, channelOffset: 0 };
  extend(fusion, chain, node, place);
}

function addShortcut(
  fusion: Fusion,
  node: GraphNode<'subsample'> | GraphNode<'padChannels'>,
): void {
  const chain = openChain(fusion, node, 0);
  if (node.op === 'padChannels' && isPaddable(fusion, node, chain))
    fusion.padded.set(node.name, { chain, padded: node.attributes });
  const before = fusion.shortcuts.get(inputOf(node, 0));
  const shortcut = before ?? { input: mapOf(fusion, node, 0), stride: 1, channelOffset: 0 };
  const { input, stride, channelOffset } = shortcut;
  fusion.shortcuts.set(
    node.name,
    node.op === 'subsample'
      ? { input, stride: stride * node.attributes.stride, channelOffset }
      : { input, stride, channelOffset: channelOffset + node.attributes.before },
  );
}

/** Whether kernels without weights can stand around those of a chain, for an addition that alone reads `node`. */
const isPaddable = (
  fusion: Fusion,
  node: GraphNode<'padChannels'>,
  chain: Chain | undefined,
): chain is Chain =>
  chain?.first.op === 'conv' &&
  (chain.first.attributes.groups ?? 1) === 1 &&
  !chain.residual &&
  fusion.reads.get(node.name) === 1;

function toLayer({ network, chains }: Fusion, chain: Chain): Layer {
  const { first, norm, residual, padded } = chain;
  const input = inputOf(first, 0);
  const place = { name: first.name, input: chains.get(input)?.first.name ?? input };
  const parts = {
    ...place,
    ...arraysOf(network, first.name),
    ...activationOf(chain),
    ...(chain.quantize ? { quantize: chain.quantize.attributes } : {}),
  };
  if (first.op === 'linear') return { kind: first.op, ...first.attributes, ...parts };
  const layer: ConvLayer = {
    kind: first.op,
    ...first.attributes,
    ...parts,
    ...(norm ? { batchNorm: batchNormOf(network, norm) } : {}),
    ...(residual ? { residual } : {}),
  };
  return padded ? withPads(layer, padded) : layer;
}

function arraysOf(
  { tensors, scales }: Network,
  name: string,
): Pick<WeightLayer, 'weights' | 'bias' | 'scales'> {
  const arrays = tensors.get(name) ?? {};
  const bias = arrays['bias'];
  const trained = scales?.get(name);
  return {
    weights: tensorOf(arrays, 'weight'),
    ...(bias ? { bias } : {}),
    ...(trained ? { scales: trained } : {}),
  };
}

function activationOf({ activation }: Chain): Pick<WeightLayer, 'relu' | 'ceiling' | 'activation'> {
  if (!activation || activation.op === 'relu') return { relu: activation !== undefined };
  if (activation.op === 'clip' && activation.attributes.min === 0) {
    const { max } = activation.attributes;
    if (max === undefined) return { relu: true };
    if (max > 0) return { relu: true, ceiling: max };
  }
  const { op, attributes } = activation;
  return { relu: false, activation: { op, attributes } };
}

function batchNormOf({ tensors }: Network, node: GraphNode<'batchNorm'>): BatchNorm {
  const arrays = tensors.get(node.name) ?? {};
  return {
    gamma: tensorOf(arrays, 'gamma'),
    beta: tensorOf(arrays, 'beta'),
    mean: tensorOf(arrays, 'mean'),
    variance: tensorOf(arrays, 'variance'),
    epsilon: node.attributes.epsilon,
  };
}

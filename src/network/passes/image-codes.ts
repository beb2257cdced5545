// What a network does to the values of an image before it stores them as whole numbers: a table does that for each pixel, before the chip.

import { type GraphNode, imageName, nodeShapes } from '../graph.ts';
import type { ImageCodes } from '../fused-network.ts';
import type { Network } from '../network.ts';
import { tensorOf } from '../ops/operator.ts';

/** The network without the nodes that make codes of the image, and what they do; the network itself where it has none. */
export function takeImageCodes(network: Network): {
  readonly network: Network;
  readonly imageCodes?: ImageCodes;
} {
  const channels = nodeShapes(network).get(imageName)?.channels ?? 0;
  const first = onlyReader(network, imageName);
  const norm = first?.op === 'affine' ? perChannel(network, first, channels) : undefined;
  const node = norm && first ? onlyReader(network, first.name) : first;
  if (!node || !makesBytes(node)) return { network };
  const imageCodes = { ...node.attributes, ...(norm ?? noNorm(channels)) };
  const gone = norm && first ? [node.name, first.name] : [node.name];
  return { network: { ...network, nodes: withoutNodes(network, gone, node.name) }, imageCodes };
}

/** Whether a node makes whole numbers that a byte holds. */
const makesBytes = (node: GraphNode): node is GraphNode<'quantize'> =>
  node.op === 'quantize' && node.attributes.high - node.attributes.low <= 255;

/** The node that alone reads a value. */
function onlyReader({ nodes }: Network, value: string): GraphNode | undefined {
  const readers = nodes.filter(({ inputs }) => inputs.includes(value));
  return readers.length === 1 ? readers[0] : undefined;
}

/** The nodes but those that are gone; who read `last` of them reads the image. */
const withoutNodes = (
  { nodes }: Network,
  gone: readonly string[],
  last: string,
): readonly GraphNode[] =>
  nodes
    .filter(({ name }) => !gone.includes(name))
    .map((one) => {
      const inputs = one.inputs.map((name) => (name === last ? imageName : name));
      return { ...one, inputs };
    });

const noNorm = (channels: number): Pick<ImageCodes, 'factor' | 'shift'> => ({
  factor: new Float32Array(channels).fill(1),
  shift: new Float32Array(channels),
});

/** Factor and shift of each channel; undefined where pixels differ. */
function perChannel(
  { tensors }: Network,
  { name, attributes: { height, width } }: GraphNode<'affine'>,
  channels: number,
): Pick<ImageCodes, 'factor' | 'shift'> | undefined {
  if (height * width !== 1) return undefined;
  const arrays = tensors.get(name) ?? {};
  const spread = (array: Float32Array): Float32Array =>
    Float32Array.from({ length: channels }, (_, c) => array[c % array.length] as number);
  return { factor: spread(tensorOf(arrays, 'factor')), shift: spread(tensorOf(arrays, 'shift')) };
}

// A network that ends in a mean: the pool would round it to a code, and classes whose means lie in one code could not be told apart.

import { at } from '../../core/errors.ts';
import type { Shape } from '../../core/feature-map.ts';
import { symmetricWindow, type Window } from '../../core/window.ts';
import { type GraphNode, imageName, nodeShapes } from '../graph.ts';
import type { Network } from '../network.ts';
import type { NodeTensors } from '../ops/operator.ts';
import { isNeverNegative } from './node-facts.ts';

/** Most pixels whose codes, times weights of 8 bits, are summed up within 23 bits and a sign: 2^23 / (255 * 127). */
const mostSummed = 259;

/**
 * The network with a mean over the whole map at its end computed by two convolutions with a kernel for each channel: one takes the
 * mean of each row, which is stored in codes of its own, the other gives the sums of these. A row at a time also fits where the
 * whole map does not. Other networks stay as they are.
 */
export function sumsAtEnd(network: Network): Network {
  const last = network.nodes.at(-1);
  if (last?.op !== 'averagePool') return network;
  const input = at(last.inputs, 0);
  const map = input === imageName ? network.input : nodeShapes(network).get(input);
  if (!map || !isTaken(last, map)) return network;
  const names = new Set([imageName, ...network.nodes.map(({ name }) => name)]);
  const fresh = (wanted: string): string => (names.has(wanted) ? fresh(`${wanted}'`) : wanted);
  const rows = fresh(`${last.name}.rows`);
  const means = meanNode(rows, input, map.channels, symmetricWindow(1, map.width));
  const before = network.nodes.find(({ name }) => name === input);
  // ReLU changes no value, and says that none is negative: codes then need no zero point.
  const relus: readonly GraphNode[] =
    before && isNeverNegative(before)
      ? [{ op: 'relu', name: fresh(`${last.name}.relu`), inputs: [rows], attributes: {} }]
      : [];
  const read = relus[0]?.name ?? rows;
  const sums = meanNode(last.name, read, map.channels, symmetricWindow(map.height, 1));
  return {
    ...network,
    nodes: [...network.nodes.slice(0, -1), means.node, ...relus, sums.node],
    tensors: new Map([...network.tensors, [rows, means.tensors], [last.name, sums.tensors]]),
  };
}

/** Whether a mean is over the whole of a map of several rows, and its sums fit. */
function isTaken({ attributes }: GraphNode<'averagePool'>, map: Shape): boolean {
  const { height, width, pads } = attributes.window ?? symmetricWindow(map.height, map.width);
  const isWhole = height === map.height && width === map.width && pads.every((pad) => pad === 0);
  return isWhole && height > 1 && Math.max(height, width) <= mostSummed;
}

/** A convolution that gives the mean of each channel over a window. */
function meanNode(
  name: string,
  input: string,
  channels: number,
  window: Window,
): { readonly node: GraphNode; readonly tensors: NodeTensors } {
  const area = window.height * window.width;
  const groups = channels === 1 ? {} : { groups: channels };
  const attributes = { channels, kernels: channels, window, ...groups };
  return {
    node: { op: 'conv', name, inputs: [input], attributes },
    tensors: { weight: new Float32Array(channels * area).fill(1 / area) },
  };
}

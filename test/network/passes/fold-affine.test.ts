import { describe, expect, it } from 'vitest';
import { gaussians } from '../../../src/core/random.ts';
import { symmetricWindow } from '../../../src/core/window.ts';
import { floatForward } from '../../../src/network/float-forward.ts';
import type { GraphNode } from '../../../src/network/graph.ts';
import type { Network } from '../../../src/network/network.ts';
import type { NodeTensors } from '../../../src/network/ops/operator.ts';
import { foldAffine } from '../../../src/network/passes/fold-affine.ts';

const affine = (name: string, input: string, channels: number): GraphNode => ({
  op: 'affine',
  name,
  inputs: [input],
  attributes: { height: 1, width: 1, channels },
});
const conv = (name: string, input: string, padding: number, groups = 1): GraphNode => ({
  op: 'conv',
  name,
  inputs: [input],
  attributes: {
    channels: 4,
    kernels: 4,
    window: symmetricWindow(3, 3, { padding }),
    ...(groups > 1 ? { groups } : {}),
  },
});
const norm = (name: string, input: string): GraphNode => ({
  op: 'batchNorm',
  name,
  inputs: [input],
  attributes: { channels: 4, epsilon: 0.01 },
});
const relu = (name: string, input: string): GraphNode => ({
  op: 'relu',
  name,
  inputs: [input],
  attributes: {},
});

function networkOf(nodes: readonly GraphNode[]): Network {
  let stream = 0;
  const some = (count: number): Float32Array => gaussians(count, 0.5, 7, ++stream);
  const tensors = new Map<string, NodeTensors>();
  for (const node of nodes) {
    if (node.op === 'affine') {
      const { channels } = node.attributes;
      tensors.set(node.name, { factor: some(channels), shift: some(channels) });
    }
    if (node.op === 'conv')
      tensors.set(node.name, { weight: some((4 * 4 * 9) / (node.attributes.groups ?? 1)) });
    if (node.op === 'batchNorm')
      tensors.set(node.name, {
        gamma: some(4),
        beta: some(4),
        mean: some(4),
        variance: some(4).map((value) => value * value + 0.1),
      });
  }
  const origin = { command: '', seed: 0, hardware: '', date: '', testAccuracy: null };
  const input = { height: 7, width: 7, channels: 4 };
  return { name: 'n', dataset: 'none', input, classes: 4, nodes, tensors, origin };
}

const images = { images: 2, height: 7, width: 7, channels: 4, data: gaussians(392, 1, 3, 1) };

describe('foldAffine', () => {
  it.each<readonly [string, readonly GraphNode[], readonly string[]]>([
    ['behind a convolution', [conv('c', 'image', 1), affine('a', 'c', 4)], ['c']],
    ['of one value', [conv('c', 'image', 1), affine('a', 'c', 1)], ['c']],
    ['several times', [conv('c', 'image', 1), affine('a', 'c', 4), affine('b', 'a', 1)], ['c']],
    ['behind batch norm', [conv('c', 'image', 0), norm('n', 'c'), affine('a', 'n', 4)], ['c', 'n']],
    ['before a convolution without pads', [affine('a', 'image', 4), conv('c', 'a', 0)], ['c']],
    ['before a convolution in groups', [norm('n', 'image'), conv('c', 'n', 0, 2)], ['c']],
    ['before a depthwise convolution', [norm('n', 'image'), conv('c', 'n', 0, 4)], ['c']],
    ['not before one with pads', [affine('a', 'image', 4), conv('c', 'a', 1)], ['a', 'c']],
    [
      'not through an activation',
      [relu('r', 'image'), affine('a', 'r', 4), relu('s', 'a')],
      ['r', 'a', 's'],
    ],
    [
      'not where another node reads the sums',
      [
        conv('c', 'image', 1),
        affine('a', 'c', 4),
        { op: 'add', name: 's', inputs: ['c', 'a'], attributes: {} },
      ],
      ['c', 'a', 's'],
    ],
    [
      'of an affine alone',
      [relu('r', 'image'), affine('a', 'r', 4), affine('b', 'a', 4), relu('s', 'b')],
      ['r', 'a', 's'],
    ],
  ])('%s changes nothing but roundings', (_, nodes, left) => {
    const network = networkOf(nodes);
    const { network: folded } = foldAffine(network);

    expect(folded.nodes.map(({ name }) => name)).toEqual(left);
    const [wanted, found] = [floatForward(network, images), floatForward(folded, images)];
    // A few roundings to 32 bits of sums of 36 products of size 1.
    wanted.forEach((value, i) => expect(Math.abs(value - found[i]!)).toBeLessThan(1e-5));
  });

  it('goes through pads where that is asked for, and differs at the border alone', () => {
    const network = networkOf([affine('a', 'image', 4), conv('c', 'a', 1)]);
    const { network: folded } = foldAffine(network, { imageThroughPads: true });
    const [wanted, found] = [floatForward(network, images), floatForward(folded, images)];
    const different = [...wanted.keys()].filter((i) => Math.abs(wanted[i]! - found[i]!) > 1e-5);
    const isBorder = (i: number): boolean => {
      const pixel = Math.floor(i / 4) % 49;
      return [0, 6].includes(Math.floor(pixel / 7)) || [0, 6].includes(pixel % 7);
    };

    expect(folded.nodes).toHaveLength(1);
    expect(different.length).toBeGreaterThan(50);
    expect(different.every(isBorder)).toBe(true);
  });
});

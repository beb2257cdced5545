import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../../src/network/graph.ts';
import type { Network } from '../../../src/network/network.ts';
import { leaveOutNorms } from '../../../src/network/passes/leave-out-norms.ts';

const relu = (name: string, input: string): GraphNode => ({
  op: 'relu',
  name,
  inputs: [input],
  attributes: {},
});
const norm = (name: string, input: string): GraphNode => ({
  op: 'localNorm',
  name,
  inputs: [input],
  attributes: { size: 5, alpha: 1e-4, beta: 0.75, bias: 1 },
});
const networkOf = (nodes: readonly GraphNode[]): Network => ({
  name: 'n',
  dataset: 'none',
  input: { height: 2, width: 2, channels: 3 },
  classes: 12,
  nodes,
  tensors: new Map(),
  origin: { command: '', seed: 0, hardware: '', date: '', testAccuracy: null },
});

describe('leaveOutNorms', () => {
  it('lets readers of a norm read what it read, also through two of them', () => {
    const network = networkOf([
      relu('a', 'image'),
      norm('l1', 'a'),
      norm('l2', 'l1'),
      relu('b', 'l2'),
    ]);

    const { network: left, leftOut } = leaveOutNorms(network);

    expect(leftOut).toEqual(['l1', 'l2']);
    expect(left.nodes).toEqual([relu('a', 'image'), relu('b', 'a')]);
  });

  it('gives a network without any back as it is', () => {
    const network = networkOf([relu('a', 'image')]);

    expect(leaveOutNorms(network)).toEqual({ network, leftOut: [] });
  });
});

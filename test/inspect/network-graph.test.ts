import { describe, expect, it } from 'vitest';
import { networkGraph } from '../../src/inspect/network-graph.ts';
import { mapped } from '../support/mapped.ts';
import type { Network } from '../../src/network/network.ts';
import { conv, networkOf, tourNetwork } from '../support/small-networks.ts';

const input = { height: 4, width: 4, channels: 3 };

describe('networkGraph', () => {
  it('has every layer once, and every map that a layer reads or adds', () => {
    const { network } = mapped(tourNetwork());

    const { nodes, edges } = networkGraph(network);

    expect(nodes).toEqual(['image', ...network.layers.map(({ name }) => name)]);
    expect(edges.filter(({ kind }) => kind === 'adds')).toEqual([
      { from: 'stem', to: 'half', kind: 'adds' },
      { from: 'skip', to: 'join', kind: 'adds' },
    ]);
    expect(edges.filter(({ kind }) => kind === 'reads')).toEqual(
      network.layers.map(({ name, input: from }) => ({ from, to: name, kind: 'reads' })),
    );
  });

  it('calls it a join where channels of another layer stand beside those that are computed', () => {
    const branch = { input: 'stem', channels: 4 };
    const before = networkOf('branches', input, 2, [
      conv({ name: 'stem', input: 'image', channels: 3, kernels: 4 }),
      conv({ ...branch, name: 'left', kernels: 6 }),
      conv({ ...branch, name: 'right', kernels: 5 }),
    ]);
    const network: Network = {
      ...before,
      nodes: [
        ...before.nodes,
        {
          name: 'both',
          op: 'concat',
          inputs: ['left.relu', 'right.relu'],
          attributes: { axis: 'channels' },
        },
        {
          name: 'fc',
          op: 'linear',
          inputs: ['both'],
          attributes: { inputs: 11 * 16, outputs: 2 },
        },
      ],
      tensors: new Map([
        ...before.tensors,
        ['fc', { weight: new Float32Array(2 * 11 * 16).fill(0.1) }],
      ]),
    };

    expect(networkGraph(mapped(network).network).edges).toContainEqual({
      from: 'left',
      to: 'right',
      kind: 'joins',
    });
  });
});

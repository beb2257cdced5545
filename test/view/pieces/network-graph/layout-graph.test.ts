import { describe, expect, it } from 'vitest';
import { type NetworkGraph, networkGraph } from '../../../../src/inspect/network-graph.ts';
import { cardSize, layoutGraph } from '../../../../src/view/pieces/network-graph/layout-graph.ts';
import { mapped } from '../../../support/mapped.ts';
import { randomNetwork, tourNetwork } from '../../../support/small-networks.ts';
import { resnet20 } from '../../../../src/network/builtin/resnet20.ts';

const graphs: readonly (readonly [string, NetworkGraph])[] = [
  ['the tour', networkGraph(mapped(tourNetwork()).network)],
  ['ResNet20', networkGraph(mapped(resnet20({})).network)],
  ...[1, 2, 3, 4, 5].map(
    (seed) => [`${seed}`, networkGraph(mapped(randomNetwork(seed)).network)] as const,
  ),
];

describe('layoutGraph', () => {
  it.each(graphs)('puts every layer behind what it reads, none on another: %s', (_, graph) => {
    const { nodes, edges, width, height } = layoutGraph(graph);

    expect(nodes.map(({ name }) => name)).toEqual(graph.nodes);
    for (const { from, to } of edges) {
      const x = (name: string): number => nodes.find((one) => one.name === name)!.x;
      expect(x(to), `${from} to ${to}`).toBeGreaterThan(x(from));
    }
    nodes.forEach((a, i) => {
      for (const b of nodes.slice(i + 1)) {
        const isApart =
          Math.abs(a.x - b.x) >= cardSize.width || Math.abs(a.y - b.y) >= cardSize.height;
        expect(isApart, `${a.name} and ${b.name}`).toBe(true);
      }
      expect(a.x - cardSize.width / 2).toBeGreaterThanOrEqual(0);
      expect(a.x + cardSize.width / 2).toBeLessThanOrEqual(width);
      expect(a.y - cardSize.height / 2).toBeGreaterThanOrEqual(0);
      expect(a.y + cardSize.height / 2).toBeLessThanOrEqual(height);
    });
  });

  it.each(graphs)('leads no line through a card: %s', (_, graph) => {
    const { nodes, edges } = layoutGraph(graph);
    for (const { from, to, points } of edges)
      for (const [x, y] of points)
        for (const node of nodes) {
          if (node.name === from || node.name === to) continue;
          const isInside =
            Math.abs(x - node.x) <= cardSize.width / 2 &&
            Math.abs(y - node.y) < cardSize.height / 2;
          expect(isInside, `${from} to ${to} at ${node.name}`).toBe(false);
        }
  });

  it('keeps a chain in a line', () => {
    const { nodes } = layoutGraph({
      nodes: ['image', 'a', 'b', 'c'],
      edges: [
        { from: 'image', to: 'a', kind: 'reads' },
        { from: 'a', to: 'b', kind: 'reads' },
        { from: 'b', to: 'c', kind: 'reads' },
      ],
    });
    expect(new Set(nodes.map(({ y }) => y)).size).toBe(1);
  });
});

// Where arrow keys lead from a layer of the graph.

import type { GraphLayout, PlacedNode } from './layout-graph.ts';

/**
 * The layer that a key leads to: right, one that reads this one; left, what it reads; up and down, the nearest above or
 * below. Undefined for another key; the same layer where there is none that way.
 */
export function neighbourOf(layout: GraphLayout, name: string, key: string): string | undefined {
  const ways: Readonly<Record<string, () => string | undefined>> = {
    Home: () => layout.nodes[0]?.name,
    End: () => layout.nodes.at(-1)?.name,
    ArrowLeft: () => layout.edges.find(({ to }) => to === name)?.from,
    ArrowRight: () => readerOf(layout, name),
    ArrowUp: () => beside(layout, name, -1),
    ArrowDown: () => beside(layout, name, 1),
  };
  const way = ways[key];
  return way && (way() ?? name);
}

function readerOf({ edges }: GraphLayout, name: string): string | undefined {
  const out = edges.filter(({ from }) => from === name);
  return (out.find(({ kind }) => kind === 'reads') ?? out[0])?.to;
}

/** @param sign 1: below, -1: above */
function beside({ nodes }: GraphLayout, name: string, sign: number): string | undefined {
  const here = nodes.find((one) => one.name === name);
  if (!here) return undefined;
  const cost = ({ x, y }: PlacedNode): number => Math.abs(x - here.x) + 0.5 * Math.abs(y - here.y);
  const [best] = nodes.filter(({ y }) => sign * (y - here.y) > 1).sort((a, b) => cost(a) - cost(b));
  return best?.name;
}

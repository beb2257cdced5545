// Places a network's graph from left to right: a column for each step of the longest way from the image, and in it the
// layers, and the maps that pass by, in an order that crosses few lines. Networks are nearly chains, so few sweeps do.

import { largest, smallest } from '../../../core/extremes.ts';
import type { GraphEdge, NetworkGraph } from '../../../inspect/network-graph.ts';

/** Sizes in units of the picture. */
export const cardSize = { width: 190, height: 78 } as const;
const gap = { column: 52, row: 22 } as const;
/** Room that a map takes where it passes a column. */
const passHeight = 10;
const sweeps = 8;

/** A layer with its place: the middle of its card. */
export interface PlacedNode {
  readonly name: string;
  readonly column: number;
  readonly x: number;
  readonly y: number;
}

/** An edge with the points that it goes through, from the right side of one card to the left side of another. */
export interface PlacedEdge extends GraphEdge {
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A graph that can be drawn. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** A card or a passing map in a column. */
interface Item {
  readonly column: number;
  readonly height: number;
  /** Neighbours in the columns before and behind, each with how much it pulls. */
  readonly before: (readonly [item: Item, pull: number])[];
  readonly behind: (readonly [item: Item, pull: number])[];
  y: number;
}

/** Lays a graph out. */
export function layoutGraph({ nodes, edges }: NetworkGraph): GraphLayout {
  const cards = makeCards(nodes, edges);
  const columns: Item[][] = [];
  const put = (item: Item): Item => {
    (columns[item.column] ??= []).push(item);
    return item;
  };
  for (const card of cards.values()) put(card);
  const ways = edges.map((edge) => ({ edge, way: wayOf(edge, cards, put) }));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const isForth = sweep % 2 === 0;
    for (const column of isForth ? columns : columns.toReversed()) {
      arrange(column, (item) => (isForth ? item.before : item.behind));
    }
  }
  for (const column of columns) arrange(column, ({ before, behind }) => [...before, ...behind]);
  return place(columns, cards, ways);
}

/** Each layer in the column behind the last one that it reads. */
function makeCards(
  nodes: readonly string[],
  edges: readonly GraphEdge[],
): ReadonlyMap<string, Item> {
  const cards = new Map<string, Item>();
  for (const name of nodes) {
    const columns = edges.flatMap(({ from, to }) =>
      to === name ? [(cards.get(from)?.column ?? -1) + 1] : [],
    );
    cards.set(name, makeItem(Math.max(0, largest(columns)), cardSize.height));
  }
  return cards;
}

const makeItem = (column: number, height: number): Item => ({
  column,
  height,
  before: [],
  behind: [],
  y: 0,
});

/** The items that an edge goes through: one in each column that it passes. */
function wayOf(
  { from, to, kind }: GraphEdge,
  cards: ReadonlyMap<string, Item>,
  put: (item: Item) => Item,
): readonly Item[] {
  const [start, end] = [cards.get(from), cards.get(to)];
  if (!start || !end) return [];
  const between = Array.from({ length: Math.max(0, end.column - start.column - 1) }, (_, i) => {
    const item = makeItem(start.column + 1 + i, passHeight);
    // Passing maps keep to one side, so that the chain stays straight.
    item.y = cardSize.height;
    return put(item);
  });
  const way = [start, ...between, end];
  way.slice(1).forEach((item, i) => {
    const last = way[i] as Item;
    const isInside = last.height === passHeight && item.height === passHeight;
    const pull = isInside ? 8 : kind === 'reads' ? 4 : 0.02;
    item.before.push([last, pull]);
    last.behind.push([item, pull]);
  });
  return way;
}

/** A card gives way less than a map that passes by. */
const weightOf = ({ height }: Item): number => (height === passHeight ? 1 : 50);

/** Items of a column that touch each other. */
interface Block {
  readonly items: readonly Item[];
  readonly height: number;
  /** Sums of the weights of its items, and of where each wants the block's top to be, by its weight. */
  readonly weight: number;
  readonly sum: number;
}

const topOf = ({ sum, weight }: Block): number => sum / weight;

/** Puts the items of a column where their neighbours pull them, in that order, none on another. */
function arrange(column: Item[], neighboursOf: (item: Item) => Item['before']): void {
  const wanted = new Map(column.map((item) => [item, pulledTo(item, neighboursOf(item))]));
  const wish = (item: Item): number => wanted.get(item) ?? 0;
  // Where nothing else says so, maps pass below the cards.
  const order = (item: Item): number => wish(item) + (item.height === passHeight ? 20 : 0);
  column.sort((a, b) => order(a) - order(b));
  const blocks: Block[] = [];
  for (const item of column) {
    const height = item.height + gap.row;
    const weight = weightOf(item);
    const sum = weight * (wish(item) - height / 2);
    let block: Block = { items: [item], height, weight, sum };
    for (let last = blocks.at(-1); last; last = blocks.at(-1)) {
      if (topOf(last) + last.height <= topOf(block)) break;
      blocks.pop();
      block = joined(last, block);
    }
    blocks.push(block);
  }
  for (const block of blocks) {
    let y = topOf(block);
    for (const item of block.items) {
      const height = item.height + gap.row;
      item.y = y + height / 2;
      y += height;
    }
  }
}

const joined = (upper: Block, lower: Block): Block => ({
  items: [...upper.items, ...lower.items],
  height: upper.height + lower.height,
  weight: upper.weight + lower.weight,
  sum: upper.sum + lower.sum - lower.weight * upper.height,
});

function pulledTo({ y }: Item, neighbours: Item['before']): number {
  const pull = neighbours.reduce((sum, [, own]) => sum + own, 0);
  return pull === 0 ? y : neighbours.reduce((sum, [item, own]) => sum + own * item.y, 0) / pull;
}

/** From the pulls to a picture whose corner is at 0, 0. */
function place(
  columns: readonly (readonly Item[])[],
  cards: ReadonlyMap<string, Item>,
  ways: readonly { readonly edge: GraphEdge; readonly way: readonly Item[] }[],
): GraphLayout {
  const all = columns.flat();
  const top = smallest(all.map(({ y, height }) => y - height / 2));
  const bottom = largest(all.map(({ y, height }) => y + height / 2));
  const half = cardSize.width / 2;
  const middle = ({ column }: Item): number => half + column * (cardSize.width + gap.column);
  const below = ({ y }: Item): number => y - top;
  return {
    width: columns.length * (cardSize.width + gap.column) - gap.column,
    height: bottom - top,
    nodes: [...cards].map(([name, item]) => {
      const { column } = item;
      return { name, column, x: middle(item), y: below(item) };
    }),
    edges: ways.map(({ edge, way }) => ({
      ...edge,
      points: way.flatMap((item, i) => {
        const left = [middle(item) - half, below(item)] as const;
        const right = [middle(item) + half, below(item)] as const;
        return [...(i > 0 ? [left] : []), ...(i < way.length - 1 ? [right] : [])];
      }),
    })),
  };
}

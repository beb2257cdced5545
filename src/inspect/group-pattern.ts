// Which weight groups of a layer are stored: the sparsity pattern as it can be drawn.

import type { Mapping } from '../mapping/map-to-chip.ts';
import { macroLayer } from './mapped-layer.ts';

/** Stored and pruned groups of one layer. */
export interface GroupPattern {
  readonly layer: string;
  readonly kernelTiles: number;
  /** Channel blocks, or blocks of a packed patch. */
  readonly blocks: number;
  /** Kernel positions that are groups of their own: kernelHeight * kernelWidth, or 1 in a packed layer. */
  readonly positions: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** True where all kernel positions are dealt onto word lines, see `GroupGrid`. */
  readonly packed: boolean;
  /** 1 if a weight of the group is not zero, order (tile, block, position). */
  readonly kept: Uint8Array;
  /** 1 if the group is stored; on a chip without sparsity every group is. Order as `kept`. */
  readonly stored: Uint8Array;
  /** Per tile the index codes, block * positions + position, in the order in which the controller walks them. */
  readonly lists: readonly Uint16Array[];
}

/**
 * The {@link GroupPattern} of the layer called `layer`.
 * @throws {CimError} (usage) when the mapping has no macro layer of that name
 */
export function groupPattern(mapping: Mapping, layer: string): GroupPattern {
  const mapped = macroLayer(mapping, layer);
  const { grid, kept } = mapped;
  const { geometry } = mapped.layer;
  const lists = mapped.tiles.map(({ codes }) => codes);
  const stored = new Uint8Array(kept.length);
  lists.forEach((codes, tile) => {
    for (const code of codes) stored[tile * grid.codes + code] = 1;
  });
  const { kernelTiles, blocks, positions, packed } = grid;
  const { height: kernelHeight, width: kernelWidth } = geometry.window;
  return {
    layer,
    kernelTiles,
    blocks,
    positions,
    kernelHeight,
    kernelWidth,
    packed,
    kept,
    stored,
    lists,
  };
}

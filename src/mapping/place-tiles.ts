// Which core runs which kernel tile, when: in the order of the tiles, or balanced.

import { smallest } from '../core/extremes.ts';
import type { KernelTile } from './kernel-tile.ts';

/**
 * How tiles are dealt onto cores: `none`, tile t on core t mod cores; `sorted`, the same after sorting by cost, so that
 * the tiles of a pass are about equally long; `lpt`, the longest tile that is left to the core that is free first,
 * which helps where the barrier is at the end of the layer.
 */
export type Balance = 'none' | 'sorted' | 'lpt';

/** Every {@link Balance}. */
export const balances: readonly Balance[] = ['none', 'sorted', 'lpt'];

/** One kernel tile, or a share of its pixels, on one core. */
export interface TileRun {
  readonly tile: number;
  readonly core: number;
  /** Position in the core's queue. Where passes end with a barrier, runs of the same pass start together. */
  readonly pass: number;
  readonly firstPixel: number;
  readonly pixels: number;
  /** Number of its strip, where the layer runs in strips. */
  readonly strip?: number;
  /** Whether the strip before left its weights in the macros, so that nothing is loaded. */
  readonly isLoaded?: true;
}

/** What placing needs to know of a layer. */
export interface Placement {
  readonly cores: number;
  /** Output pixels of the layer. */
  readonly pixels: number;
  readonly balance: Balance;
  /** Cycles of a tile over that many pixels, loads included. */
  readonly cost: (tile: KernelTile, pixels: number) => number;
}

/**
 * Places the tiles of a layer. A layer with fewer tiles than cores has its pixels split, so that every core that can
 * have work has some; each of them then loads the tile's weights.
 */
export function placeTiles(tiles: readonly KernelTile[], placement: Placement): readonly TileRun[] {
  const { cores, balance, cost } = placement;
  const shares = tiles.flatMap((tile) => pixelShares(tile, tiles.length, placement));
  const costs = new Map(shares.map((share) => [share, cost(share.tile, share.pixels)]));
  const costOf = (share: Share): number => costs.get(share) ?? 0;
  const ordered = balance === 'none' ? shares : shares.toSorted((a, b) => costOf(b) - costOf(a));
  const ends = Array.from({ length: cores }, () => 0);
  const queues = Array.from({ length: cores }, () => 0);
  return ordered.map((share, position): TileRun => {
    const core = balance === 'lpt' ? ends.indexOf(smallest(ends)) : position % cores;
    const pass = queues[core] ?? 0;
    queues[core] = pass + 1;
    ends[core] = (ends[core] ?? 0) + costOf(share);
    return {
      tile: share.tile.index,
      core,
      pass,
      firstPixel: share.firstPixel,
      pixels: share.pixels,
    };
  });
}

/**
 * {@link placeTiles} for each strip. A core that has one tile alone, which fits its macros at once, keeps the weights from
 * strip to strip; all others load them again.
 * @param placement `pixels` are those of a row here
 */
export function placeStrips(
  tiles: readonly KernelTile[],
  strips: readonly { readonly firstRow: number; readonly rows: number }[],
  placement: Placement,
): readonly TileRun[] {
  const held = new Map<number, number>();
  return strips.flatMap(({ firstRow, rows }, strip) => {
    const runs = placeTiles(tiles, { ...placement, pixels: rows * placement.pixels });
    return runs.map((run): TileRun => {
      const isAlone = runs.every(({ core, tile }) => core !== run.core || tile === run.tile);
      const isLoaded = held.get(run.core) === run.tile;
      if (isAlone && (tiles[run.tile]?.loads.length ?? 0) <= 1) held.set(run.core, run.tile);
      else held.delete(run.core);
      const firstPixel = run.firstPixel + firstRow * placement.pixels;
      return { ...run, firstPixel, strip, ...(isLoaded ? { isLoaded } : {}) };
    });
  });
}

interface Share {
  readonly tile: KernelTile;
  readonly firstPixel: number;
  readonly pixels: number;
}

function pixelShares(
  tile: KernelTile,
  tiles: number,
  { cores, pixels }: Placement,
): readonly Share[] {
  const parts = Math.max(1, Math.min(pixels, Math.floor(cores / tiles)));
  return Array.from({ length: parts }, (_, part) => {
    const firstPixel = Math.floor((part * pixels) / parts);
    return { tile, firstPixel, pixels: Math.floor(((part + 1) * pixels) / parts) - firstPixel };
  });
}

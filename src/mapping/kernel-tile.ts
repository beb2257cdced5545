// A kernel tile: the kernels that a core runs together, with the list of groups that are stored for them.

import type { Sparsity } from '../chips/index.ts';
import type { LayerGroups } from './layer-groups.ts';

/** The part of a group list that is in the macros at once. */
export interface WeightLoad {
  /** Number of its first group in the tile's list. */
  readonly firstGroup: number;
  readonly groups: number;
}

/** The kernels that a core runs together. */
export interface KernelTile {
  /** Number of the tile in its layer. */
  readonly index: number;
  readonly firstKernel: number;
  /** Kernels in it; the last tile of a layer may have fewer than the core could run. */
  readonly kernels: number;
  /** Index codes of the stored groups, in the order in which the controller walks them. */
  readonly codes: Uint16Array;
  readonly loads: readonly WeightLoad[];
}

/**
 * Codes of the stored groups of one tile, or of all its groups that have weights at all, by kernel position and then by channel block: neighbouring macro-ops then
 * read neighbouring words of the same pixel.
 */
export function groupList(
  { grid, kept, weightsIn }: Pick<LayerGroups, 'grid' | 'kept' | 'weightsIn'>,
  tile: number,
  sparsity: Sparsity = 'groups',
): Uint16Array {
  const { codes, blocks, positions } = grid;
  const list: number[] = [];
  for (let position = 0; position < positions; position++)
    for (let block = 0; block < blocks; block++) {
      const code = block * positions + position;
      const group = tile * codes + code;
      if (sparsity === 'none' ? weightsIn[group] : kept[group]) list.push(code);
    }
  return Uint16Array.from(list);
}

/** Cuts a list of `groups` into loads of at most `slots`. */
export function weightLoads(groups: number, slots: number): readonly WeightLoad[] {
  const loads: WeightLoad[] = [];
  for (let firstGroup = 0; firstGroup < groups; firstGroup += slots)
    loads.push({ firstGroup, groups: Math.min(slots, groups - firstGroup) });
  return loads;
}

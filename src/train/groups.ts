// Norms of the groups of weights that the chip stores, skips and prunes as a whole.

import { assert, at } from '../core/errors.ts';
import { geometriesOf } from '../compress/prune-groups.ts';
import {
  forEachWeight,
  type GroupGrid,
  groupGrid,
  type GroupShape,
  type KernelGeometry,
} from '../compress/weight-group.ts';
import { hasWeights } from '../network/layer.ts';
import type { Network } from '../network/network.ts';

/** The group of a MARS core at 8-bit weights: 16 input channels x 16 kernels at one kernel position. */
export const macroGroup: GroupShape = { channels: 16, kernels: 16 };

/** A layer whose weights are pruned in groups. */
export interface GroupedLayer {
  readonly name: string;
  readonly geometry: KernelGeometry;
  readonly grid: GroupGrid;
  /** Number of groups. They are ordered (kernel tile, channel block, kernel position). */
  readonly groups: number;
}

/** The layers whose weights are pruned in groups. Packed ones, with few input channels, are exempt and stay dense. */
export function groupedLayers(network: Network, shape: GroupShape): readonly GroupedLayer[] {
  const geometries = geometriesOf(network);
  return network.layers.flatMap((layer, index) => {
    const geometry = geometries[index];
    if (!hasWeights(layer) || !geometry) return [];
    const grid = groupGrid(geometry, shape);
    const groups = grid.kernelTiles * grid.codes;
    return grid.packed ? [] : [{ name: layer.name, geometry, grid, groups }];
  });
}

/** Euclidean norm of each group of a layer's `weights` (M, C, R, S). */
export function groupNorms(weights: Float32Array, layer: GroupedLayer): Float64Array {
  assert(weights.length % layer.geometry.kernels === 0, `weights of ${layer.name}`);
  return Float64Array.from({ length: layer.groups }, (_, group) => {
    let squares = 0;
    forEachWeight(layer.grid, layer.geometry, group, (i) => (squares += at(weights, i) ** 2));
    return Math.sqrt(squares);
  });
}

/** 1 for each group whose norm is at least `share` of the mean norm of the layer's non-zero groups, 0 for the others. */
export function keptGroups(norms: Float64Array, share: number): Float32Array {
  const living = norms.filter((norm) => norm > 0);
  const mean = living.reduce((sum, norm) => sum + norm, 0) / Math.max(1, living.length);
  return Float32Array.from(norms, (norm) => (norm > 0 && norm >= share * mean ? 1 : 0));
}

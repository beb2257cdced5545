// Norms of the groups of weights that the chip stores, skips and prunes as a whole.

import { assert, at } from '../../core/errors.ts';
import { groupScores } from '../../compress/group-scores.ts';
import { geometriesOf } from '../../compress/prune-groups.ts';
import {
  forEachWeight,
  type GroupGrid,
  groupGrid,
  type GroupShape,
  type KernelGeometry,
} from '../../compress/weight-group.ts';
import { type FusedNetwork, hasWeights } from '../../network/fused-network.ts';
import type { LayerPlans } from './layer-plan.ts';

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

/**
 * The layers whose weights are pruned in groups. Packed ones, with few input channels, are exempt and stay dense; so do
 * those that `plans` leaves dense.
 */
export function groupedLayers(
  network: FusedNetwork,
  shape: GroupShape,
  plans: LayerPlans = new Map(),
): readonly GroupedLayer[] {
  return unpackedLayers(network, shape).filter(({ name }) => plans.get(name)?.dense !== true);
}

/** All layers with groups, also those that are left dense: density counts them. */
export function unpackedLayers(network: FusedNetwork, shape: GroupShape): readonly GroupedLayer[] {
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

/** A layer's groups, or what is left of them. */
export interface LayerNorms {
  readonly name: string;
  readonly norms: Float64Array;
}

/**
 * Which groups to keep so that `most` are left over all layers together: those with the highest scores (`groupScores`). Each
 * layer keeps its largest, or nothing would pass it. By layer name, 1 for each group that is kept.
 */
export function keptToCount(
  layers: readonly LayerNorms[],
  most: number,
): ReadonlyMap<string, Float32Array> {
  const kept = new Map(layers.map(({ name, norms }) => [name, new Float32Array(norms.length)]));
  const candidates = layers.flatMap((layer, index) =>
    Array.from(groupScores(layer.norms.map((norm) => norm * norm)), (score, group) => ({
      score,
      group,
      name: layer.name,
      layer: index,
    })).filter(({ score }) => score > 0),
  );
  // The largest groups come first: they all have 1, and each layer has one.
  candidates.sort((a, b) => b.score - a.score || a.layer - b.layer || a.group - b.group);
  const living = layers.filter(({ norms }) => norms.some((norm) => norm > 0)).length;
  for (const { name, group } of candidates.slice(0, Math.max(most, living))) {
    const mask = kept.get(name);
    if (mask) mask[group] = 1;
  }
  return kept;
}

// When groups are removed, and which.

import { type GroupedLayer, keptGroups, keptToCount, type LayerNorms } from '../groups/groups.ts';
import { prunedDensity } from './stages.ts';
import type { TrainOptions } from './train-options.ts';

/** What pruning needs to know. */
export interface PruningPlan {
  /** All layers with groups, also those that are left dense: density counts them. */
  readonly unpacked: readonly GroupedLayer[];
  readonly stepsPerEpoch: number;
  readonly options: TrainOptions;
}

/** Which groups to keep, by layer name, from the norms of all layers whose groups may be removed. */
type Choice = (layers: readonly LayerNorms[]) => ReadonlyMap<string, Float32Array>;

/**
 * How to choose the groups that stay, if some are to be removed before a step of training.
 * @param done steps of training done, in all epochs together
 */
export function pruningBefore(
  done: number,
  { unpacked, stepsPerEpoch, options }: PruningPlan,
): Choice | undefined {
  const { epochs, fixedEpochs, groupLasso, removeBelow, targetDensity } = options;
  if (targetDensity !== undefined) {
    const density = prunedDensity(done, stepsPerEpoch, { ...options, targetDensity });
    return density === undefined ? undefined : (layers) => keptOfAll(layers, unpacked, density);
  }
  if (groupLasso === 0 || done !== (epochs - fixedEpochs) * stepsPerEpoch) return undefined;
  return (layers) =>
    new Map(layers.map(({ name, norms }) => [name, keptGroups(norms, removeBelow)]));
}

/** Leaves `density` of the groups of `all` layers, those of layers that are left dense among them. */
function keptOfAll(
  layers: readonly LayerNorms[],
  all: readonly GroupedLayer[],
  density: number,
): ReadonlyMap<string, Float32Array> {
  const count = (list: readonly number[]): number => list.reduce((sum, groups) => sum + groups, 0);
  const groups = count(all.map((layer) => layer.groups));
  const dense = groups - count(layers.map(({ norms }) => norms.length));
  return keptToCount(layers, Math.round(density * groups) - dense);
}

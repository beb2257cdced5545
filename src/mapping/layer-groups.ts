// How the weights of a layer fall into the groups that a chip runs: it follows from weights and chip, and is part of neither.

import type { ChipSpec } from '../chips/index.ts';
import { macroGeometry } from '../chips/macro-geometry.ts';
import type { MacroLayer } from '../compress/compressed-network.ts';
import {
  type GroupGrid,
  groupGrid,
  type GroupShape,
  nonZeroGroups,
  weightsOfGroups,
} from '../compress/weight-group.ts';

/** Inputs x kernels that `chip` runs together at `weightBits`: the shape to prune in. */
export function groupShapeOf(chip: ChipSpec, weightBits: number): GroupShape {
  const { wordLinesOn, kernelsPerCore } = macroGeometry(chip, { weightBits, inputBits: 8 });
  return { channels: wordLinesOn, kernels: kernelsPerCore };
}

/** The groups of a layer. */
export interface LayerGroups {
  readonly grid: GroupGrid;
  /** One per group of the grid: 1 if it has a weight that is not zero. */
  readonly kept: Uint8Array;
  /** Weights of the layer in each group of the grid, zeros included. */
  readonly weightsIn: Uint32Array;
  /** Groups of the grid in which the layer has weights, be they zero: all, but in a convolution of several groups. */
  readonly places: number;
}

/** Looking through millions of weights takes longer than all else of a mapping, and sweeps map a layer many times. */
const known = new WeakMap<Int8Array, Map<string, LayerGroups>>();

/** The {@link LayerGroups} of a layer in groups of `shape`. */
export function layerGroups(
  { weights, geometry }: Pick<MacroLayer, 'weights' | 'geometry'>,
  shape: GroupShape,
): LayerGroups {
  const ofWeights = known.get(weights) ?? new Map<string, LayerGroups>();
  known.set(weights, ofWeights);
  const key = JSON.stringify([shape, geometry]);
  const found = ofWeights.get(key);
  if (found) return found;
  const grid = groupGrid(geometry, shape);
  const weightsIn = weightsOfGroups(grid, geometry);
  const places = weightsIn.reduce((count, inGroup) => count + (inGroup > 0 ? 1 : 0), 0);
  const groups = { grid, kept: nonZeroGroups(weights, grid, geometry), weightsIn, places };
  ofWeights.set(key, groups);
  return groups;
}

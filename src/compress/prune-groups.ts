// Pruning by magnitude: the groups that matter least lose all their weights.

import { CimError } from '../core/errors.ts';
import { wholeMap } from '../core/window.ts';
import {
  type FusedNetwork,
  type FusedTopology,
  hasWeights,
  layerShapes,
  type WeightLayer,
} from '../network/fused-network.ts';
import { groupScores } from './group-scores.ts';
import {
  forEachGroupedWeight,
  groupCount,
  groupGrid,
  type GroupShape,
  type KernelGeometry,
  weightsOfGroups,
  zeroGroups,
} from './weight-group.ts';

interface Candidate {
  readonly layer: number;
  readonly group: number;
  /** Groups of its layer. */
  readonly groups: number;
  readonly score: number;
}

/**
 * Sets the weights of the groups with the lowest scores (`groupScores`) to zero, over all layers together. Layers that are packed (fewer channels than
 * word lines) are left dense, as MARS leaves its first layer, and so are convolutions of several groups, whose groups hold few weights.
 * @param fraction of the groups that may be pruned, 0 ... 1
 * @throws {CimError} (compress) when `fraction` is out of range
 */
export function pruneGroups(
  network: FusedNetwork,
  fraction: number,
  shape: GroupShape,
): FusedNetwork {
  if (!(fraction >= 0 && fraction <= 1))
    throw new CimError('compress', {
      what: `${fraction} of the groups cannot be pruned`,
      where: [network.name, 'prunedGroups'],
      todo: 'use a share from 0 to 1',
    });
  if (fraction === 0) return network;
  const geometries = geometriesOf(network);
  const candidates = network.layers.flatMap((layer, index) => {
    const geometry = geometries[index];
    return hasWeights(layer) && geometry ? candidatesOf(layer, geometry, index, shape) : [];
  });
  candidates.sort((a, b) => a.score - b.score || a.layer - b.layer || a.group - b.group);
  const pruned = Math.round(fraction * candidates.length);
  const kept = new Map<number, Uint8Array>();
  for (const { layer, group, groups } of candidates.slice(0, pruned)) {
    const mask = kept.get(layer) ?? new Uint8Array(groups).fill(1);
    mask[group] = 0;
    kept.set(layer, mask);
  }
  const layers = network.layers.map((layer, index) => {
    const geometry = geometries[index];
    const mask = kept.get(index);
    if (!hasWeights(layer) || !geometry || !mask) return layer;
    return {
      ...layer,
      weights: zeroGroups(layer.weights, groupGrid(geometry, shape), geometry, mask),
    };
  });
  return { ...network, layers };
}

/** Kernel sizes of each layer, undefined for those without weights. A linear layer's kernel is the whole map. */
export function geometriesOf(network: FusedTopology): readonly (KernelGeometry | undefined)[] {
  const shapes = layerShapes(network);
  return network.layers.map((layer) => {
    if (layer.kind === 'conv') {
      const { channels, kernels, window, groups, ownKernels } = layer;
      return {
        channels,
        kernels,
        window,
        ...(groups === undefined ? {} : { groups }),
        ...(ownKernels ? { ownKernels } : {}),
      };
    }
    const input = shapes.get(layer.input);
    if (layer.kind !== 'linear' || !input) return undefined;
    return { channels: input.channels, kernels: layer.outputs, window: wholeMap(input) };
  });
}

function candidatesOf(
  layer: WeightLayer,
  geometry: KernelGeometry,
  index: number,
  shape: GroupShape,
): readonly Candidate[] {
  const grid = groupGrid(geometry, shape);
  if (grid.packed || (geometry.groups ?? 1) > 1) return [];
  const squares = new Float64Array(groupCount(grid));
  forEachGroupedWeight(grid, geometry, (i, group) => {
    squares[group] = (squares[group] as number) + (layer.weights[i] as number) ** 2;
  });
  const weightsIn = weightsOfGroups(grid, geometry);
  return Array.from(groupScores(squares), (score, group) => ({
    layer: index,
    group,
    groups: squares.length,
    score,
  })).filter(({ group }) => weightsIn[group]);
}

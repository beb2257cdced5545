// Counts that a mapping is judged by: what is kept, how many bits that takes, what it would be dense.

import { macsOf } from '../compress/compressed-network.ts';
import { ownWeights } from '../compress/weight-group.ts';
import {
  indexBits as countIndexBits,
  type IndexCoding,
  indexCodings,
  indexFormat,
} from './index-coding.ts';
import type { MappedMacroLayer, Mapping } from './map-to-chip.ts';

/** How much of one layer is stored. */
export interface LayerStorage {
  /** Groups in which the layer has weights. */
  readonly groups: number;
  readonly groupsKept: number;
  readonly weights: number;
  /** Weights in stored groups, zeros among them included. */
  readonly weightsKept: number;
  /** Multiply-accumulates for one image, of all weights and of the stored groups. */
  readonly macs: number;
  readonly macsKept: number;
  /** Bits of the group lists in the mapping's index coding. */
  readonly indexBits: number;
  /** Bits of the stored groups, empty word lines and partitions included, and of the group lists. */
  readonly storedBits: number;
  /** Bits of all weights, nothing skipped and nothing padded. */
  readonly denseBits: number;
  /** Share of the cells of stored groups that hold a weight; undefined but for convolutions of several groups. */
  readonly cellsUsed?: number | undefined;
}

/** The {@link LayerStorage} of one mapped layer. */
export function layerStorage(mapped: MappedMacroLayer): LayerStorage {
  const { layer, grid, weightsIn, places, tiles, indexFormat: format } = mapped;
  const { weightBits } = layer;
  let weightsKept = 0;
  for (const { index, codes } of tiles)
    for (const code of codes) weightsKept += weightsIn[index * grid.codes + code] as number;
  const groupsKept = tiles.reduce((sum, tile) => sum + tile.codes.length, 0);
  const pixels = layer.outputShape.height * layer.outputShape.width;
  const indexBits = countIndexBits(listsOf(mapped), grid, format);
  return {
    groups: places,
    groupsKept,
    weights: ownWeights(layer.geometry),
    weightsKept,
    macs: macsOf(layer),
    macsKept: weightsKept * pixels,
    indexBits,
    storedBits: groupsKept * grid.shape.channels * grid.shape.kernels * weightBits + indexBits,
    denseBits: ownWeights(layer.geometry) * weightBits,
    ...((layer.geometry.groups ?? 1) > 1 && groupsKept > 0
      ? { cellsUsed: weightsKept / (groupsKept * grid.shape.channels * grid.shape.kernels) }
      : {}),
  };
}

/** The sums of {@link layerStorage} over the network. */
export function mappingStorage(mapping: Mapping): LayerStorage {
  const total = {
    groups: 0,
    groupsKept: 0,
    weights: 0,
    weightsKept: 0,
    macs: 0,
    macsKept: 0,
    indexBits: 0,
    storedBits: 0,
    denseBits: 0,
  };
  for (const mapped of mapping.layers) {
    if (mapped.kind !== 'macro') continue;
    const storage = layerStorage(mapped);
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += storage[key];
  }
  return total;
}

/** Bits of a layer's group lists in every coding: what could be stored instead. */
export function indexBitsByCoding(mapped: MappedMacroLayer): Readonly<Record<IndexCoding, number>> {
  const { grid } = mapped;
  const lists = listsOf(mapped);
  const bits = indexCodings.map((coding) => [
    coding,
    countIndexBits(lists, grid, indexFormat(lists, grid, coding)),
  ]);
  return Object.fromEntries(bits) as Record<IndexCoding, number>;
}

const listsOf = (mapped: MappedMacroLayer): readonly Uint16Array[] =>
  mapped.tiles.map((tile) => tile.codes);

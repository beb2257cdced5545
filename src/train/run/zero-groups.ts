// Which weight groups of a network are zero: counted, marked and fixed.

import { zeroGroups } from '../../compress/weight-group.ts';
import { type FusedNetwork, hasWeights, type Layer } from '../../network/fused-network.ts';
import { parametersOf } from '../graphs/parameters.ts';
import { type GroupedLayer, groupNorms, type LayerNorms } from '../groups/groups.ts';
import type { Arrays } from './training-run.ts';

/** Groups that are wholly zero, and groups in all. */
export interface GroupCounts {
  readonly zeroGroups: number;
  readonly groups: number;
}

/** Share of the groups that are not wholly zero; 1 without groups. */
export const densityOf = ({ zeroGroups, groups }: GroupCounts): number =>
  groups === 0 ? 1 : 1 - zeroGroups / groups;

/** 1 for each group that is not wholly zero, by layer name. */
export const keptNow = (network: FusedNetwork, layers: readonly GroupedLayer[]): Arrays =>
  new Map(
    normsOf(network, layers).map(({ name, norms }) => [
      name,
      Float32Array.from(norms, (norm) => (norm > 0 ? 1 : 0)),
    ]),
  );

/** Zero groups of a network. */
export const countZeros = (network: FusedNetwork, layers: readonly GroupedLayer[]): GroupCounts =>
  countNorms(normsOf(network, layers));

/** Zero groups among norms. */
export function countNorms(layers: readonly { readonly norms: Float64Array }[]): GroupCounts {
  let [zeros, groups] = [0, 0];
  for (const { norms } of layers) {
    groups += norms.length;
    zeros += norms.filter((norm) => norm === 0).length;
  }
  return { zeroGroups: zeros, groups };
}

/** The norms of the groups of `layers`. */
export const normsOf = (
  network: FusedNetwork,
  layers: readonly GroupedLayer[],
): readonly LayerNorms[] => {
  const arrays = new Map(parametersOf(network).map(({ name, data }) => [name, data]));
  return layers.map((layer) => ({
    name: layer.name,
    norms: groupNorms(arrays.get(`${layer.name}.weight`) ?? new Float32Array(), layer),
  }));
};

/** `network` with zeros in the groups that are not kept. */
export function withKept(
  network: FusedNetwork,
  grouped: readonly GroupedLayer[],
  kept: Arrays,
): FusedNetwork {
  const layers = network.layers.map((layer): Layer => {
    const groups = grouped.find(({ name }) => name === layer.name);
    const mask = kept.get(layer.name);
    if (!hasWeights(layer) || !groups || !mask) return layer;
    const weights = zeroGroups(layer.weights, groups.grid, groups.geometry, Uint8Array.from(mask));
    return { ...layer, weights };
  });
  return { ...network, layers };
}

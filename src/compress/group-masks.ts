// Which weight groups are kept, as data: from a file, from an illustrative profile, or from whoever prunes elsewhere.

import { at, CimError } from '../core/errors.ts';
import type { Shape } from '../core/feature-map.ts';
import { shuffled } from '../core/random.ts';
import { positionsOf } from '../core/window.ts';
import {
  type FusedNetwork,
  hasWeights,
  layerShapes,
  type WeightLayer,
} from '../network/fused-network.ts';
import type { Network } from '../network/network.ts';
import { fuseForChip } from '../network/passes/fuse.ts';
import { spellOut } from '../network/passes/spell-out.ts';
import { geometriesOf } from './prune-groups.ts';
import {
  groupCount,
  type GroupGrid,
  groupGrid,
  type GroupShape,
  type KernelGeometry,
  weightsOfGroups,
  zeroGroups,
} from './weight-group.ts';

/**
 * By name of a weight layer, one number per group of its grid: 1 for a group that is kept, 0 for one that is pruned.
 * Order `tile * codes + code`, as {@link GroupGrid} counts. A layer that is not named is kept whole.
 */
export type GroupMasks = ReadonlyMap<string, Uint8Array>;

/**
 * `network` with zeros in all groups that `masks` does not keep.
 * @throws {CimError} (compress) naming the layer whose mask has the wrong length or a value other than 0 and 1, or that the
 * network does not have
 */
export function applyGroupMasks(network: Network, masks: GroupMasks, shape: GroupShape): Network {
  const fused = keepMaskedGroups(fuseForChip(network), masks, shape);
  const layers = fused.layers.filter(hasWeights);
  const isSame = ({ name, weights }: WeightLayer): boolean =>
    network.tensors.get(name)?.['weight']?.length === weights.length;
  // Layers that are not those of the graph: the graph that they make.
  if (!layers.every(isSame)) return spellOut(fused);
  const tensors = new Map(network.tensors);
  for (const { name, weights } of layers)
    tensors.set(name, { ...tensors.get(name), weight: weights });
  return { ...network, tensors };
}

/** {@link applyGroupMasks} for a network whose layers are fused already. */
export function keepMaskedGroups(
  network: FusedNetwork,
  masks: GroupMasks,
  shape: GroupShape,
): FusedNetwork {
  const geometries = geometriesOf(network);
  const left = new Set(masks.keys());
  const layers = network.layers.map((layer, index) => {
    const geometry = geometries[index];
    const mask = masks.get(layer.name);
    if (!hasWeights(layer) || !geometry || !mask) return layer;
    left.delete(layer.name);
    const grid = groupGrid(geometry, shape);
    checkMask(mask, grid, [network.name, layer.name]);
    return { ...layer, weights: zeroGroups(layer.weights, grid, geometry, mask) };
  });
  const [unknown] = left;
  if (unknown !== undefined)
    throw new CimError('compress', {
      what: 'has a group mask, but the network has no layer with weights of this name',
      where: [network.name, unknown],
      todo: `name one of ${network.layers
        .filter(hasWeights)
        .map(({ name }) => name)
        .join(', ')}`,
    });
  return { ...network, layers };
}

function checkMask(mask: Uint8Array, grid: GroupGrid, where: readonly string[]): void {
  const groups = groupCount(grid);
  const { channels, kernels } = grid.shape;
  if (mask.length !== groups)
    throw new CimError('compress', {
      what: `its group mask has ${mask.length} values, the layer has ${groups} groups of ${channels} channels x ${kernels} kernels`,
      where,
      todo: 'make the mask for this network, chip and weight bits',
    });
  const bad = mask.findIndex((value) => value > 1);
  if (bad >= 0)
    throw new CimError('compress', {
      what: `value ${bad} of its group mask is ${mask[bad]}`,
      where,
      todo: 'use 1 for a group that is kept, 0 for one that is not',
    });
}

/** Share of the groups that are kept, by the larger side of a layer's output map, at scale 1. Illustrative. */
const profile: readonly { readonly side: number; readonly share: number }[] = [
  { side: 2, share: 0.06 },
  { side: 4, share: 0.1 },
  { side: 8, share: 0.2 },
  { side: 16, share: 0.35 },
  { side: Infinity, share: 0.6 },
];

/** Random streams of the masks begin here; those of the weights are counted from 1. */
const firstStream = 2000;

/**
 * Random masks of an illustrative density: nobody published which groups of MARS' networks are zero. The kept share is
 * 0.60, 0.35, 0.20, 0.10, 0.06 for output maps of up to 32, 16, 8, 4, 2 pixels a side (a side in between counts as the
 * next larger, larger ones as 32), times `scale`, twice that for 1x1 convolutions that serve as a shortcut, at most 1.
 * The first and the last weight layer stay dense, and convolutions of several groups.
 *
 * Each layer keeps exactly the rounded share of its groups; which ones is random over the whole layer, so that kernel
 * tiles differ in length and cores wait for each other, as after real pruning. (The same share in every tile would
 * leave no imbalance: a tenth to a fifth fewer cycles than the layer-wide draw.)
 * @param scale 0 or more; 1.1 for VGG16 and 0.5 for ResNet18 come near MARS' published efficiency
 * @throws {CimError} (compress) when `scale` is out of range
 */
export function densityProfileMasks(
  network: Network,
  scale: number,
  seed: number,
  shape: GroupShape,
): GroupMasks {
  if (!(scale >= 0 && scale < Infinity))
    throw new CimError('compress', {
      what: `a density of ${scale} times the profile is not possible`,
      where: [network.name, 'densityProfile'],
      todo: 'use a number from 0',
    });
  const fused = fuseForChip(network);
  const shortcuts = shortcutsOf(fused);
  const masks = new Map<string, Uint8Array>();
  weightLayersOf(fused).forEach(({ layer, geometry, output }, n, all) => {
    const weightsIn = weightsOfGroups(groupGrid(geometry, shape), geometry);
    const places = Array.from(weightsIn.keys()).filter((group) => weightsIn[group]);
    const isEnd = n === 0 || n === all.length - 1 || (geometry.groups ?? 1) > 1;
    const isShortcut = shortcuts.has(layer.name) && positionsOf(geometry.window) === 1;
    const share = isEnd ? 1 : Math.min(1, shareAt(output) * scale * (isShortcut ? 2 : 1));
    const mask = new Uint8Array(weightsIn.length);
    const order = shuffled(places.length, seed, firstStream + n);
    for (const place of order.subarray(0, Math.round(share * places.length)))
      mask[at(places, place)] = 1;
    masks.set(layer.name, mask);
  });
  return masks;
}

const shareAt = ({ height, width }: Shape): number =>
  profile.find(({ side }) => Math.max(height, width) <= side)?.share ?? 1;

/** Names of the layers that another one adds. */
const shortcutsOf = (network: FusedNetwork): ReadonlySet<string> =>
  new Set(
    network.layers.flatMap((layer) =>
      layer.kind === 'conv' && layer.residual ? [layer.residual.input] : [],
    ),
  );

interface PlacedLayer {
  readonly layer: WeightLayer;
  readonly geometry: KernelGeometry;
  readonly output: Shape;
}

function weightLayersOf(network: FusedNetwork): readonly PlacedLayer[] {
  const shapes = layerShapes(network);
  const geometries = geometriesOf(network);
  return network.layers.flatMap((layer, index) => {
    const geometry = geometries[index];
    const output = shapes.get(layer.name);
    return hasWeights(layer) && geometry && output ? [{ layer, geometry, output }] : [];
  });
}

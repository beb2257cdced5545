// How much a network bears in each layer: the same network with one layer at fewer bits, or with fewer groups.

import { isMacroLayer, type CompressedNetwork, type MacroLayer } from './compressed-network.ts';
import type { CompressOptions } from './compress.ts';
import type { LayerBits } from './scales.ts';
import type { GroupMasks } from './group-masks.ts';
import {
  forEachGroupedWeight,
  groupCount,
  groupGrid,
  type GroupShape,
  nonZeroGroups,
} from './weight-group.ts';

/** One change to one layer. */
export interface LayerVariant {
  readonly layer: string;
  readonly change: 'bits' | 'pruned';
  /** Compresses the network with this change and no other. */
  readonly options: CompressOptions;
}

/** What is tried. */
export interface SensitivityOptions {
  /** Inputs x kernels of the groups. */
  readonly groupShape: GroupShape;
  /** Bits of the layer's weights. */
  readonly bits: number;
  /** Share of the layer's stored groups that is pruned, by magnitude. */
  readonly pruned: number;
}

/**
 * The variants of a network, two for each layer with weights; packed layers, which are not pruned, have one.
 * @param base the network as `options` compress it
 */
export function layerVariants(
  base: CompressedNetwork,
  options: CompressOptions,
  { groupShape, bits, pruned }: SensitivityOptions,
): readonly LayerVariant[] {
  const { prunedGroups: _, ...others } = options;
  const rest = { ...others, groupShape };
  const masks: GroupMasks = new Map(
    base.layers.filter(isMacroLayer).map((layer) => [layer.name, storedGroups(layer, groupShape)]),
  );
  return base.layers.filter(isMacroLayer).flatMap((layer): LayerVariant[] => {
    const { name, geometry } = layer;
    const own: LayerBits = { weightBits: Math.min(bits, layer.weightBits) };
    const layerBits = new Map([...(options.layerBits ?? []), [name, own]]);
    const fewerBits = { ...rest, groupMasks: masks, layerBits };
    const variants: LayerVariant[] = [{ layer: name, change: 'bits', options: fewerBits }];
    if (groupGrid(geometry, groupShape).packed) return variants;
    const groupMasks = new Map([...masks, [name, withoutSmallest(layer, groupShape, pruned)]]);
    return [...variants, { layer: name, change: 'pruned', options: { ...rest, groupMasks } }];
  });
}

const storedGroups = ({ weights, geometry }: MacroLayer, shape: GroupShape): Uint8Array =>
  nonZeroGroups(weights, groupGrid(geometry, shape), geometry);

/** The layer's stored groups less the smallest `share` of them. */
function withoutSmallest(layer: MacroLayer, shape: GroupShape, share: number): Uint8Array {
  const { geometry, weights } = layer;
  const grid = groupGrid(geometry, shape);
  const kept = storedGroups(layer, shape);
  const squares = new Float64Array(groupCount(grid));
  forEachGroupedWeight(grid, geometry, (i, group) => {
    squares[group] = (squares[group] as number) + (weights[i] as number) ** 2;
  });
  const stored = Array.from(kept.keys()).filter((group) => kept[group] === 1);
  stored.sort((a, b) => (squares[a] as number) - (squares[b] as number) || a - b);
  const mask = Uint8Array.from(kept);
  for (const group of stored.slice(0, Math.round(share * stored.length))) mask[group] = 0;
  return mask;
}

// The groups of weights that a macro holds, skips and prunes as a whole: so many input channels times so many kernels
// at one kernel position.

import { at } from '../core/errors.ts';
import type { ConvLayer, Layer } from '../network/layer.ts';
import type { Network } from '../network/network.ts';

/** Size of a group. */
export interface GroupShape {
  /** Input channels: the word lines that are on together. */
  readonly channels: number;
  /** Kernels that are computed together. */
  readonly kernels: number;
}

/** The group of a MARS core: 16 input channels x 16 kernels at one kernel position. */
export const macroGroup: GroupShape = { channels: 16, kernels: 16 };

/** How the weights (M, C, R, S) of a layer divide into groups, ordered (kernel block, channel block, position). */
export interface LayerGroups {
  readonly kernelBlocks: number;
  readonly channelBlocks: number;
  readonly positions: number;
  readonly shape: GroupShape;
}

/**
 * The groups of a layer, or undefined where it has none: convolutions only, with whole groups in both directions. So a
 * first layer with few channels is exempt, and stays dense.
 */
export function layerGroups(layer: Layer, shape: GroupShape): LayerGroups | undefined {
  if (
    layer.kind !== 'conv' ||
    layer.channels % shape.channels !== 0 ||
    layer.kernels % shape.kernels !== 0
  )
    return undefined;
  return {
    kernelBlocks: layer.kernels / shape.kernels,
    channelBlocks: layer.channels / shape.channels,
    positions: layer.kernelHeight * layer.kernelWidth,
    shape,
  };
}

/** Number of groups of a layer. */
export const groupCount = ({ kernelBlocks, channelBlocks, positions }: LayerGroups): number =>
  kernelBlocks * channelBlocks * positions;

/** The layers of a network that have groups. */
export function groupedLayers(
  network: Network,
  shape: GroupShape,
): readonly { readonly layer: ConvLayer; readonly groups: LayerGroups }[] {
  return network.layers.flatMap((layer) => {
    const groups = layerGroups(layer, shape);
    return groups && layer.kind === 'conv' ? [{ layer, groups }] : [];
  });
}

/** Position in {@link groupCount} groups of each weight of (M, C, R, S), in the order of the weights. */
export function groupOfWeights(groups: LayerGroups): Uint32Array {
  const { kernelBlocks, channelBlocks, positions, shape } = groups;
  const channels = channelBlocks * shape.channels;
  return Uint32Array.from(
    { length: kernelBlocks * shape.kernels * channels * positions },
    (_, i) => {
      const position = i % positions;
      const channel = Math.floor(i / positions) % channels;
      const kernel = Math.floor(i / (positions * channels));
      const block =
        Math.floor(kernel / shape.kernels) * channelBlocks + Math.floor(channel / shape.channels);
      return block * positions + position;
    },
  );
}

/** Euclidean norm of each group of `weights` (M, C, R, S). */
export function groupNorms(weights: Float32Array, groups: LayerGroups): Float64Array {
  const squares = new Float64Array(groupCount(groups));
  groupOfWeights(groups).forEach((group, i) => {
    squares[group] = at(squares, group) + at(weights, i) ** 2;
  });
  return squares.map(Math.sqrt);
}

/** 1 for each group whose norm is at least `share` of the mean norm of the layer's non-zero groups, 0 for the others. */
export function keptGroups(norms: Float64Array, share: number): Float32Array {
  const living = norms.filter((norm) => norm > 0);
  const mean = living.reduce((sum, norm) => sum + norm, 0) / Math.max(1, living.length);
  return Float32Array.from(norms, (norm) => (norm > 0 && norm >= share * mean ? 1 : 0));
}

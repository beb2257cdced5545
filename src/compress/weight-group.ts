// Weight groups: the pieces of a layer's weights that the chip stores, skips and prunes whole. A group is one block of
// input channels (one per word line) x the kernels that run together, at one kernel position.

import { ceilDivide } from '../core/integer.ts';
import type { KernelRange } from '../network/fused-network.ts';
import { positionsOf, type Window } from '../core/window.ts';

/** Sizes of a layer's kernels, whether it came from a convolution or a linear layer. */
export interface KernelGeometry {
  /** Input channels C. */
  readonly channels: number;
  /** Kernels M. */
  readonly kernels: number;
  /** Kernel height and width, and how the kernel moves. */
  readonly window: Window;
  /** Groups that channels and kernels are dealt to in order; a kernel sees the channels of its own. 1 by default. */
  readonly groups?: number | undefined;
  /** Where only these kernels have weights; the others have zeros. All by default, and with several groups. */
  readonly ownKernels?: KernelRange | undefined;
}

/** Weights of a layer, without the zeros of kernels that have none. */
export const ownWeights = (geometry: KernelGeometry): number =>
  (geometry.ownKernels?.count ?? geometry.kernels) *
  channelsSeen(geometry) *
  positionsOf(geometry.window);

/** Channels that a kernel sees. */
export const channelsSeen = ({
  channels,
  groups = 1,
}: Pick<KernelGeometry, 'channels' | 'groups'>): number => channels / groups;

/** The first of the channels that a kernel sees. */
const firstChannel = (geometry: KernelGeometry, kernel: number): number => {
  const { kernels, groups = 1 } = geometry;
  return groups === 1 ? 0 : Math.floor(kernel / (kernels / groups)) * channelsSeen(geometry);
};

/** Inputs and kernels of one group; on MARS 16 x 16 at 8-bit weights. */
export interface GroupShape {
  /** Word lines that are on together. */
  readonly channels: number;
  /** Kernels that run together on a core. */
  readonly kernels: number;
}

/** The {@link GroupShape} that a chip runs at some weight bits; `groupShapeOf` of mapping knows it of every chip. */
export type GroupShapeRule = (weightBits: number) => GroupShape;

/** All groups that a layer could have. Group `code` of kernel tile `tile` is number `tile * codes + code`. */
export interface GroupGrid {
  /**
   * True where the layer has fewer channels than word lines: then all its kernel positions and channels, in order
   * (ky, kx, channel), are dealt onto word lines one after the other, and a block is a run of those.
   */
  readonly packed: boolean;
  /** Blocks of word lines: channel blocks, or blocks of a packed patch. */
  readonly blocks: number;
  /** Kernel positions that are groups of their own; 1 in a packed layer. */
  readonly positions: number;
  /** blocks x positions: index codes of the layer. */
  readonly codes: number;
  readonly kernelTiles: number;
  readonly shape: GroupShape;
}

/** The {@link GroupGrid} of a layer. */
export function groupGrid(geometry: KernelGeometry, shape: GroupShape): GroupGrid {
  const area = positionsOf(geometry.window);
  const packed = geometry.channels < shape.channels && area > 1;
  const blocks = ceilDivide(packed ? geometry.channels * area : geometry.channels, shape.channels);
  const positions = packed ? 1 : area;
  const kernelTiles = ceilDivide(geometry.kernels, shape.kernels);
  return { packed, blocks, positions, codes: blocks * positions, kernelTiles, shape };
}

/** Where a weight is stored: its kernel, the code of its group, its word line. */
export interface WeightPlace {
  readonly kernel: number;
  readonly code: number;
  readonly wordLine: number;
}

/**
 * Where in a weight array of order (M, C / groups, R, S) the weight of `kernel` at `wordLine` of group `code` lies;
 * -1 for a word line that the layer leaves empty, or whose channel the kernel does not see.
 */
export function weightIndex(
  grid: GroupGrid,
  geometry: KernelGeometry,
  { kernel, code, wordLine }: WeightPlace,
): number {
  const area = positionsOf(geometry.window);
  const block = Math.floor(code / grid.positions);
  const line = block * grid.shape.channels + wordLine;
  const channel = grid.packed ? line % geometry.channels : line;
  const position = grid.packed ? Math.floor(line / geometry.channels) : code % grid.positions;
  if (channel >= geometry.channels || position >= area) return -1;
  const seen = channelsSeen(geometry);
  const own = channel - firstChannel(geometry, kernel);
  return own < 0 || own >= seen ? -1 : (kernel * seen + own) * area + position;
}

/** Calls `visit` with the index of every weight of one group. */
export function forEachWeight(
  grid: GroupGrid,
  geometry: KernelGeometry,
  group: number,
  visit: (index: number) => void,
): void {
  const code = group % grid.codes;
  const first = Math.floor(group / grid.codes) * grid.shape.kernels;
  const last = Math.min(first + grid.shape.kernels, geometry.kernels);
  for (let kernel = first; kernel < last; kernel++)
    for (let wordLine = 0; wordLine < grid.shape.channels; wordLine++) {
      const index = weightIndex(grid, geometry, { kernel, code, wordLine });
      if (index >= 0) visit(index);
    }
}

/**
 * Calls `visit` with the index of every weight of a layer and the number of its group, in the order of memory: several
 * times faster than group by group, in layers of millions of weights.
 */
export function forEachGroupedWeight(
  grid: GroupGrid,
  geometry: KernelGeometry,
  visit: (index: number, group: number) => void,
): void {
  const { channels, kernels } = geometry;
  const { packed, positions, codes, shape } = grid;
  const area = positionsOf(geometry.window);
  const seen = channelsSeen(geometry);
  let index = 0;
  for (let kernel = 0; kernel < kernels; kernel++) {
    const firstGroup = Math.floor(kernel / shape.kernels) * codes;
    const first = firstChannel(geometry, kernel);
    for (let channel = first; channel < first + seen; channel++) {
      const block = firstGroup + Math.floor(channel / shape.channels) * positions;
      for (let position = 0; position < area; position++) {
        const line = position * channels + channel;
        const packedGroup = firstGroup + Math.floor(line / shape.channels);
        visit(index++, packed ? packedGroup : block + position);
      }
    }
  }
}

/** Groups that a layer could have. */
export const groupCount = (grid: GroupGrid): number => grid.kernelTiles * grid.codes;

/**
 * Of each group of the grid, how many weights of the layer lie in it. In a convolution of several groups many have none,
 * and a group that has some has cells whose kernel does not see the channel of their word line.
 */
export function weightsOfGroups(grid: GroupGrid, geometry: KernelGeometry): Uint32Array {
  const counts = new Uint32Array(groupCount(grid));
  if ((geometry.groups ?? 1) > 1) {
    forEachGroupedWeight(grid, geometry, (_, group) => {
      counts[group] = (counts[group] as number) + 1;
    });
    return counts;
  }
  const { codes, kernelTiles, shape } = grid;
  const inputs = Uint32Array.from({ length: codes }, (_, code) => inputsOf(grid, geometry, code));
  for (let tile = 0; tile < kernelTiles; tile++) {
    const { first, count } = geometry.ownKernels ?? { first: 0, count: geometry.kernels };
    const end = Math.min((tile + 1) * shape.kernels, first + count);
    const kernels = Math.max(0, end - Math.max(tile * shape.kernels, first));
    inputs.forEach((count, code) => (counts[tile * codes + code] = count * kernels));
  }
  return counts;
}

/** Of each group of a layer: 1 if it has a weight that is not zero, else 0. */
export function nonZeroGroups(
  weights: Int8Array,
  grid: GroupGrid,
  geometry: KernelGeometry,
): Uint8Array {
  const kept = new Uint8Array(groupCount(grid));
  forEachGroupedWeight(grid, geometry, (i, group) => {
    if (weights[i] !== 0) kept[group] = 1;
  });
  return kept;
}

/** A copy of a layer's `weights` with zeros in the groups for which `kept` is 0. */
export function zeroGroups(
  weights: Float32Array,
  grid: GroupGrid,
  geometry: KernelGeometry,
  kept: Uint8Array,
): Float32Array {
  const left = new Float32Array(weights.length);
  forEachGroupedWeight(grid, geometry, (i, group) => {
    if (kept[group] === 1) left[i] = weights[i] as number;
  });
  return left;
}

/** Word lines of group `code` that have an input: all of them but in the last block. */
export function inputsOf(grid: GroupGrid, geometry: KernelGeometry, code: number): number {
  const area = positionsOf(geometry.window);
  const lines = grid.packed ? geometry.channels * area : geometry.channels;
  const block = Math.floor(code / grid.positions);
  return Math.min(grid.shape.channels, lines - block * grid.shape.channels);
}

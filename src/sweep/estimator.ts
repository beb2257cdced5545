// Estimates one network on many chips: what does not depend on the chip's costs is compressed once and kept.

import type { ChipSpec } from '../chips/index.ts';
import { compress } from '../compress/compress.ts';
import type { CompressedNetwork } from '../compress/compressed-network.ts';
import type { GroupMasks } from '../compress/group-masks.ts';
import type { GroupShape } from '../compress/weight-group.ts';
import { mapToChip, type MapOptions } from '../mapping/map-to-chip.ts';
import type { Network } from '../network/network.ts';
import { groupShapeOf } from '../pipeline/run-job.ts';
import type { Report } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import { estimateRun } from '../simulate/simulate.ts';
import { schedule } from '../timeline/schedule.ts';

/** What is estimated, apart from the chip. */
export interface EstimatorJob {
  readonly network: Network;
  /** The chip's own precision by default. */
  readonly weightBits?: number | undefined;
  readonly activationBits?: number | undefined;
  /** Share of the groups that is pruned; 0 by default. */
  readonly prunedGroups?: number | undefined;
  /** Masks for groups of that shape, instead of pruning. */
  readonly masksFor?: ((shape: GroupShape) => GroupMasks) | undefined;
}

/** Gives the report of a chip; throws a CimError where the network does not fit it. */
export type Estimator = (chip: ChipSpec, options?: MapOptions) => Report;

/** Opens an estimator. Chips whose groups have the same shape and bits share one compressed network. */
export function openEstimator(job: EstimatorJob): Estimator {
  const compressed = new Map<string, CompressedNetwork>();
  return (chip, options = {}) => {
    const weightBits = job.weightBits ?? chip.precision.weightBits.value;
    const activationBits = job.activationBits ?? chip.precision.activationBits.value;
    const groupShape = (bits: number): GroupShape => groupShapeOf(chip, bits);
    const shapes = bitsOfLayers(job.network, weightBits).map(groupShape);
    const key = JSON.stringify([weightBits, activationBits, shapes]);
    const network =
      compressed.get(key) ?? compressFor(job, { weightBits, activationBits, groupShape });
    compressed.set(key, network);
    const mapping = mapToChip(network, chip, options);
    return summarize(mapping, estimateRun(mapping), schedule(mapping));
  };
}

/** The weight bits that layers of a network may have: those of all, and those that single ones were trained with. */
const bitsOfLayers = ({ scales, precision }: Network, weightBits: number): readonly number[] => [
  weightBits,
  ...(precision?.weightBits === weightBits
    ? [...(scales?.values() ?? [])].map((layer) => layer.weightBits)
    : []),
];

function compressFor(
  { network, masksFor, prunedGroups = 0 }: EstimatorJob,
  options: {
    readonly weightBits: number;
    readonly activationBits: number;
    readonly groupShape: (weightBits: number) => GroupShape;
  },
): CompressedNetwork {
  const groupMasks = masksFor?.(options.groupShape(options.weightBits));
  return compress(network, { ...options, groupMasks, prunedGroups: groupMasks ? 0 : prunedGroups });
}

/** The two figures by which chips are compared. */
export const outcomeOf = ({ performance, topsPerWatt }: Report): Outcome => ({
  framesPerSecond: performance.framesPerSecond,
  topsPerWatt: topsPerWatt.denseEquivalent,
});

/** What a sweep looks at. */
export interface Outcome {
  readonly framesPerSecond: number;
  /** Dense-equivalent. */
  readonly topsPerWatt: number;
}

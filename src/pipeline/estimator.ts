// Estimates one network on many chips: what does not depend on the chip's costs is compressed once and kept.

import type { ChipSpec } from '../chips/index.ts';
import type { MultiplierBits } from '../core/integer.ts';
import { compress } from '../compress/compress.ts';
import type { CompressedNetwork } from '../compress/compressed-network.ts';
import type { GroupMasks } from '../compress/group-masks.ts';
import type { GroupShape } from '../compress/weight-group.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import { mapToChip, type MapOptions } from '../mapping/map-to-chip.ts';
import type { Network } from '../network/network.ts';
import type { Report } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import { estimateRun } from './estimate.ts';
import { scheduleAll } from '../timeline/schedule-all.ts';

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

/** Opens an estimator. Chips share a compressed network where they have the same bits and, if it is pruned, groups of the same shape. */
export function openEstimator(job: EstimatorJob): Estimator {
  const compressed = new Map<string, CompressedNetwork>();
  return (chip, options = {}) => {
    const weightBits = job.weightBits ?? chip.precision.weightBits.value;
    const activationBits = job.activationBits ?? chip.precision.activationBits.value;
    const groupShape = groupShapeOf(chip, weightBits);
    const isPruned = job.masksFor !== undefined || (job.prunedGroups ?? 0) > 0;
    const multiplierBits = chip.requantizer.multiplierBits.value;
    const bits = { weightBits, activationBits, multiplierBits };
    const key = JSON.stringify([bits, isPruned ? groupShape : null]);
    const network = compressed.get(key) ?? compressFor(job, { ...bits, groupShape });
    compressed.set(key, network);
    const mapping = mapToChip(network, chip, options);
    return summarize(mapping, estimateRun(mapping), scheduleAll(mapping));
  };
}

function compressFor(
  { network, masksFor, prunedGroups = 0 }: EstimatorJob,
  options: {
    readonly weightBits: number;
    readonly activationBits: number;
    readonly multiplierBits: MultiplierBits;
    readonly groupShape: GroupShape;
  },
): CompressedNetwork {
  const groupMasks = masksFor?.(options.groupShape);
  return compress(network, { ...options, groupMasks, prunedGroups: groupMasks ? 0 : prunedGroups });
}

/** The two figures by which chips are compared. */
export const outcomeOf = ({ performance, topsPerWatt }: Report): Outcome => ({
  framesPerSecond: performance.framesPerSecond,
  topsPerWatt: topsPerWatt.denseEquivalent,
});

/** What a comparison of chips looks at. */
export interface Outcome {
  readonly framesPerSecond: number;
  /** Dense-equivalent. */
  readonly topsPerWatt: number;
}

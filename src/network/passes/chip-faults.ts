// What of a network the chip does not run yet: all of it, where `fuse` names the first.

import { CimError } from '../../core/errors.ts';
import { type GraphNode, imageName } from '../graph.ts';
import type { Network } from '../network.ts';
import { chipRuns, fuseForChip } from './fuse.ts';
import { takeImageCodes } from './image-codes.ts';
import { lowerToChip } from './lower-to-chip.ts';

/** A node that the chip does not run. */
export interface ChipFault {
  readonly node: string;
  /** Why, in words that follow its name. */
  readonly what: string;
}

/** The nodes that the chip does not run yet; empty where the network can be compressed. */
export function chipFaults(network: Network): readonly ChipFault[] {
  const { network: coded, imageCodes } = takeImageCodes(network);
  const lowered = lowerToChip(coded, imageCodes);
  const faults = lowered.nodes
    .filter((node) => !chipRuns(node) && !(node.op === 'affine' && node.inputs[0] === imageName))
    .map(faultOf);
  if (faults.length > 0) return faults;
  try {
    fuseForChip(network);
    return [];
  } catch (error) {
    if (!(error instanceof CimError)) throw error;
    return [{ node: error.where.at(-1) ?? network.name, what: error.what }];
  }
}

const faultOf = (node: GraphNode): ChipFault => ({
  node: node.name,
  what: `the operator ${node.op}`,
});

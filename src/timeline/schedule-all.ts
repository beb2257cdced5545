// The schedule of a mapping beside those that a report compares it with.

import { type Mapping, mapToChip } from '../mapping/map-to-chip.ts';
import { schedule } from './schedule.ts';
import type { Timeline } from './timeline.ts';

/** Timelines of one frame. */
export interface Schedules {
  /** As the chip runs it. */
  readonly timeline: Timeline;
  /** If ports, spills, pipeline and pooling took no time. */
  readonly beforeStalls: Timeline;
  /** With kernel tiles dealt onto cores as by balance `none`; the timeline itself where that is the balance. */
  readonly unbalanced: Timeline;
  /** If whatever DRAM moves were there at once; the timeline itself where it moves nothing. */
  readonly withoutDram: Timeline;
}

/** Schedules a mapping, and what a report compares the result with. */
export function scheduleAll(mapping: Mapping): Schedules {
  const timeline = schedule(mapping);
  const beforeStalls = schedule(mapping, { stalls: 'none' });
  const { network, chip, balance, indexCoding } = mapping;
  const unbalanced =
    balance === 'none'
      ? timeline
      : schedule(mapToChip(network, chip, { balance: 'none', indexCoding }));
  const withoutDram = usesDram(mapping) ? schedule(mapping, { dram: 'none' }) : timeline;
  return { timeline, beforeStalls, unbalanced, withoutDram };
}

const usesDram = ({ chip, layers }: Mapping): boolean =>
  chip.controller.weights.value === 'dram' || layers.some(({ strips }) => strips !== undefined);

// Cycles as times of a trace. The format wants microseconds, and Perfetto makes whole nanoseconds of them, of `ts` and
// `dur` each for itself: it cut them off until 2025 and rounds them since. Slices of one track that then overlap by a
// nanosecond are dropped. So every start and every end is put on a nanosecond here, and written such that either way of
// reading finds that nanosecond.

import { type Cycle, cycles, durationOf } from '../core/units.ts';

/** Start and duration of a slice, microseconds. */
export interface TraceSpan {
  readonly ts: number;
  readonly dur: number;
}

/**
 * From cycle `start` on, for `length` cycles of a clock of `megahertz`. What ends in the cycle in which another begins
 * ends in its nanosecond; above 1 GHz, what is shorter than a nanosecond can have no duration.
 */
export function traceSpan(start: Cycle, length: Cycle, megahertz: number): TraceSpan {
  const nanosecondAt = (cycle: number): number => Math.round(durationOf(cycles(cycle), megahertz));
  const from = nanosecondAt(start);
  return { ts: microseconds(from), dur: microseconds(nanosecondAt(start + length) - from) };
}

/**
 * The microseconds of whole `nanoseconds`: the nearest double, or one or two above it where 1000 times the nearest is
 * below the whole number. Up to 2^50 ns, which are 13 days.
 */
export function microseconds(nanoseconds: number): number {
  const nearest = nanoseconds / 1000;
  return Math.trunc(nearest * 1000) < nanoseconds ? nearest * (1 + Number.EPSILON) : nearest;
}

// What a simulation counts. Energy and reports are built on these, not on estimates.

import type { PlannedActivity } from '../mapping/planned-activity.ts';

/** Events of one macro layer, over all simulated images. */
export interface LayerActivity extends PlannedActivity, CountedEvents {}

/** The events that depend on the data, and so must be counted by a backend. */
export interface CountedEvents {
  /** Column reads whose sum lay outside the ADC's codes. */
  readonly saturatedReads: number;
  /** Column reads in input phases that drove no word line at all. */
  readonly zeroPhaseReads: number;
  /** Sums that did not fit the accumulator and were clamped. */
  readonly overflowedSums: number;
}

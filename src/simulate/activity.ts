// What a simulation counts. Energy and reports are built on these, not on estimates.

/** Counted events of one macro layer, over all simulated images. */
export interface LayerActivity {
  readonly layer: string;
  /** Macro-ops: one macro, one group, one pixel. */
  readonly macroOps: number;
  /** Weight groups that are not stored, times the pixels at which they were skipped. */
  readonly skippedGroups: number;
  /** Bit lines read, once per input phase: conversions of the ADC. */
  readonly columnReads: number;
  /** Column reads whose sum lay outside the ADC's codes. */
  readonly saturatedReads: number;
  /** Column reads in input phases that drove no word line at all. */
  readonly zeroPhaseReads: number;
  /** Sums that did not fit the accumulator and were clamped. */
  readonly overflowedSums: number;
}

/** The events that depend on the data, and so must be counted by a backend. */
export interface CountedEvents {
  readonly saturatedReads: number;
  readonly zeroPhaseReads: number;
  readonly overflowedSums: number;
}

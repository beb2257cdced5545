// Non-idealities of the macro's analog part, as a chip states them.

import { type Sourced, sourced } from './sourced.ts';

/**
 * How far the analog part of the macro is from ideal: standard deviations of normal distributions of mean 0. Zero means
 * ideal; where all are, nothing is drawn.
 */
export interface NoiseSpec {
  /** Read noise: drawn anew for every column read, in unit discharges. 0 ... 16. */
  readonly read: Sourced;
  /** Column offset: of the sense amplifiers and ADC of each bit line, fixed, in unit discharges. 0 ... 16. */
  readonly offset: Sourced;
  /** Column gain: error of each bit line's slope, fixed, a share of its sum. 0 ... 0.25. */
  readonly gain: Sourced;
  /** Cell mismatch: of the discharge of each cell, fixed, a share of the unit discharge. 0 ... 0.25. */
  readonly cell: Sourced;
}

/** The largest value of each; the least is 0. */
export const largestNoise = { read: 16, offset: 16, gain: 0.25, cell: 0.25 } as const;

/** The values of a {@link NoiseSpec}. */
export type NoiseDeviations = Readonly<Record<keyof NoiseSpec, number>>;

/** The values alone. */
export const noiseDeviations = ({ read, offset, gain, cell }: NoiseSpec): NoiseDeviations => ({
  read: read.value,
  offset: offset.value,
  gain: gain.value,
  cell: cell.value,
});

/** The ideal macro: all deviations 0, assumed, each with this `source`. */
export const noNoise = (source: string): NoiseSpec => ({
  read: sourced(0, 'unit discharge', 'assumed', source),
  offset: sourced(0, 'unit discharge', 'assumed', source),
  gain: sourced(0, '', 'assumed', source),
  cell: sourced(0, '', 'assumed', source),
});

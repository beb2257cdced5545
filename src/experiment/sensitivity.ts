// Which numbers of a chip matter? Each is halved and doubled on its own, and the outcome compared.

import { type ChipSpec, setChipValues } from '../chips/index.ts';
import { type Evidence, provenanceOf } from '../chips/sourced.ts';
import { CimError } from '../core/errors.ts';
import { largest, smallest } from '../core/extremes.ts';
import type { LongWork } from '../core/progress.ts';
import type { Outcome } from '../pipeline/estimator.ts';

/** One number of the chip, and what changing it does. */
export interface SensitivityRow {
  readonly parameter: string;
  readonly value: number;
  readonly unit: string;
  readonly evidence: Evidence;
  /** The values tried; undefined where the chip cannot have it. */
  readonly low: { readonly value: number; readonly outcome: Outcome } | undefined;
  readonly high: { readonly value: number; readonly outcome: Outcome } | undefined;
  /** Largest outcome over smallest, the base's included: 1 where nothing changes. */
  readonly swing: Outcome;
}

/** A tornado table. */
export interface Sensitivity {
  readonly base: Outcome;
  /** By the larger of the two swings, largest first. */
  readonly rows: readonly SensitivityRow[];
}

/**
 * Numbers that change what is computed beside what it costs, that describe and do nothing, or that no chip could have
 * halved or doubled: the supply, and the bits and supply that costs were stated for.
 */
const without: readonly string[] = [
  'process.node',
  'process.supply',
  'process.ratedSupply',
  'precision.weightBits',
  'precision.activationBits',
  'adc.bits',
  'adc.step',
  'adc.offset',
  'adc.thresholds',
  'adc.values',
  'adc.calibratedBits',
  'adc.percentile',
  'noise.read',
  'noise.offset',
  'noise.gain',
  'noise.cell',
  'area.macro',
  'area.sramBit',
  'area.accumulatorBit',
  'energy.dram',
];

/**
 * Halves and doubles every number of `chip`, one at a time.
 * @param outcomeOf what a changed chip does; a CimError means that the chip cannot be so
 * @throws {CimError} (cancelled) when told to stop
 */
export function sensitivity(
  chip: ChipSpec,
  outcomeOf: (chip: ChipSpec) => Outcome,
  work: LongWork = {},
): Sensitivity {
  const base = outcomeOf(chip);
  const entries = provenanceOf(chip).filter(
    ({ parameter, value }) => typeof value === 'number' && !without.includes(parameter),
  );
  const rows = entries.map(({ parameter, value, unit, evidence }, index): SensitivityRow => {
    if (work.signal?.aborted) throw new CimError('cancelled', { what: 'stopped' });
    const number = Number(value);
    const tried = (factor: number): SensitivityRow['low'] =>
      tryValue(chip, parameter, number * factor, outcomeOf);
    const low = tried(0.5);
    const high = tried(2);
    work.onProgress?.({ stage: 'sweep', done: index + 1, total: entries.length });
    const swing = swingOf([base, ...[low, high].flatMap((one) => (one ? [one.outcome] : []))]);
    return { parameter, value: number, unit, evidence, low, high, swing };
  });
  const size = ({ swing }: SensitivityRow): number =>
    Math.max(swing.framesPerSecond, swing.topsPerWatt);
  return { base, rows: rows.toSorted((a, b) => size(b) - size(a)) };
}

function tryValue(
  chip: ChipSpec,
  parameter: string,
  value: number,
  outcomeOf: (chip: ChipSpec) => Outcome,
): SensitivityRow['low'] {
  try {
    return { value, outcome: outcomeOf(setChipValues(chip, [`${parameter}=${value}`])) };
  } catch (error) {
    if (error instanceof CimError) return undefined;
    throw error;
  }
}

function swingOf(outcomes: readonly Outcome[]): Outcome {
  const ratio = (of: (outcome: Outcome) => number): number =>
    largest(outcomes.map(of)) / smallest(outcomes.map(of));
  return {
    framesPerSecond: ratio((outcome) => outcome.framesPerSecond),
    topsPerWatt: ratio((outcome) => outcome.topsPerWatt),
  };
}

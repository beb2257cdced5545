// A figure of a report as terminal and page show it: what it is, its value, and what belongs to it.

import type { Evidence } from '../chips/index.ts';
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatNumber,
  formatRareShare,
  formatShare,
  formatWhole,
} from '../core/number-text.ts';

/** What the number of a fact is; `rareShare`: a share that is never rounded down to 0. */
export type FactUnit =
  | 'share'
  | 'rareShare'
  | 'pJ'
  | 'bits'
  | 'count'
  | 'whole'
  | 'TOPS/W'
  | 'mW'
  | 'mm²';

/** One figure. */
export interface Fact {
  /** Unlike any other of its report. */
  readonly label: string;
  /** A number in `unit`, or words; null where there is none. */
  readonly value: number | string | null;
  readonly unit?: FactUnit;
  /** What is shown where there is no value; `unknown` by default. */
  readonly missing?: string;
  /** What belongs to it, in words. */
  readonly note?: string;
  /** Of the numbers that it is made of, the weakest. */
  readonly evidence?: Evidence;
  /** What `explain` calls it; absent where it is no number, or nothing that is computed. */
  readonly path?: string;
  /** Shown first and large where there is room. */
  readonly isMain?: true;
  /** Nobody may overlook it. */
  readonly isWarning?: boolean;
}

/** Shown in place of what only a simulation finds. */
export const notSimulated = 'not simulated';

/** Figures that belong together. */
export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

const formats: Readonly<Record<FactUnit, (value: number) => string>> = {
  share: formatShare,
  rareShare: formatRareShare,
  pJ: formatEnergy,
  bits: formatBytes,
  count: formatCount,
  whole: formatWhole,
  'TOPS/W': formatNumber,
  mW: (value) => `${formatNumber(value)} mW`,
  'mm²': (value) => `${formatNumber(value)} mm²`,
};

/** The value as it is shown; a number that is none (0 of 0, a division by 0) is shown as missing. */
export function factText({ value, unit, missing = 'unknown' }: Fact): string {
  if (typeof value === 'string') return value;
  if (value === null || !Number.isFinite(value)) return missing;
  return unit ? formats[unit](value) : String(value);
}

/** Note and evidence in one line; empty where there is neither. */
export const factNote = ({ note = '', evidence }: Fact): string =>
  [note, evidence ?? ''].filter((text) => text !== '').join(', ');

// What a self-check has found so far, as data: each part with its rows.

import type { Adapter, Fields, Row } from '../result.ts';
import type { CaseData } from './case-data.ts';

/** First field of every report. */
export const checkFormat = 'mars-cim check-gpu 1';

/**
 * How far a part is. `out of time`: its seconds were over before its cases; `failed`: something went wrong, which `error`
 * says; `not run`: an earlier part ended the check.
 */
export type PartState = 'waiting' | 'running' | 'done' | 'out of time' | 'failed' | 'not run';

/** A part of a check. */
export interface PartReport {
  readonly name: string;
  /** One sentence. */
  readonly asks: string;
  readonly state: PartState;
  /** Seconds that it had; null before it began. */
  readonly budget: number | null;
  /** Seconds that it took; null before it ended. */
  readonly seconds: number | null;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  /** Keys of the cases for which there was no time. */
  readonly skipped: readonly Fields[];
  readonly error: string | null;
}

/** The smallest case that an adapter computes wrong. */
export interface Fault {
  readonly what: string;
  /** The part that found it. */
  readonly part: string;
  /** How the adapter was used: with shortcuts, every read on its own, or in parts. */
  readonly way: string | null;
  /** The first value that differs. */
  readonly first: string | null;
  /** The program with its input, made as small as time allowed; null where only a whole network shows it. */
  readonly case: CaseData | null;
}

/** A whole check. */
export interface CheckReport {
  readonly format: typeof checkFormat;
  readonly version: string;
  readonly date: string;
  /** `running` where the check was killed. */
  readonly state: 'running' | 'done' | 'failed';
  readonly machine: string;
  readonly runtime: string;
  /** Seconds that the check may take. */
  readonly seconds: number;
  readonly adapter: Adapter;
  readonly parts: readonly PartReport[];
  readonly fault: Fault | null;
}

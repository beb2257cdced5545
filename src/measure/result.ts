// A bench's result as it is kept in a file: what was asked, on what it ran, one row per case.

import { z } from 'zod';
import { CimError } from '../core/errors.ts';
import type { Spread } from './statistics.ts';

/** First field of every result file. */
export const resultFormat = 'mars-cim bench 1';

/** Names and values of a case. */
export type Fields = Readonly<Record<string, string | number>>;
/** Amounts by unit. */
export type Amounts = Readonly<Record<string, number>>;

/** Times and rates of a case. */
export interface Timing {
  readonly repetitions: number;
  /** Times and work below are of one run; a repetition takes the mean of so many. */
  readonly runsPerRepetition: number;
  /** Seconds of one run on the clock on the wall. */
  readonly wall: Spread;
  /** Seconds of one run over all threads of the process (in a page: of all the browser's); null where nobody tells. */
  readonly cpu: Spread | null;
  /** Seconds of one run on the device, all passes added up; null where it does not tell. */
  readonly device: Spread | null;
  /** Work of one run; the first unit is the headline. */
  readonly work: Amounts;
  /** Work over the median wall seconds. */
  readonly perSecond: Amounts;
  /** Work over the median CPU seconds: the headline on software adapters. */
  readonly perCpuSecond: Amounts | null;
  /** The least time that the adapter's measured speed permits, over the median: of CPU seconds on software adapters. */
  readonly roofline: { readonly bound: string; readonly share: number } | null;
}

/** One case. */
export interface Row {
  /** Which case this is: rows of two results are matched by it. */
  readonly key: Fields;
  /** What else is known of the case. */
  readonly facts: Fields;
  /** What the result was compared with before it was timed. */
  readonly checked: string;
  readonly timing: Timing | null;
}

/** What the cases ran on. */
export interface Adapter {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly driver: string;
  /** An adapter on the CPU, whose threads count as CPU seconds. */
  readonly software: boolean;
  readonly limits: Amounts;
  readonly features: readonly string[];
}

/** The content of a result file. */
export interface BenchResult {
  readonly format: typeof resultFormat;
  readonly question: string;
  /** `headless`: the same cases in a page of headless Chrome. */
  readonly where: 'Node' | 'headless';
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  /** Version of Node, and of the browser where there is one. */
  readonly runtime: string;
  readonly adapter: Adapter;
  readonly settings: Fields;
  readonly notes: readonly string[];
  readonly rows: readonly Row[];
}

const fields = z.record(z.string(), z.union([z.string(), z.number()]));
const amounts = z.record(z.string(), z.number());
const spread = z.object({ min: z.number(), p50: z.number(), p95: z.number(), max: z.number() });
const timingSchema = z.object({
  repetitions: z.int(),
  runsPerRepetition: z.int(),
  wall: spread,
  cpu: spread.nullable(),
  // Results from before there were timestamps have none.
  device: spread.nullable().default(null),
  work: amounts,
  perSecond: amounts,
  perCpuSecond: amounts.nullable(),
  roofline: z.object({ bound: z.string(), share: z.number() }).nullable(),
});
const adapterSchema = z.object({
  name: z.string(),
  vendor: z.string(),
  architecture: z.string(),
  device: z.string(),
  driver: z.string(),
  software: z.boolean(),
  limits: amounts,
  features: z.array(z.string()),
});
const rowSchema = z.object({
  key: fields,
  facts: fields,
  checked: z.string(),
  timing: timingSchema.nullable(),
});
const resultSchema: z.ZodType<BenchResult> = z.object({
  format: z.literal(resultFormat),
  question: z.string(),
  where: z.enum(['Node', 'headless']),
  date: z.string(),
  commit: z.string(),
  machine: z.string(),
  runtime: z.string(),
  adapter: adapterSchema,
  settings: fields,
  notes: z.array(z.string()),
  rows: z.array(rowSchema),
});

/**
 * Reads a result file.
 * @throws {CimError} (input) when it is something else
 */
export function readResult(text: string, where: string): BenchResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CimError('input', { what: 'is not JSON', where, cause });
  }
  const parsed = resultSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CimError('input', {
    what: `is not a result of npm run bench (${issue?.path.join('.') || 'top level'}: ${issue?.message})`,
    where,
    todo: 'give files of bench/results that this version wrote',
  });
}

/** A key as a person reads it: `adc bits 6, inputs uniform`. */
export const keyText = (key: Fields): string =>
  Object.entries(key)
    .map(([name, one]) => `${name} ${one}`)
    .join(', ');

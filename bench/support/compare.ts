// Two results of the same question, row by row: how many times faster is the second?

import { CimError } from '../../src/core/errors.ts';
import { type Amounts, type BenchResult, keyText, type Row } from '../../src/measure/result.ts';

/** A row that both results have. */
export interface Compared {
  readonly key: Row['key'];
  /** What is compared: the headline unit. */
  readonly unit: string;
  /** Work per second in the first and the second result. */
  readonly first: number;
  readonly second: number;
  /** second / first. */
  readonly ratio: number;
  /** The same ratio per CPU second; null where one result has none. */
  readonly cpuRatio: number | null;
}

/** What came of a comparison. */
export interface Comparison {
  readonly question: string;
  readonly rows: readonly Compared[];
  /** What makes the ratios doubtful: other machine, other device, rows that only one result has. */
  readonly warnings: readonly string[];
}

/**
 * Compares two results.
 * @throws {CimError} (usage) when they answer different questions
 */
export function compareResults(first: BenchResult, second: BenchResult): Comparison {
  if (first.question !== second.question)
    throw new CimError('usage', {
      what: `"${first.question}" and "${second.question}" are different questions`,
      where: '--compare',
      todo: 'give two results of one question',
    });
  const others = new Map(second.rows.map((row) => [keyText(row.key), row]));
  const rows = first.rows.flatMap((row) => compareRows(row, others.get(keyText(row.key))));
  return { question: first.question, rows, warnings: warningsOf(first, second) };
}

function compareRows(first: Row, second: Row | undefined): readonly Compared[] {
  const [a, b] = [first.timing, second?.timing];
  const unit = Object.keys(a?.work ?? {})[0];
  if (!a || !b || unit === undefined) return [];
  const ratio = ratioOf(a.perSecond, b.perSecond, unit);
  if (ratio === null) return [];
  const rates = { first: a.perSecond[unit] ?? 0, second: b.perSecond[unit] ?? 0 };
  const cpuRatio = ratioOf(a.perCpuSecond, b.perCpuSecond, unit);
  return [{ key: first.key, unit, ...rates, ratio, cpuRatio }];
}

/** How many times more of `unit` the second has; null where one of them has none. */
function ratioOf(first: Amounts | null, second: Amounts | null, unit: string): number | null {
  const [a, b] = [first?.[unit], second?.[unit]];
  return a === undefined || b === undefined ? null : b / a;
}

function warningsOf(first: BenchResult, second: BenchResult): readonly string[] {
  const facts = [
    ['machine', first.machine, second.machine],
    ['runtime', first.runtime, second.runtime],
    ['device', first.adapter.name, second.adapter.name],
  ] as const;
  const differ = facts
    .filter(([, a, b]) => a !== b)
    .map(([what, a, b]) => `the ${what} differs: ${a} / ${b}`);
  return [...differ, ...unmatched(first, second, 'first'), ...unmatched(second, first, 'second')];
}

function unmatched(one: BenchResult, other: BenchResult, name: string): readonly string[] {
  const known = new Set(other.rows.map(({ key }) => keyText(key)));
  return one.rows
    .map(({ key }) => keyText(key))
    .filter((key) => !known.has(key))
    .map((key) => `only the ${name} has: ${key}`);
}

// Results and comparisons as a person reads them in a terminal.

import Table from 'cli-table3';
import pc from 'picocolors';
import { borderless } from '../../src/cli/borderless.ts';
import { formatCount, formatNumber } from '../../src/core/number-text.ts';
import type { Comparison } from './compare.ts';
import type { Question } from '../../src/measure/question.ts';
import { type BenchResult, keyText, type Row, type Timing } from '../../src/measure/result.ts';

/** One row as one line, while a question is being asked. */
export function rowLine({ key, timing, facts }: Row): string {
  const unit = headline(timing);
  const rate =
    timing && unit !== undefined
      ? `${formatCount(timing.perSecond[unit] ?? 0)} ${unit}/s`
      : keyText(facts);
  return `${keyText(key)}: ${rate}`;
}

/** A whole result: what it ran on, timed rows, other rows, notes. */
export function resultTable(result: BenchResult, question: Question): string {
  const { rows, adapter, machine, runtime, commit, notes } = result;
  const timed = rows.filter(({ timing }) => timing);
  const others = rows.filter(({ timing }) => !timing);
  const advice = adapter.software
    ? ['a software adapter: the rate per CPU second is the figure that other load does not change']
    : [];
  return [
    `${pc.bold(result.question)}: ${question.asks}`,
    pc.dim(`${adapter.name}; ${machine}; ${runtime}; commit ${commit}`),
    ...(timed.length > 0 ? [timedTable(timed)] : []),
    ...(others.length > 0 ? [factsTable(others)] : []),
    ...[...advice, ...notes].map((note) => pc.dim(note)),
  ].join('\n');
}

const headline = (timing: Timing | null): string | undefined => Object.keys(timing?.work ?? {})[0];

const namesOf = (records: readonly Row['key'][]): readonly string[] => [
  ...new Set(records.flatMap((record) => Object.keys(record))),
];

function timedTable(rows: readonly Row[]): string {
  const keys = namesOf(rows.map(({ key }) => key));
  const units = [...new Set(rows.map(({ timing }) => headline(timing)))].join(' or ');
  const times = ['min', 'p50', 'p95', 'max'] as const;
  // Numbers among the facts are for the file; words tell what was run.
  const words = namesOf(rows.map(({ facts }) => facts)).filter((name) =>
    rows.some(({ facts }) => typeof facts[name] === 'string'),
  );
  const hasDevice = rows.some(({ timing }) => timing?.device);
  const heads = [
    `${units}/s`,
    'per CPU s',
    ...times.map((one) => `${one} ms`),
    ...(hasDevice ? ['device ms'] : []),
    'CPU ms',
  ];
  const hasRoofline = rows.some(({ timing }) => timing?.roofline);
  const lines = rows.map(({ key, facts, timing }) => {
    const unit = headline(timing) ?? '';
    const { wall, cpu, device, perSecond, perCpuSecond, roofline } = timing as Timing;
    const share = roofline ? `${formatNumber(100 * roofline.share)} % ${roofline.bound}` : '';
    return [
      ...keys.map((name) => cell(key[name])),
      ...words.map((name) => cell(facts[name])),
      formatCount(perSecond[unit] ?? 0),
      perCpuSecond ? formatCount(perCpuSecond[unit] ?? 0) : '',
      ...times.map((one) => formatNumber(1000 * wall[one])),
      ...(hasDevice ? [device ? formatNumber(1000 * device.p50) : ''] : []),
      cpu ? formatNumber(1000 * cpu.p50) : '',
      ...(hasRoofline ? [share] : []),
    ];
  });
  return table([...keys, ...words, ...heads, ...(hasRoofline ? ['roofline'] : [])], lines);
}

function factsTable(rows: readonly Row[]): string {
  const keys = namesOf(rows.map(({ key }) => key));
  const facts = namesOf(rows.map((row) => row.facts));
  const lines = rows.map((row) => [
    ...keys.map((name) => cell(row.key[name])),
    ...facts.map((name) => cell(row.facts[name])),
  ]);
  return table([...keys, ...facts], lines);
}

/** Ratios row by row; above 1 the second result is faster. */
export function comparisonTable(comparison: Comparison, first: string, second: string): string {
  const keys = namesOf(comparison.rows.map(({ key }) => key));
  const lines = comparison.rows.map((row) => [
    ...keys.map((name) => cell(row.key[name])),
    `${formatCount(row.first)} ${row.unit}/s`,
    `${formatCount(row.second)} ${row.unit}/s`,
    row.ratio.toFixed(2),
    row.cpuRatio === null ? '' : row.cpuRatio.toFixed(2),
  ]);
  return [
    `${pc.bold(comparison.question)}: A is ${first}, B is ${second}`,
    table([...keys, 'A', 'B', 'B / A', 'per CPU s'], lines),
  ].join('\n');
}

const cell = (value: string | number | undefined): string => String(value ?? '');

function table(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const head = heads.map((text) => pc.dim(text));
  const drawn = new Table({ ...borderless(heads.length), head });
  for (const line of lines) drawn.push([...line]);
  return drawn.toString();
}

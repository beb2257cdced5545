// A check's report as Markdown: one table per part.

import { formatCount, formatNumber } from '../../core/number-text.ts';
import { keyText, type Row } from '../result.ts';
import type { CheckReport, Fault, PartReport } from './check-report.ts';

/** The report as a Markdown document. */
export function checkMarkdown(report: CheckReport): string {
  const { adapter, parts, fault } = report;
  return [
    `# mars check-gpu: ${headline(report)}`,
    `- adapter: ${adapter.name}${adapter.software ? ' (software)' : ''}; ${wordsOf([adapter.vendor, adapter.architecture, adapter.device, adapter.driver])}`,
    `- machine: ${report.machine}; ${report.runtime}; mars-cim ${report.version}; ${report.date}`,
    `- features: ${adapter.features.join(', ')}`,
    `- limits: ${Object.entries(adapter.limits)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    '',
    table(
      ['part', 'state', 'seconds', 'of', 'cases', 'no time for'],
      parts.map((part) => [
        part.name,
        part.state,
        secondsText(part.seconds),
        secondsText(part.budget),
        String(part.rows.length),
        part.skipped.length > 0 ? String(part.skipped.length) : '',
      ]),
    ),
    ...(fault ? ['', ...faultText(fault)] : []),
    ...parts.filter(({ state }) => !['waiting', 'not run'].includes(state)).flatMap(partText),
    '',
  ].join('\n');
}

/** How a check ended, in a few words. */
export function headline({ state, fault, parts }: CheckReport): string {
  if (fault) return 'the adapter computes wrong';
  const failed = parts.filter((part) => part.state === 'failed').map(({ name }) => name);
  if (failed.length > 0) return `failed: ${failed.join(', ')}`;
  if (state === 'running') return 'not finished';
  const late = parts.filter((part) => part.state === 'out of time').map(({ name }) => name);
  return late.length > 0
    ? `every number that was compared is right; out of time: ${late.join(', ')}`
    : 'every number is right';
}

const wordsOf = (words: readonly string[]): string =>
  [...new Set(words)].filter((word) => word !== '').join(' ');

const secondsText = (seconds: number | null): string =>
  seconds === null ? '' : seconds.toFixed(1);

function faultText(fault: Fault): readonly string[] {
  return [
    `## Wrong: ${cell(fault.what)}`,
    '',
    `Found by ${fault.part}${fault.way === null ? '' : `, ${fault.way}`}${fault.first === null ? '' : `; in the smallest case ${fault.first}`}.`,
    ...(fault.case ? ['', '```json', JSON.stringify(fault.case), '```'] : []),
  ];
}

function partText({
  name,
  asks,
  rows,
  notes,
  skipped,
  error,
  budget,
}: PartReport): readonly string[] {
  const timed = rows.filter(({ timing }) => timing);
  const others = rows.filter(({ timing }) => !timing);
  const late = `There was no time for ${skipped.map(keyText).join('; ')}: the ${secondsText(budget)} s were over.`;
  return [
    '',
    `## ${name}`,
    '',
    asks,
    ...(timed.length > 0 ? ['', timedTable(timed)] : []),
    ...(others.length > 0 ? ['', factsTable(others)] : []),
    ...notes.flatMap((note) => ['', cell(note)]),
    ...(skipped.length > 0 ? ['', cell(late)] : []),
    ...(error === null ? [] : ['', `**Failed:** ${cell(error)}`]),
  ];
}

function timedTable(rows: readonly Row[]): string {
  const keys = namesOf(rows.map(({ key }) => key));
  const facts = namesOf(rows.map((row) => row.facts));
  const units = [...new Set(rows.map(({ timing }) => unitOf(timing)))].join(' or ');
  const heads = [`${units}/s`, 'wall ms', 'device ms', 'CPU ms', 'roofline', 'checked'];
  const milliseconds = (spread: { readonly p50: number } | null | undefined): string =>
    spread ? formatNumber(1000 * spread.p50) : '';
  const lines = rows.map(({ key, facts: own, timing, checked }) => [
    ...keys.map((one) => key[one]),
    ...facts.map((one) => own[one]),
    formatCount(timing?.perSecond[unitOf(timing)] ?? 0),
    milliseconds(timing?.wall),
    milliseconds(timing?.device),
    milliseconds(timing?.cpu),
    timing?.roofline
      ? `${formatNumber(100 * timing.roofline.share)} % ${timing.roofline.bound}`
      : '',
    checked,
  ]);
  return table([...keys, ...facts, ...heads], lines);
}

const unitOf = (timing: Row['timing']): string => Object.keys(timing?.work ?? {})[0] ?? '';

function factsTable(rows: readonly Row[]): string {
  const keys = namesOf(rows.map(({ key }) => key));
  const facts = namesOf(rows.map((row) => row.facts));
  return table(
    [...keys, ...facts, 'checked'],
    rows.map((row) => [
      ...keys.map((one) => row.key[one]),
      ...facts.map((one) => row.facts[one]),
      row.checked,
    ]),
  );
}

const namesOf = (records: readonly Row['key'][]): readonly string[] => [
  ...new Set(records.flatMap((record) => Object.keys(record))),
];

type Cell = string | number | undefined;

function table(heads: readonly string[], lines: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string =>
    `| ${cells.map((one) => cell(String(one ?? ''))).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...lines.map(line)].join('\n');
}

/** Text that ends no cell and no line. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

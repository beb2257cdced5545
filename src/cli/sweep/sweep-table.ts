// The statistics of a sweep as a person reads them in a terminal.

import Table from 'cli-table3';
import pc from 'picocolors';
import { countOf } from '../../core/words.ts';
import { formatEnergy, formatNumber, formatShare } from '../../core/number-text.ts';
import { shownTexts } from '../../core/shown-text.ts';
import type { ConditionStatistics, Mean } from '../../experiment/statistics.ts';
import { borderless } from '../borderless.ts';
import type { Collected } from './collect.ts';

/** Conditions that are printed; the tables have all. */
const mostLines = 60;

/** One line per condition: accuracy with its interval over chip instances and over images, speed, energy, difference. */
export function sweepTable(folder: string, collected: Collected, files: readonly string[]): string {
  const { experiment, rows, statistics, missing } = collected;
  const head = [
    ...experiment.paths,
    'chips',
    'accuracy',
    '± chips',
    '± images',
    'frames/s',
    'energy',
    'difference',
  ];
  const table = new Table({ ...borderless(head.length), head: head.map((cell) => pc.dim(cell)) });
  for (const one of shownTexts(statistics.slice(0, mostLines)))
    table.push([
      ...experiment.paths.map((path) => String(one.coordinates[path] ?? '')),
      ...cells(one),
    ]);
  const failed = rows.filter(({ error }) => error !== null);
  const [first] = failed;
  const lines = [
    ...(statistics.length > mostLines
      ? [
          pc.dim(
            `… and ${countOf(statistics.length - mostLines, 'more condition')} in statistics.csv`,
          ),
        ]
      : []),
    '',
    `${countOf(rows.length, 'point')}${missing > 0 ? `, ${missing} missing` : ''}${failed.length > 0 ? `, ${failed.length} failed` : ''}`,
    ...(first?.error
      ? [
          `First failure (${first.id}): ${shownTexts([...first.error.where, first.error.what]).join(': ')}`,
        ]
      : []),
    `Written: ${folder}/${files.join(', ')}`,
  ];
  return `${table.toString()}\n${lines.join('\n')}\n`;
}

function cells(one: ConditionStatistics): readonly string[] {
  const { accuracy, framesPerSecond, energyPerFrame } = one.overChips;
  const failed = one.failed > 0 ? ` (${one.failed} failed)` : '';
  return [
    `${one.chips}${failed}`,
    accuracy ? formatShare(accuracy.mean) : '–',
    halfWidth(accuracy),
    halfWidth(one.accuracyOverImages),
    framesPerSecond ? formatNumber(framesPerSecond.mean) : '–',
    energyPerFrame ? formatEnergy(energyPerFrame.mean) : '–',
    differenceText(one),
  ];
}

const halfWidth = (mean: Mean | null): string =>
  mean?.interval ? formatShare((mean.interval[1] - mean.interval[0]) / 2) : '–';

function differenceText({ difference }: ConditionStatistics): string {
  if (!difference) return '–';
  const { mean } = difference.overChips;
  return `${mean > 0 ? '+' : ''}${formatShare(mean)}`;
}

// Several reports side by side, as rows: what each says and how it relates to the first.

import { notSimulated } from '../../../report/fact.ts';
import { noiseText } from '../../../report/noise-text.ts';
import type { Report } from '../../../report/report.ts';
import { adcText, isEstimated, saturatedShare } from '../../../report/report-words.ts';
import {
  formatCount,
  formatEnergy,
  formatNumber,
  formatRareShare,
  formatRatio,
  formatShare,
  formatWhole,
} from '../../../core/number-text.ts';

/** What one report says in a row. */
export interface CompareCell {
  readonly text: string;
  /** Value over the first report's, as text; empty for the first, for words and where there is none. */
  readonly ratio: string;
  /** Is it another value than the first report's? */
  readonly isDifferent: boolean;
}

/** One thing that is compared. */
export interface CompareRow {
  readonly label: string;
  /** What `explain` calls the figures of the row. */
  readonly path?: string | undefined;
  readonly cells: readonly CompareCell[];
}

/** Words, or a number with its format; ratios are only of numbers with `hasRatio`. */
interface Measure {
  readonly label: string;
  readonly path?: string;
  readonly value: (report: Report) => string | number | null;
  readonly format?: (value: number) => string;
  /** Shares of images are compared by eye, not as ratios. */
  readonly hasRatio?: true;
  /** Where there is no value; `unknown` by default. */
  readonly missing?: (report: Report) => string;
}

const notSimulatedText = (report: Report): string =>
  isEstimated(report) ? notSimulated : 'unknown';

const measures: readonly Measure[] = [
  { label: 'network', value: ({ network }) => network },
  { label: 'chip', value: ({ chip }) => chip },
  { label: 'data set', value: ({ dataset }) => dataset || 'none' },
  {
    label: 'images',
    value: ({ images, energy }) => (energy.activity === 'estimated' ? 'none' : images),
    format: formatWhole,
  },
  {
    label: 'bits of weights, activations',
    value: ({ compression }) => `${compression.weightBits}, ${compression.activationBits}`,
  },
  { label: 'ADC', value: (report) => adcText(report) ?? null },
  { label: 'noise', value: ({ noise }) => noiseText(noise) },
  { label: 'seed', value: ({ seed }) => String(seed) },
  {
    label: 'accuracy on the chip',
    path: 'accuracy.top1',
    value: ({ accuracy }) => accuracy.top1,
    format: formatShare,
    missing: notSimulatedText,
  },
  {
    label: 'accuracy in exact integers',
    path: 'accuracy.quantizedTop1',
    value: ({ accuracy }) => accuracy.quantizedTop1,
    format: formatShare,
    missing: notSimulatedText,
  },
  {
    label: 'accuracy in float',
    path: 'accuracy.floatTop1',
    value: ({ accuracy }) => accuracy.floatTop1,
    format: formatShare,
    missing: notSimulatedText,
  },
  {
    label: 'saturated reads',
    path: 'reads.saturatedShare',
    value: saturatedShare,
    format: formatRareShare,
    missing: notSimulatedText,
  },
  {
    label: 'groups stored',
    path: 'compression.density',
    value: ({ compression: { groups, groupsKept } }) => (groups === 0 ? null : groupsKept / groups),
    format: formatShare,
    hasRatio: true,
  },
  {
    label: 'cycles per frame',
    path: 'performance.cyclesPerFrame',
    value: ({ performance }) => performance.cyclesPerFrame,
    format: formatWhole,
    hasRatio: true,
  },
  {
    label: 'frames per second',
    path: 'performance.framesPerSecond',
    value: ({ performance }) => performance.framesPerSecond,
    format: formatCount,
    hasRatio: true,
  },
  {
    label: 'utilization',
    path: 'performance.utilization',
    value: ({ performance }) => performance.utilization,
    format: formatShare,
    hasRatio: true,
  },
  {
    label: 'energy per frame',
    path: 'energy.total',
    value: ({ energy }) => energy.perFrame.total,
    format: formatEnergy,
    hasRatio: true,
  },
  { label: 'activity', value: ({ energy }) => energy.activity },
  {
    label: 'TOPS/W executed',
    path: 'topsPerWatt.executed',
    value: ({ topsPerWatt }) => topsPerWatt.executed,
    format: formatNumber,
    hasRatio: true,
  },
  {
    label: 'TOPS/W executed, with DRAM',
    path: 'topsPerWatt.executedWithDram',
    value: ({ topsPerWatt }) => topsPerWatt.executedWithDram,
    format: formatNumber,
    hasRatio: true,
  },
  {
    label: 'TOPS/W dense-equivalent',
    path: 'topsPerWatt.denseEquivalent',
    value: ({ topsPerWatt }) => topsPerWatt.denseEquivalent,
    format: formatNumber,
    hasRatio: true,
  },
  {
    label: 'area (mm²)',
    path: 'area.total',
    value: ({ area }) => area.total,
    format: formatNumber,
    hasRatio: true,
  },
];

/** Rows of a comparison with the first report. */
export const compareRows = (reports: readonly Report[]): readonly CompareRow[] =>
  measures.map((measure) => ({
    label: measure.label,
    path: measure.path,
    cells: reports.map((report, i) => cellOf(measure, report, i === 0 ? undefined : reports[0])),
  }));

function cellOf(measure: Measure, report: Report, first: Report | undefined): CompareCell {
  const value = measure.value(report);
  const base = first ? measure.value(first) : null;
  const text = textOf(measure, report);
  const hasRatio =
    measure.hasRatio &&
    typeof value === 'number' &&
    typeof base === 'number' &&
    base > 0 &&
    Number.isFinite(value / base);
  return {
    text,
    ratio: hasRatio ? formatRatio(value / base) : '',
    // Of what is shown: nobody can see that 237.04 is not 237.01 where both read 237.
    isDifferent: first !== undefined && text !== textOf(measure, first),
  };
}

function textOf({ value, format, missing }: Measure, report: Report): string {
  const found = value(report);
  if (found === null || (typeof found === 'number' && !Number.isFinite(found)))
    return missing?.(report) ?? 'unknown';
  return typeof found === 'number' && format ? format(found) : String(found);
}

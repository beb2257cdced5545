// Sums on bit lines against the codes of the ADC, as rows.

import type { ColumnSums as CountedSums } from '../../../inspect/column-sums.ts';
import type { FigureData } from '../figure/figure-data.ts';
import { formatCount, formatRareShare } from '../../../core/number-text.ts';

/** How often a sum was on a bit line. */
export interface ColumnSum {
  /** In unit discharges. */
  readonly sum: number;
  readonly count: number;
}

/** A histogram, and the ADC that converts it; all in unit discharges. */
export interface ColumnSums {
  readonly sums: readonly ColumnSum[];
  readonly adc: {
    /** What each code stands for. */
    readonly levels: readonly number[];
    /** Sums below `low`, and those from `high` on, lie outside the codes. */
    readonly low: number;
    readonly high: number;
  };
}

/** What was counted, as the plot takes it. */
export function columnSumsOf({ counts, levels, low, high }: CountedSums): ColumnSums {
  const sums = Array.from(counts, (count, sum) => ({ sum, count }));
  return { sums, adc: { levels: levels.map(({ value }) => value), low, high } };
}

/** Does the sum lie outside the ADC's codes? */
export const isSaturated = (sum: number, { low, high }: ColumnSums['adc']): boolean =>
  sum < low || sum >= high;

/** Share of the reads that are saturated; null without reads. */
export function saturatedShare({ sums, adc }: ColumnSums): number | null {
  const total = sums.reduce((all, { count }) => all + count, 0);
  const beyond = sums.reduce((all, { sum, count }) => all + (isSaturated(sum, adc) ? count : 0), 0);
  return total === 0 ? null : beyond / total;
}

/** Words and rows of the plot of sums. */
export function columnSumsData(data: ColumnSums): FigureData {
  const { adc } = data;
  const sums = data.sums.filter(({ count }) => count > 0);
  const { levels } = adc;
  const total = sums.reduce((all, { count }) => all + count, 0);
  const low = sums.reduce((least, { sum }) => Math.min(least, sum), Infinity);
  const high = sums.reduce((most, { sum }) => Math.max(most, sum), -Infinity);
  const range = total === 0 ? '' : ` with sums from ${low} to ${high} unit discharges`;
  return {
    caption: 'Sums on bit lines and the levels of the ADC, in unit discharges',
    summary: `${formatCount(total)} column reads${range}; ${formatRareShare(saturatedShare(data) ?? 0)} are saturated, outside the ADC’s ${levels.length} levels from ${levels[0] ?? 0} to ${levels.at(-1) ?? 0}.`,
    table: {
      columns: ['sum (unit discharges)', 'column reads', 'saturated'],
      rows: sums.map(({ sum, count }) => [sum, count, isSaturated(sum, adc) ? 'yes' : 'no']),
    },
  };
}

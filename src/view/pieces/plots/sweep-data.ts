// Accuracy against a setting of the chip, as rows.

import { binomialInterval } from '../../../core/accuracy.ts';
import type { Report } from '../../../report/report.ts';
import { isEstimated } from '../../../report/report-words.ts';
import type { FigureData } from '../figure/figure-data.ts';
import { formatShare } from '../../../core/number-text.ts';

/** What one run of a sweep found. */
export interface SweepRow {
  /** The setting: ADC bits, read noise ... */
  readonly x: number;
  /** Share of the images that the chip classifies rightly; null where it is not known. */
  readonly top1: number | null;
  /** The same of the integer network, exactly computed; null where it is not known. */
  readonly exactTop1: number | null;
  /** 0 where none were simulated. */
  readonly images: number;
}

/** Why a sweep of a run like this would find no accuracy; undefined where it finds one. */
export function sweepObstacle(report: Pick<Report, 'energy' | 'accuracy'>): string | undefined {
  if (isEstimated(report))
    return 'A sweep compares accuracies, and this run was an estimate: it has none. Run one test image or more first.';
  if (report.accuracy.top1 === null)
    return 'A sweep compares accuracies, and the images of this run have no labels: it has none. Run images with labels first.';
  return undefined;
}

/** The row of a run. */
export const sweepRow = (x: number, report: Report): SweepRow => ({
  x,
  top1: report.accuracy.top1,
  exactTop1: report.accuracy.quantizedTop1,
  images: isEstimated(report) ? 0 : report.images,
});

/** 95 % interval of a row; undefined where its accuracy is not known. */
export const intervalOf = ({ top1, images }: SweepRow): readonly [number, number] | undefined =>
  top1 === null ? undefined : binomialInterval(top1, images);

/** Rows of one sweep and what was changed. */
export interface Sweep {
  /** With unit: `ADC bits`, `read noise (unit discharges)`. */
  readonly setting: string;
  readonly rows: readonly SweepRow[];
}

/** Rows in the order of the setting. */
export const inOrder = (rows: readonly SweepRow[]): readonly SweepRow[] =>
  [...rows].sort((a, b) => a.x - b.x);

/** Words and rows of the sweep's plot. */
export function sweepData({ setting, rows }: Sweep): FigureData {
  const ordered = inOrder(rows);
  const known = ordered.filter(({ top1 }) => top1 !== null);
  const [first, last] = [known[0], known.at(-1)];
  const text =
    first && last
      ? `${formatShare(first.top1)} at ${first.x} and ${formatShare(last.top1)} at ${last.x}`
      : 'not known';
  return {
    caption: `Accuracy against ${setting}; whiskers: 95 % binomial interval (Wilson) of the images alone`,
    summary: `Accuracy on the chip against ${setting}: ${text}.`,
    table: {
      columns: [
        setting,
        'accuracy on the chip',
        '95 % from',
        '95 % to',
        'accuracy in exact integers',
        'images',
      ],
      rows: ordered.map((row) => [
        row.x,
        row.top1,
        ...(intervalOf(row) ?? [null, null]),
        row.exactTop1,
        row.images,
      ]),
    },
  };
}

// Accuracy against a setting of the chip, as rows.

import type { FigureData } from '../figure/figure-data.ts';
import { formatShare } from '../format.ts';
import { binomialInterval } from './binomial-interval.ts';

/** What one run of a sweep found. */
export interface SweepRow {
  /** The setting: ADC bits, read noise ... */
  readonly x: number;
  /** Share of the images that the chip classifies rightly. */
  readonly top1: number;
  /** The same of the integer network, exactly computed; null where it is not known. */
  readonly exactTop1: number | null;
  readonly images: number;
}

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
  const [first, last] = [ordered[0], ordered.at(-1)];
  const text =
    first && last
      ? `${formatShare(first.top1)} at ${first.x} and ${formatShare(last.top1)} at ${last.x}`
      : 'not known';
  return {
    caption: `Accuracy against ${setting}. Whiskers: 95 % interval of a binomial proportion (Wilson) for the number of images; other seeds and other trainings are not in it`,
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
      rows: ordered.map(({ x, top1, exactTop1, images }) => [
        x,
        top1,
        ...binomialInterval(top1, images),
        exactTop1,
        images,
      ]),
    },
  };
}

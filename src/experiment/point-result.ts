// What came of a point: its figures, or the error that stopped it. The row of it is the same whoever computed it.

import { errorData, type ErrorData } from '../core/errors.ts';
import { estimateRun } from '../pipeline/estimate.ts';
import type { Report } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import { type Figures, figuresOf } from './figures.ts';
import { countBits } from './image-range.ts';
import { type Coordinates, identityOf, type Point } from './point.ts';
import { type PointPart, runOf } from './simulate-point.ts';
import type { MappedPoint } from './stages.ts';

/** Version of rows and of the files of points. */
export const rowVersion = 1;

/** One row of the results. */
export interface Row {
  readonly version: number;
  readonly id: string;
  /** Version of mars-cim. */
  readonly mars: string;
  /** `gpu`, `reference`, ...; `none` for an estimate. */
  readonly backend: string;
  readonly coordinates: Coordinates;
  /** Every setting that has a value, `seed` and `chipSeed` among them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Name of the data set and part; empty for an estimate. */
  readonly dataset: string;
  readonly images: number;
  /** Null where the point failed. */
  readonly figures: Figures | null;
  /** One bit per image, as hexadecimal digits, image 0 lowest: the chip is right. Empty for an estimate. */
  readonly right: string;
  readonly error: ErrorData | null;
}

/** Who computes a row. */
export interface Maker {
  /** Version of mars-cim. */
  readonly mars: string;
  readonly backend: string;
}

/** The row of a point whose images were simulated; `whole`: all of them. */
export function simulatedRow(mapped: MappedPoint, whole: PointPart, maker: Maker): Row {
  const { point, mapping, schedules } = mapped;
  const share = (count: number, of: number): number | null => (of === 0 ? null : count / of);
  const run = runOf(whole, point.settings.chipSeed, maker.backend);
  const report = summarize(mapping, run, schedules, {
    dataset: whole.dataset,
    accuracy: {
      top1: share(countBits(whole.right), whole.count),
      floatTop1: share(whole.floatRight, whole.floatImages),
      floatImages: whole.floatImages,
      quantizedTop1: share(whole.exactRight, whole.count),
      agreement: share(whole.agreeing, whole.count),
    },
  });
  return { ...doneRow(point, report, maker), images: whole.count, right: whole.right };
}

/** The row of a point without images. */
export function estimatedRow({ point, mapping, schedules }: MappedPoint, maker: Maker): Row {
  const report = summarize(mapping, estimateRun(mapping), schedules);
  return { ...doneRow(point, report, { ...maker, backend: 'none' }), images: 0, right: '' };
}

function doneRow(point: Point, report: Report, maker: Maker): Row {
  const row = emptyRow(point, maker);
  return { ...row, dataset: report.dataset, figures: figuresOf(report) };
}

/** The row of a point that failed. */
export const failedRow = (point: Point, error: unknown, maker: Maker): Row => ({
  ...emptyRow(point, maker),
  error: errorData(error),
});

const emptyRow = (point: Point, { mars, backend }: Maker): Row => ({
  version: rowVersion,
  id: point.id,
  mars,
  backend,
  coordinates: point.coordinates,
  settings: identityOf(point.settings),
  dataset: '',
  images: 0,
  figures: null,
  right: '',
  error: null,
});

/** Canonical text of a row, one line. */
export const rowText = (row: Row): string => `${JSON.stringify(row)}\n`;

/** Paths at which two rows of one point differ; empty: they are the same. */
export function rowDifferences(a: Row, b: Row): readonly string[] {
  const names = (Object.keys(a) as (keyof Row)[]).filter((name) => name !== 'figures');
  const differ = (x: unknown, y: unknown): boolean => JSON.stringify(x) !== JSON.stringify(y);
  const ofFigures = Object.keys({ ...a.figures, ...b.figures }).filter((name) =>
    differ(a.figures?.[name as keyof Figures], b.figures?.[name as keyof Figures]),
  );
  return [...names.filter((name) => differ(a[name], b[name])), ...ofFigures];
}

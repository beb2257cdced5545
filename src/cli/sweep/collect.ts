// Gathers the results of a folder: merges parts, writes the tables, counts what is missing.

import { hostname } from 'node:os';
import { CimError } from '../../core/errors.ts';
import { type Experiment, expandPlan } from '../../experiment/expand-plan.ts';
import { type ImageRange, tiling } from '../../experiment/image-range.ts';
import { identityOf, type Point } from '../../experiment/point.ts';
import { type Row, rowText, simulatedRow } from '../../experiment/point-result.ts';
import { type PartFile, rowsCsv, statisticsCsv } from '../../experiment/result-file.ts';
import { mergeParts } from '../../experiment/simulate-point.ts';
import { openStages, type Stages } from '../../experiment/stages.ts';
import { type ConditionStatistics, statisticsOf } from '../../experiment/statistics.ts';
import { nodeSources } from '../node-sources.ts';
import { packageVersion } from '../package-root.ts';
import {
  contentsOf,
  type FolderContents,
  planOfFolder,
  readPart,
  readPoint,
  storeIn,
  writeTables,
} from './results-folder.ts';

/** What was gathered. */
export interface Collected {
  readonly experiment: Experiment;
  /** Sorted by id. */
  readonly rows: readonly Row[];
  readonly statistics: readonly ConditionStatistics[];
  readonly missing: number;
}

/**
 * Merges complete parts of points, and writes `results.ndjson`, `results.csv` and `statistics.csv`, and with `parquet`
 * `results.parquet`. Stages that were opened for the sweep need not be computed again for merging.
 * @throws {CimError} (input) for a folder that is none of a sweep, and for a file in it that is damaged or of another plan
 */
export async function collect(
  folder: string,
  options: { readonly parquet?: boolean | undefined; readonly stages?: Stages | undefined } = {},
): Promise<Collected> {
  const experiment = expandPlan(planOfFolder(folder));
  const { points, paths, plan } = experiment;
  const contents = contentsOf(folder);
  checkForeign(folder, points, contents);
  const done = new Set(contents.points);
  const { stages = openStages(nodeSources) } = options;
  const found: Row[] = [];
  for (const point of points) {
    const row = done.has(point.id)
      ? readPoint(folder, point.id).row
      : await merged(folder, point, contents, stages);
    if (row) found.push(checkedRow(row, point, folder));
  }
  const statistics = statisticsOf(found, plan.baseline);
  const rows = found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const texts = [
    rows.map(rowText).join(''),
    rowsCsv(rows, paths),
    statisticsCsv(statistics, paths),
  ];
  // Loaded only where it is asked for.
  const parquet = options.parquet
    ? (await import('./parquet.ts')).rowsParquet(rows, paths)
    : undefined;
  writeTables(folder, texts, parquet);
  return { experiment, rows, statistics, missing: points.length - rows.length };
}

function checkForeign(
  folder: string,
  points: readonly Point[],
  contents: Pick<FolderContents, 'points'>,
): void {
  const known = new Set(points.map(({ id }) => id));
  const foreign = contents.points.find((id) => !known.has(id));
  if (foreign === undefined) return;
  throw new CimError('input', {
    what: `holds the point ${foreign}, which is not in its plan`,
    where: folder,
    todo: 'remove the file, or collect the folder that it belongs to',
  });
}

function checkedRow(row: Row, point: Point, folder: string): Row {
  const where = [folder, point.id];
  if (row.mars !== packageVersion)
    throw new CimError('input', {
      what: `was computed by mars-cim ${row.mars}, and this is ${packageVersion}`,
      where,
      todo: 'remove its file, and run the sweep again',
    });
  if (JSON.stringify(row.settings) !== JSON.stringify(identityOf(point.settings)))
    throw new CimError('input', {
      what: 'has other settings than its point of the plan',
      where,
      todo: 'remove its file, and run the sweep again',
    });
  return row;
}

/** The row of a point whose parts are all there; it is written, so that they need not be merged again. */
async function merged(
  folder: string,
  point: Point,
  { parts: available }: FolderContents,
  stages: Stages,
): Promise<Row | undefined> {
  const paths = available.get(point.id);
  if (!paths) return undefined;
  const files = paths.map((path) => readPart(path));
  const [first] = files;
  const other = files.find(
    ({ mars, backend }) => mars !== first?.mars || backend !== first.backend,
  );
  if (other)
    throw new CimError('input', {
      what: `has parts of ${[first?.mars, first?.backend].join(' ')} and of ${[other.mars, other.backend].join(' ')}`,
      where: [folder, point.id],
      todo: 'remove those of one of them from parts/',
    });
  const ranges = files.map((file): ImageRange & { readonly file: PartFile } => ({
    first: file.part.first,
    count: file.part.count,
    file,
  }));
  const whole = tiling(ranges, point.settings.images);
  if (!whole || !first) return undefined;
  const mapped = await stages.map(point);
  const sum = mergeParts(
    whole.map(({ file }) => file.part),
    point.id,
  );
  const row = simulatedRow(mapped, sum, { mars: first.mars, backend: first.backend });
  const seconds = whole.reduce((total, { file }) => total + file.made.seconds, 0);
  const made = { seconds, host: hostname(), device: first.made.device };
  storeIn(folder).savePoint({ row, made });
  return row;
}

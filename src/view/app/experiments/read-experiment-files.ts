// Files of an experiment that a person gives: a plan, and results as `mars sweep` writes them.

import { CimError } from '../../../core/errors.ts';
import { parseJson } from '../../../core/json.ts';
import { countOf } from '../../../core/words.ts';
import { expandPlan } from '../../../experiment/expand-plan.ts';
import { type PlanFile, readPlan } from '../../../experiment/plan.ts';
import type { Row } from '../../../experiment/point-result.ts';
import { readResultsCsv } from '../../../experiment/read-results-csv.ts';
import { readPointFile, readRows } from '../../../experiment/result-file.ts';
import type { NamedBytes } from '../../engine/user-files.ts';

/** What files say together. */
export interface GivenExperiment {
  readonly plan: PlanFile | undefined;
  /** Sorted by id, each id once. */
  readonly rows: readonly Row[];
}

/**
 * Reads `plan.json`, `results.ndjson`, `results.csv` and the files of points.
 * @throws {CimError} (input) naming the file, and what is wrong with it
 */
export function readExperimentFiles(files: readonly NamedBytes[]): GivenExperiment {
  const rows = new Map<string, Row>();
  let plan: PlanFile | undefined;
  // A results.csv knows less of a point than a results.ndjson.
  const ordered = files.toSorted((a, b) => rank(a.name) - rank(b.name));
  for (const { name, bytes } of ordered) {
    if (isSummary(name)) continue;
    if (isPlan(name, bytes)) plan = readPlan(bytes, name);
    else for (const row of rowsOf(name, bytes)) rows.set(row.id, row);
  }
  if (!plan && rows.size === 0)
    throw new CimError('input', {
      what: 'holds no results of single points',
      where: files.map(({ name }) => name),
      todo: 'give results.ndjson, results.csv or the files of points/',
    });
  const sorted = [...rows.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { plan, rows: sorted };
}

/** Files of a folder of results that say nothing of single points. */
const isSummary = (name: string): boolean => /(^|\/)(experiment\.json|statistics\.csv)$/.test(name);

function isPlan(name: string, bytes: Uint8Array): boolean {
  if (!name.endsWith('.json')) return false;
  const value = parseJson(bytes, (what) => new CimError('input', { what, where: name }));
  return typeof value === 'object' && value !== null && !('made' in value);
}

const rank = (name: string): number => (name.endsWith('.csv') ? 0 : 1);

function rowsOf(name: string, bytes: Uint8Array): readonly Row[] {
  if (name.endsWith('.json')) return [readPointFile(bytes, name).row];
  const text = new TextDecoder().decode(bytes);
  return name.endsWith('.csv') ? readResultsCsv(text, name) : readRows(text, name);
}

/** Rows with the coordinates that a plan gives their points. */
export function placedIn(plan: PlanFile, rows: readonly Row[]): readonly Row[] {
  const points = new Map(expandPlan(plan).points.map((point) => [point.id, point]));
  return rows.map((row) => ({
    ...row,
    coordinates: points.get(row.id)?.coordinates ?? row.coordinates,
  }));
}

/**
 * What a person should know of rows beside a plan: another version of mars-cim, another plan, points without result.
 * @param version of this page
 */
export function remarksOn(
  rows: readonly Row[],
  plan: PlanFile,
  version: string,
): readonly string[] {
  const versions = [...new Set(rows.map(({ mars }) => mars))].filter((one) => one !== version);
  const points = new Set(expandPlan(plan).points.map(({ id }) => id));
  const foreign = rows.filter(({ id }) => !points.has(id)).length;
  const missing = points.size - (rows.length - foreign);
  return [
    ...(versions.length > 0
      ? [
          `Computed by mars-cim ${versions.join(' and ')}, and this is ${version}: numbers may differ.`,
        ]
      : []),
    ...(foreign > 0
      ? [
          `${countOf(foreign, 'result')} of ${rows.length} ${foreign === 1 ? 'is' : 'are'} of another plan than the one above.`,
        ]
      : []),
    ...(missing > 0 && foreign < rows.length
      ? [
          `${countOf(missing, 'point')} of the plan above ${missing === 1 ? 'has' : 'have'} no result.`,
        ]
      : []),
  ];
}

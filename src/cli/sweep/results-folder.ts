// The folder of a sweep: plan, versions and checksums, one file per point or part. Several processes may write it at once.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CimError } from '../../core/errors.ts';
import { checkSchema } from '../../core/schema-fault.ts';
import { countOf } from '../../core/words.ts';
import type { Experiment } from '../../experiment/expand-plan.ts';
import { type PlanFile, planText, readPlan } from '../../experiment/plan.ts';
import {
  fileText,
  type PartFile,
  type PointFile,
  readPartFile,
  readPointFile,
} from '../../experiment/result-file.ts';
import type { ResultStore } from '../../experiment/run-units.ts';
import type { Unit } from '../../experiment/shard.ts';
import { readBytes, readJson } from '../files.ts';
import { packageVersion } from '../package-root.ts';
import { writeShared, writeTogether } from '../write-files.ts';

/** Checksums (SHA-256) of what points are made from, by name. */
export type Inputs = Readonly<Record<string, string>>;

const manifestSchema = z.strictObject({
  version: z.literal(1),
  mars: z.string(),
  inputs: z.record(z.string(), z.string()),
});

/** What a folder says of itself. */
export type Manifest = z.infer<typeof manifestSchema>;

const paths = {
  plan: (folder: string): string => join(folder, 'plan.json'),
  manifest: (folder: string): string => join(folder, 'experiment.json'),
  readme: (folder: string): string => join(folder, 'README.md'),
  point: (folder: string, id: string): string => join(folder, 'points', `${id}.json`),
  part: (folder: string, id: string, { first, count }: Unit['range']): string =>
    join(folder, 'parts', `${id}-${first}-${first + count}.json`),
};

/** Names of the tables that collecting writes. */
export const tableNames = ['results.ndjson', 'results.csv', 'statistics.csv'] as const;
/** The table that is written only when it is asked for. */
export const parquetName = 'results.parquet';

/**
 * Makes the folder of an experiment, or checks that it is the folder of this one.
 * @throws {CimError} (input) when it holds results of another plan or version, or its inputs have changed since, or it
 * cannot be written
 */
export function openResultsFolder(
  folder: string,
  { plan, points }: Experiment,
  inputs: Inputs,
): void {
  if (existsSync(paths.manifest(folder))) {
    checkPlan(folder, plan);
    checkManifest(folder, inputs);
    return;
  }
  if (existsSync(join(folder, 'points')) || existsSync(paths.plan(folder)))
    if (existsSync(paths.plan(folder))) checkPlan(folder, plan);
  writeShared(paths.plan(folder), planText(plan));
  writeShared(paths.readme(folder), readme(folder, points.length));
  const manifest: Manifest = { version: 1, mars: packageVersion, inputs };
  writeShared(paths.manifest(folder), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * The plan of a folder that has one.
 * @throws {CimError} (input) when there is none, or it is of another version of mars-cim
 */
export function planOfFolder(folder: string): PlanFile {
  const path = paths.plan(folder);
  if (!existsSync(path))
    throw new CimError('input', {
      what: 'has no plan.json',
      where: folder,
      todo: 'give the folder that mars sweep --out wrote',
    });
  checkVersion(folder, readManifest(folder).mars);
  return readPlan(readBytes(path), path);
}

/** What {@link openResultsFolder} wrote of the inputs. */
export function readManifest(folder: string): Manifest {
  const path = paths.manifest(folder);
  return checkSchema(
    manifestSchema,
    readJson(path),
    (fault) => new CimError('input', { what: fault.what, where: [path, fault.path] }),
  );
}

/** What a plan is, its name and its baseline apart: these change no point. */
const essence = ({ base, axes, chips, exclude }: PlanFile): string =>
  JSON.stringify({ base, axes, chips, exclude });

function checkPlan(folder: string, plan: PlanFile): void {
  const path = paths.plan(folder);
  if (essence(readPlan(readBytes(path), path)) === essence(plan)) return;
  throw new CimError('input', {
    what: 'holds results of another plan (plan.json)',
    where: folder,
    todo: 'choose another --out, or remove the folder',
  });
}

function checkVersion(folder: string, mars: string): void {
  if (mars === packageVersion) return;
  throw new CimError('input', {
    what: `holds results of mars-cim ${mars}, and this is ${packageVersion}`,
    where: folder,
    todo: 'choose another --out, or use that version',
  });
}

function checkManifest(folder: string, inputs: Inputs): void {
  const { mars, inputs: before } = readManifest(folder);
  checkVersion(folder, mars);
  const changed = Object.keys({ ...before, ...inputs }).find(
    (name) => before[name] !== inputs[name],
  );
  if (changed === undefined) return;
  throw new CimError('input', {
    what: `holds results of another ${changed}: its checksum was ${before[changed] ?? 'not there'}, now it is ${inputs[changed] ?? 'not there'}`,
    where: folder,
    todo: 'choose another --out',
  });
}

/** The folder as a store: a result is there whole or not at all, for it comes by renaming. */
export const storeIn = (folder: string): ResultStore => ({
  isDone: ({ point, range }) =>
    existsSync(paths.point(folder, point.id)) || existsSync(paths.part(folder, point.id, range)),
  savePoint: (file) => writeShared(paths.point(folder, file.row.id), fileText(file)),
  savePart: (file) => writeShared(paths.part(folder, file.id, file.part), fileText(file)),
});

/** The results of a folder, one by one. */
export interface FolderContents {
  readonly points: readonly string[];
  /** Paths of the files of parts, by the id of their point. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
}

/** Which results there are. What a killed process left half-written has another name and does not count. */
export function contentsOf(folder: string): FolderContents {
  const names = (sub: string): readonly string[] => {
    const path = join(folder, sub);
    return existsSync(path) ? readdirSync(path).toSorted() : [];
  };
  const points = names('points').flatMap((name) => /^([0-9a-f]{16})\.json$/.exec(name)?.[1] ?? []);
  const parts = new Map<string, string[]>();
  for (const name of names('parts')) {
    const id = /^([0-9a-f]{16})-\d+-\d+\.json$/.exec(name)?.[1];
    if (id === undefined) continue;
    parts.set(id, [...(parts.get(id) ?? []), join(folder, 'parts', name)]);
  }
  return { points, parts };
}

/** The file of a point. @throws {CimError} (input) when it is damaged */
export function readPoint(folder: string, id: string): PointFile {
  const path = paths.point(folder, id);
  const file = readPointFile(readBytes(path), path);
  if (file.row.id !== id)
    throw new CimError('input', { what: `is the result of point ${file.row.id}`, where: path });
  return file;
}

/** The file of a part. @throws {CimError} (input) when it is damaged */
export const readPart = (path: string): PartFile => readPartFile(readBytes(path), path);

/** Removes the results of these points, so that they are computed again. */
export function forgetPoints(folder: string, ids: readonly string[]): void {
  for (const id of ids) rmSync(paths.point(folder, id), { force: true });
}

/** Writes the tables: all of them, or none. */
export const writeTables = (folder: string, texts: readonly string[], parquet?: Uint8Array): void =>
  writeTogether([
    ...tableNames.map((name, i) => ({ path: join(folder, name), content: texts[i] ?? '' })),
    ...(parquet ? [{ path: join(folder, parquetName), content: parquet }] : []),
  ]);

const readme = (folder: string, points: number): string => `# Results of a sweep

${countOf(points, 'point')}, computed by mars-cim ${packageVersion}.

| file              | is                                                                                               |
| ----------------- | ------------------------------------------------------------------------------------------------ |
| \`plan.json\`       | the plan: base settings, axes, chip instances, conditions; \`mars sweep --schema\` describes it     |
| \`experiment.json\` | version of mars-cim, SHA-256 of networks, chips, masks and images                                |
| \`points/ID.json\`  | result of a point, or the error that stopped it; the id follows from the settings of the point    |
| \`parts/\`          | counts of ranges of images, for points that are split                                            |
| \`results.ndjson\`  | every point, one JSON object per line, sorted by id; the same bytes whoever computed them         |
| \`results.csv\`     | the same as a table                                                                              |
| \`results.parquet\` | the same as Apache Parquet, where \`--parquet\` asked for it                                       |
| \`statistics.csv\`  | means, deviations and 95 % intervals over chip instances and over images, differences, draws      |

Go on where points are missing, gather the tables, repeat one row:

\`\`\`sh
mars sweep ${folder}/plan.json --out ${folder}
mars sweep --collect ${folder}
mars sweep --out ${folder} --replay ID
\`\`\`
`;

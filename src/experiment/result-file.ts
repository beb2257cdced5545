// Files of a point and of its parts, and tables of all points: the same rows give the same bytes.

import { z } from 'zod';
import { CimError, type ErrorData } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { checkSchema } from '../core/schema-fault.ts';
import { type Figures, figures } from './figures.ts';
import type { Row } from './point-result.ts';
import type { PointPart } from './simulate-point.ts';
import type { ConditionStatistics, Mean } from './statistics.ts';

/** How a result was made; no part of a row, for it differs from machine to machine. */
export interface Made {
  /** Wall-clock time. */
  readonly seconds: number;
  readonly host: string;
  readonly device: string;
}

/** The file of a point. */
export interface PointFile {
  readonly row: Row;
  readonly made: Made;
}

/** The file of a part of a point. */
export interface PartFile {
  readonly id: string;
  readonly mars: string;
  readonly backend: string;
  readonly part: PointPart;
  readonly made: Made;
}

const count = z.int().nonnegative();
const made = z.strictObject({ seconds: z.number(), host: z.string(), device: z.string() });
const id = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .describe('an id of 16 hexadecimal digits');
const bits = z
  .string()
  .regex(/^([0-9a-f]{2})*$/)
  .describe('bits as hexadecimal digits');
const value = z.union([z.number(), z.string()]);
const errorSchema = z.strictObject({
  kind: z.string(),
  what: z.string(),
  where: z.array(z.string()),
  todo: z.string().optional(),
}) as unknown as z.ZodType<ErrorData>;
const figuresSchema = z.strictObject(
  Object.fromEntries(figures.map(({ name }) => [name, z.number().nullable()])),
) as unknown as z.ZodType<Figures>;
const rowSchema: z.ZodType<Row> = z.strictObject({
  version: z.literal(1),
  id,
  mars: z.string(),
  backend: z.string(),
  coordinates: z.record(z.string(), value),
  settings: z.record(z.string(), z.unknown()),
  dataset: z.string(),
  images: count,
  figures: figuresSchema.nullable(),
  right: bits,
  error: errorSchema.nullable(),
});
const pointSchema: z.ZodType<PointFile> = z.strictObject({ row: rowSchema, made });
const activity = z.strictObject({
  layer: z.string(),
  macroOps: count,
  skippedGroups: count,
  columnReads: count,
  saturatedReads: count,
  zeroPhaseReads: count,
  overflowedSums: count,
});
const partSchema: z.ZodType<PartFile> = z.strictObject({
  id,
  mars: z.string(),
  backend: z.string(),
  part: z.strictObject({
    first: count,
    count,
    dataset: z.string(),
    right: bits,
    exactRight: count,
    agreeing: count,
    floatImages: count,
    floatRight: count,
    activity: z.array(activity),
  }),
  made,
});

/** Text of the file of a point or part. */
export const fileText = (file: PointFile | PartFile): string => `${JSON.stringify(file)}\n`;

const readWith =
  <T>(schema: z.ZodType<T>) =>
  (source: Uint8Array | string, where: string): T => {
    const json = parseJson(source, (what, cause) => new CimError('input', { what, where, cause }));
    return checkSchema(
      schema,
      json,
      ({ path, what, todo }) => new CimError('input', { what, where: [where, path], todo }),
    );
  };

/** Reads the file of a point. @throws {CimError} (input) naming the field that is wrong */
export const readPointFile: (source: Uint8Array | string, where: string) => PointFile =
  readWith(pointSchema);

/** Reads the file of a part. @throws {CimError} (input) naming the field that is wrong */
export const readPartFile: (source: Uint8Array | string, where: string) => PartFile =
  readWith(partSchema);

/**
 * Reads the rows of a `results.ndjson`.
 * @throws {CimError} (input) naming the line and field that is wrong
 */
export function readRows(text: string, where: string): readonly Row[] {
  const read = readWith(rowSchema);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, i) => read(line, `${where}, line ${i + 1}`));
}

/** A value of a table. */
export type Cell = number | string | null | undefined;

/** A table as RFC 4180 has it; what is null is empty. */
const csv = (lines: readonly (readonly Cell[])[]): string =>
  lines.map((line) => `${line.map(csvCell).join(',')}\n`).join('');

function csvCell(cell: Cell): string {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The rows as a table: id, version, backend, every setting, values on axes that are no settings, figures, error.
 * @param paths of the axes, in their order
 */
export const rowsCsv = (rows: readonly Row[], paths: readonly string[]): string =>
  csv(rowsTable(rows, paths));

/** Head and lines of {@link rowsCsv}. */
export function rowsTable(
  rows: readonly Row[],
  paths: readonly string[],
): readonly (readonly Cell[])[] {
  const settings = [...new Set(rows.flatMap((row) => Object.keys(row.settings)))];
  const others = paths.filter((path) => !settings.includes(path));
  const names = figures.map(({ name }) => name);
  const head = ['id', 'mars', 'backend', ...others, ...settings, 'dataset', ...names, 'error'];
  const lines = rows.map((row): readonly Cell[] => [
    row.id,
    row.mars,
    row.backend,
    ...others.map((path) => row.coordinates[path]),
    ...settings.map((key) => settingCell(row.settings[key])),
    row.dataset,
    ...names.map((name) => row.figures?.[name]),
    row.error && [...row.error.where, row.error.what].join(': '),
  ]);
  return [head, ...lines];
}

const settingCell = (setting: unknown): Cell =>
  Array.isArray(setting) ? setting.join(' ') : (setting as Cell);

/** The statistics as a table: one line per condition. */
export function statisticsCsv(
  statistics: readonly ConditionStatistics[],
  paths: readonly string[],
): string {
  const names = figures.map(({ name }) => name);
  const meanHead = (name: string): readonly string[] =>
    ['mean', 'deviation', 'low', 'high', 'draws'].map((part) => `${name} ${part}`);
  const head = [
    ...paths,
    'chips',
    'failed',
    'images',
    ...meanHead('accuracy over images'),
    ...names.flatMap((name) => meanHead(`${name} over chips`)),
    ...meanHead('difference over chips'),
    ...meanHead('difference over images'),
    'better',
    'worse',
  ];
  const lines = statistics.map((one): readonly Cell[] => [
    ...paths.map((path) => one.coordinates[path]),
    one.chips,
    one.failed,
    one.images,
    ...meanCells(one.accuracyOverImages),
    ...names.flatMap((name) => meanCells(one.overChips[name])),
    ...meanCells(one.difference?.overChips),
    ...meanCells(one.difference?.overImages),
    one.difference?.better,
    one.difference?.worse,
  ]);
  return csv([head, ...lines]);
}

const meanCells = (mean: Mean | null | undefined): readonly Cell[] => [
  mean?.mean,
  mean?.deviation,
  mean?.interval?.[0],
  mean?.interval?.[1],
  mean?.draws,
];

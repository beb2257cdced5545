// Reads `results.csv` back: the rows that `rowsCsv` wrote, but for the images that each is right on, which it does not have.

import { CimError } from '../core/errors.ts';
import { runSettings } from '../settings/run-settings.ts';
import { plainValue, type SettingValue } from './axis-values.ts';
import { type Figures, figures } from './figures.ts';
import { rowVersion, type Row } from './point-result.ts';

/** Columns before those of settings, and behind them. */
const first = ['id', 'mars', 'backend'] as const;
const last: readonly string[] = ['dataset', ...figures.map(({ name }) => name), 'error'];

/**
 * The rows of a `results.csv`. What tells their points apart counts as axes; `right` is empty.
 * @throws {CimError} (input) naming the line that is wrong
 */
export function readResultsCsv(text: string, where: string): readonly Row[] {
  const [head = [], ...lines] = csvLines(text, where);
  const end = head.length - last.length;
  const isHead =
    first.every((name, i) => head[i] === name) && last.every((name, i) => head[end + i] === name);
  if (!isHead)
    throw new CimError('input', {
      what: 'has other columns than a results.csv of this version',
      where,
      todo: 'give the results.csv or results.ndjson that mars sweep wrote',
    });
  const rows = lines.map((cells, i): CsvRow => {
    if (cells.length !== head.length)
      throw new CimError('input', {
        what: `has ${cells.length} values for ${head.length} columns`,
        where: `${where}, line ${i + 2}`,
      });
    const given = head.slice(first.length, end).map((name, column) => {
      return [name, cells[first.length + column] ?? ''] as const;
    });
    // A setting may be called like a column behind the settings: the data set is.
    const others = [...first, ...last].map((name, column) => {
      return [
        name,
        cells[column < first.length ? column : end + column - first.length] ?? '',
      ] as const;
    });
    return { given: new Map(given), cells: new Map(others) };
  });
  const axes = axesOf(rows);
  return rows.map((row, i) => rowOf(row, axes, `${where}, line ${i + 2}`));
}

interface CsvRow {
  /** Values on axes, and settings. */
  readonly given: ReadonlyMap<string, string>;
  /** All others. */
  readonly cells: ReadonlyMap<string, string>;
}

/** Values of the chip are axes; settings are where they differ. */
function axesOf(rows: readonly CsvRow[]): readonly string[] {
  const names = [...(rows[0]?.given.keys() ?? [])];
  return names.filter((name) => {
    if (!Object.hasOwn(runSettings, name)) return true;
    const isOther = name !== 'set' && name !== 'chipSeed';
    return isOther && new Set(rows.map(({ given }) => given.get(name))).size > 1;
  });
}

function rowOf({ given, cells }: CsvRow, axes: readonly string[], where: string): Row {
  const cell = (name: string): string => cells.get(name) ?? '';
  const id = cell('id');
  if (!/^[0-9a-f]{16}$/.test(id))
    throw new CimError('input', { what: `"${id}" is no id of 16 hexadecimal digits`, where });
  const values = (names: readonly string[]): Readonly<Record<string, SettingValue>> =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = given.get(name) ?? '';
        return text === '' ? [] : [[name, plainValue(text)]];
      }),
    );
  const settings = Object.keys(runSettings).filter((name) => name !== 'set');
  const set = given.get('set') ?? '';
  const error = cell('error');
  return {
    version: rowVersion,
    id,
    mars: cell('mars'),
    backend: cell('backend'),
    coordinates: values(axes),
    settings: { ...values(settings), set: set === '' ? [] : set.split(' ') },
    dataset: cell('dataset'),
    images: error === '' && cell('backend') !== 'none' ? Number(given.get('images')) : 0,
    figures: error === '' ? figuresOf(cell, where) : null,
    right: '',
    error: error === '' ? null : { kind: 'input', what: error, where: [], todo: undefined },
  };
}

function figuresOf(cell: (name: string) => string, where: string): Figures {
  const entries = figures.map(({ name }) => {
    const text = cell(name);
    const value = text === '' ? null : Number(text);
    if (Number.isNaN(value))
      throw new CimError('input', { what: `"${text}" is no number`, where: [where, name] });
    return [name, value];
  });
  return Object.fromEntries(entries) as Figures;
}

/** The cells of a table as RFC 4180 has it. */
function csvLines(text: string, where: string): readonly (readonly string[])[] {
  const lines: string[][] = [];
  let line: string[] = [];
  // A cell and what ends it: a comma, the end of a line, or that of the file.
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (cells.lastIndex < text.length) {
    const found = cells.exec(text);
    if (!found)
      throw new CimError('input', {
        what: 'has a quotation mark that is not closed, or text beside one',
        where: `${where}, line ${lines.length + 1}`,
      });
    const [, quoted, plain = '', end] = found;
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  if (line.length > 0) lines.push([...line, '']);
  return lines;
}

// labels.csv: which pictures of a folder are meant, and their classes.

import { csvParseRows } from 'd3-dsv';
import { CimError } from '../../core/errors.ts';
import { countOf } from '../../core/words.ts';
import { checkClass, type Classes, classNamed } from './class-names.ts';
import type { ListedPicture, ListTask, PictureFolder } from './picture-list.ts';

/** What the first line may call its columns. */
const isHeading = ([first = '', second = '']: readonly string[]): boolean =>
  /^(file|filename|image|path)$/i.test(first.trim()) || /^(label|class)$/i.test(second.trim());

interface Line {
  readonly row: readonly string[];
  readonly line: string;
}

/** Lines with something in them, but for a heading. */
function linesOf(text: string): readonly Line[] {
  const lines = csvParseRows(text.replace(/^\uFEFF/, ''))
    .map((row, index) => ({ row, line: `line ${index + 1}` }))
    .filter(({ row }) => row.some((field) => field.trim() !== ''));
  return lines[0] && isHeading(lines[0].row) ? lines.slice(1) : lines;
}

/** A file as folders call it. */
const pathOf = (file: string): string => file.trim().replace(/^\.\//, '').replaceAll('\\', '/');

/** The files that the text of `labels.csv` names. */
export const listedFiles = (text: string): readonly string[] =>
  linesOf(text).map(({ row }) => pathOf(row[0] ?? ''));

/**
 * The pictures of `labels.csv` in the order of its lines. Each has a file and a class, by number or by name; a first line `file,label` is
 * a heading. Names are those of the file of labels, else, where as many occur as the network has classes, they are sorted.
 * @throws {CimError} (input) naming the line that is wrong
 */
export async function readLabelTable(
  folder: PictureFolder,
  task: ListTask,
): Promise<readonly ListedPicture[]> {
  const where = `${folder.where}/labels.csv`;
  const listed = linesOf(new TextDecoder().decode(await folder.read('labels.csv')));
  if (listed.length === 0)
    throw new CimError('input', { what: 'lists no pictures', where, todo: 'such as: cat.jpg,3' });
  const known = new Set(folder.paths);
  const files = listed.map(({ row, line }) => {
    const [file = '', label, extra] = row.map((field) => field.trim());
    if (file === '' || extra !== undefined || (task.isLabelled && (label ?? '') === ''))
      throw new CimError('input', {
        what: `has ${countOf(row.length, 'field')}: ${row.join(',')}`,
        where: [where, line],
        todo: 'write file,label, such as cat.jpg,3',
      });
    const path = pathOf(file);
    if (!known.has(path))
      throw new CimError('input', {
        what: `names ${file}, which is not in ${folder.where}`,
        where: [where, line],
      });
    return { path, label: label ?? '', line };
  });
  if (!task.isLabelled) return files.map(({ path }) => ({ path, label: undefined }));
  const sorted = sortedNames(
    files.map(({ label }) => label),
    task.classes,
  );
  return files.map(({ path, label, line }) => ({
    path,
    label: labelOf(label, sorted, task.classes, [where, line]),
  }));
}

const isNumber = (label: string): boolean => /^\d{1,9}$/.test(label);

/** Names in their order, where they are as many as the classes and nothing else says which is which. */
function sortedNames(labels: readonly string[], { count, names }: Classes): readonly string[] {
  const distinct = [...new Set(labels)].toSorted();
  return !names && distinct.length === count && !distinct.every(isNumber) ? distinct : [];
}

function labelOf(
  label: string,
  sorted: readonly string[],
  classes: Classes,
  where: readonly string[],
): number {
  const place = sorted.indexOf(label);
  if (place >= 0) return place;
  const number = classNamed(label, classes.names) ?? (isNumber(label) ? Number(label) : undefined);
  if (number !== undefined) return checkClass(number, classes, where);
  throw new CimError('input', {
    what: `"${label}" is no number, and ${classes.names ? `no name of ${classes.names.where}` : 'nothing says which class it is'}`,
    where,
    todo: classes.names
      ? undefined
      : 'give the names of all classes in order, one a line (labels.txt beside it, or labels)',
  });
}

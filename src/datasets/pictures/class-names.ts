// Which class a name of a file or folder, or a line of a table, means: one convention for the command line and the page.

import { CimError } from '../../core/errors.ts';
import { countOf } from '../../core/words.ts';
import { cifar10Classes } from '../cifar.ts';

/** The classes of a network. */
export interface Classes {
  readonly count: number;
  /** Their names in order, where they are known. */
  readonly names?: ClassNames | undefined;
}

/** Names of classes, as a file of labels has them. */
export interface ClassNames {
  /** What errors call the file. */
  readonly where: string;
  /** As written, one for each class. */
  readonly lines: readonly string[];
  /** Class by name, as {@link plain} writes it; -1: several have it. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** How names are compared: without case, and with one space for whatever is no letter or digit. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/**
 * Reads the names of classes: one a line, in order. A class goes by its whole line, and by each part of it between commas that no other
 * class has.
 * @throws {CimError} (input) when there are none
 */
export function readClassNames(bytes: Uint8Array, where: string): ClassNames {
  const lines = new TextDecoder()
    .decode(bytes)
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  if (lines.every((line) => line.trim() === ''))
    throw new CimError('input', { what: 'has no names of classes', where, todo: 'one a line' });
  return classNames(lines, where);
}

/** Names in the order of their classes. */
export function classNames(lines: readonly string[], where: string): ClassNames {
  const numbers = new Map<string, number>();
  const add = (name: string, number: number): void => {
    const key = plain(name);
    if (key === '') return;
    const known = numbers.get(key) ?? number;
    numbers.set(key, known === number ? number : -1);
  };
  for (const [number, line] of lines.entries())
    for (const part of line.split(',')) add(part, number);
  // A whole line wins over a part of another.
  for (const [number, line] of lines.entries()) numbers.set(plain(line), number);
  return { where, lines, numbers };
}

/** The class of a name that is one; undefined where it is none, or that of several. */
export function classNamed(name: string, names: ClassNames | undefined): number | undefined {
  const number = names?.numbers.get(plain(name)) ?? -1;
  return number < 0 ? undefined : number;
}

/** The number that a name begins with, where something other than a letter or digit follows, or nothing: `7-cat`. */
export function leadingNumber(name: string): number | undefined {
  const [, digits] = /^(\d{1,9})(?![\p{L}\p{N}])/u.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The class that the name of a file begins with: its number, as in `7-mine.png`, or one of the known names, as in `cat2.png`;
 * undefined where it begins with none.
 */
export function classOfFile(path: string, names: ClassNames | undefined): number | undefined {
  const stem = (path.split('/').at(-1) ?? '').replace(/\.[^.]*$/, '');
  const number = leadingNumber(stem);
  if (number !== undefined || !names) return number;
  const own = plain(stem);
  let best = '';
  for (const [name, known] of names.numbers) {
    const isWhole = own.startsWith(name) && !/^\p{L}/u.test(own.slice(name.length));
    if (known >= 0 && isWhole && name.length > best.length) best = name;
  }
  return best === '' ? undefined : names.numbers.get(best);
}

/**
 * Checks that the network has a class.
 * @throws {CimError} (input) naming what says it
 */
export function checkClass(
  label: number,
  { count }: Classes,
  where: string | readonly string[],
): number {
  if (label < count) return label;
  throw new CimError('input', {
    what: `says class ${label}, and the network has ${countOf(count, 'class', 'classes')}, from 0 on`,
    where,
    todo: 'use images of the classes that the network was trained on',
  });
}

/**
 * The classes of folders, which are sorted: where the file of labels has their names, the classes of these names; else, where there are as
 * many folders as classes, their order, as torchvision's ImageFolder has it; else the numbers that they begin with.
 * @throws {CimError} (input) when none of this tells
 */
export function classesOfFolders(
  folders: readonly string[],
  classes: Classes,
  where: string,
): ReadonlyMap<string, number> {
  const named = folders.map((folder) => classNamed(folder, classes.names));
  if (named.every((label) => label !== undefined)) return labelled(folders, named, classes, where);
  if (folders.length === classes.count) return new Map(folders.map((name, i) => [name, i]));
  const numbers = folders.map(leadingNumber);
  if (numbers.every((label) => label !== undefined))
    return labelled(folders, numbers, classes, where);
  const unknown = folders[named.indexOf(undefined)] ?? '';
  throw new CimError('input', {
    what: `has ${countOf(folders.length, 'class folder')}, and the network ${countOf(classes.count, 'class', 'classes')}${classes.names ? `; ${unknown} is none of ${classes.names.where}` : ''}`,
    where,
    todo: 'name each folder by its class (7-cat), or give the names of all classes in order (labels)',
  });
}

const labelled = (
  folders: readonly string[],
  labels: readonly (number | undefined)[],
  classes: Classes,
  where: string,
): ReadonlyMap<string, number> =>
  new Map(
    folders.map((name, i) => [name, checkClass(labels[i] ?? 0, classes, [where, name])] as const),
  );

/**
 * The class that a file is named by.
 * @throws {CimError} (input) when it begins with none
 */
export function labelOf(path: string, classes: Classes, where?: string): number {
  const place = where === undefined ? ['images', path] : [where, path];
  const label = classOfFile(path, classes.names);
  if (label !== undefined) return checkClass(label, classes, place);
  const last = classes.count - 1;
  const known = classes.names && classes.names.lines.length <= 20 ? classes.names.lines : [];
  const words = known.length > 0 ? `, or ${known.join(', ')}` : '';
  throw new CimError('input', {
    what: `"${path}" does not begin with the class of what it shows`,
    where: place,
    todo: `name it by its class, 0 to ${last}${words}, such as ${known[3] ?? Math.min(7, last)}-mine.png; or use a folder for each class, or labels.csv`,
  });
}

/** Names of the classes that a network is known to have, without any file. */
export const namesOf = (trainedOn: string): ClassNames | undefined =>
  trainedOn === 'cifar10' ? classNames(cifar10Classes, 'the names of CIFAR-10') : undefined;

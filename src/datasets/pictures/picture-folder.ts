// A folder of pictures as a data set: which files it has, in which order, and their classes.

import { CimError } from '../../core/errors.ts';
import { shuffled } from '../../core/random.ts';
import type { DatasetPart } from '../dataset-names.ts';
import { classesOfFolders, classOfFile, labelOf } from './class-names.ts';
import { readLabelTable } from './label-table.ts';
import type { ListedPicture, ListTask, PictureFolder, PictureList } from './picture-list.ts';
import { isOtherPicture, isPictureFile } from './picture-names.ts';

/** Files and folders that systems and tools leave behind. */
const isHidden = (path: string): boolean => path.split('/').some((name) => name.startsWith('.'));

/** Folders that hold a part of a data set, the likeliest first. */
const parts: Readonly<Record<DatasetPart, readonly string[]>> = {
  test: ['val', 'validation', 'valid', 'test'],
  train: ['train'],
};

/** Of the order in which pictures are taken. */
const orderSeed = 1;

/**
 * The pictures of a part. `train` and `val` (or `validation`, `valid`, `test`) side by side are the parts; else the folder is all there
 * is. In it: `labels.csv` says which files there are, or there is a folder for each class, or the files lie there with names that
 * begin with their class. All but those of `labels.csv` are put into a fixed random order, so that the first ones are of all classes.
 * @throws {CimError} (input) naming the file or folder that is wrong
 */
export async function listPictures(folder: PictureFolder, task: ListTask): Promise<PictureList> {
  const { inside, isSplit } = partOf(folder, task.part);
  if (inside.paths.includes('labels.csv'))
    return { folder: inside, pictures: await readLabelTable(inside, task), isSplit };
  const odd = inside.paths.find((path) => isOtherPicture(path));
  if (odd !== undefined)
    throw new CimError('input', {
      what: 'is a kind of picture that is not read here',
      where: `${inside.where}/${odd}`,
      todo: 'make a PNG, JPEG or WebP file of it',
    });
  const paths = inside.paths.filter(isPictureFile).toSorted();
  const pictures = paths.some((path) => path.includes('/'))
    ? picturesOfFolders(inside, paths, task)
    : flatPictures(inside, paths, task);
  const order = shuffled(pictures.length, orderSeed, 0);
  const inOrder = Array.from(order, (index) => pictures[index] as ListedPicture);
  return { folder: inside, pictures: inOrder, isSplit };
}

/** A folder as it is seen from inside one of its folders. */
const insideOf = (folder: PictureFolder, name: string): PictureFolder => ({
  name: `${folder.name} ${name}`,
  where: `${folder.where}/${name}`,
  paths: folder.paths.flatMap((path) =>
    path.startsWith(`${name}/`) ? [path.slice(name.length + 1)] : [],
  ),
  read: (path) => folder.read(`${name}/${path}`),
});

function partOf(
  folder: PictureFolder,
  part: DatasetPart,
): { readonly inside: PictureFolder; readonly isSplit: boolean } {
  const paths = folder.paths.filter((path) => !isHidden(path));
  const whole = { ...folder, paths };
  const tops = new Set(paths.flatMap((path) => (path.includes('/') ? [topOf(path)] : [])));
  const [test, train] = [parts.test, parts.train].map((names) =>
    names.find((name) => tops.has(name)),
  );
  const areParts = [...tops].every((top) => [...parts.test, ...parts.train].includes(top));
  if (test === undefined || train === undefined || !areParts)
    return { inside: whole, isSplit: false };
  return { inside: insideOf(whole, part === 'test' ? test : train), isSplit: true };
}

const topOf = (path: string): string => path.slice(0, path.indexOf('/'));

function picturesOfFolders(
  { where, paths: all }: PictureFolder,
  pictures: readonly string[],
  { classes, isLabelled }: ListTask,
): readonly ListedPicture[] {
  const loose = pictures.find((path) => !path.includes('/'));
  if (loose !== undefined)
    throw new CimError('input', {
      what: `has pictures beside its folders: ${loose}`,
      where,
      todo: 'put each into the folder of its class, or all into one folder',
    });
  const folders = [...new Set(all.filter((path) => path.includes('/')).map(topOf))].toSorted();
  const full = new Set(pictures.map(topOf));
  const empty = folders.find((name) => !full.has(name));
  if (empty !== undefined) throw noPictures(`${where}/${empty}`);
  if (!isLabelled) return pictures.map((path) => ({ path, label: undefined }));
  const labels = classesOfFolders(folders, classes, where);
  return pictures.map((path) => ({ path, label: labels.get(topOf(path)) }));
}

function flatPictures(
  { where }: PictureFolder,
  paths: readonly string[],
  { classes, isLabelled }: ListTask,
): readonly ListedPicture[] {
  if (paths.length === 0) throw noPictures(where);
  const isNamed = (path: string): boolean => classOfFile(path, classes.names) !== undefined;
  if (isLabelled === false || (isLabelled === 'if named' && !paths.some(isNamed)))
    return paths.map((path) => ({ path, label: undefined }));
  return paths.map((path) => ({ path, label: labelOf(path, classes, where) }));
}

const noPictures = (where: string): CimError =>
  new CimError('input', {
    what: 'has no pictures',
    where,
    todo: 'put JPEG, PNG or WebP files there (.npy and .pb too)',
  });

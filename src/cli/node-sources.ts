// The sources of jobs on this machine: its files and its data sets.

import { readMaskFile } from '../compress/mask-file.ts';
import { CimError } from '../core/errors.ts';
import { firstImages, spreadImages } from '../datasets/image-set.ts';
import type { ImageSettings, Sources } from '../settings/sources.ts';
import { readBytes } from './files.ts';
import { datasetNamed, loadDataset } from './load-dataset.ts';
import { modelNames, networkFile } from './model-files.ts';

/** Files by path, data sets as `loadDataset` finds them. */
export const nodeSources: Sources = {
  get trainedNetworks() {
    return modelNames();
  },
  networkFile: (name) => settled(() => networkFile(name)),
  chipFile: (name) =>
    settled(() =>
      name.endsWith('.json') || name.includes('/') ? { name, bytes: readBytes(name) } : undefined,
    ),
  maskFile: (name) => settled(() => readMaskFile(readBytes(name), name)),
  testImages: ({ trainedOn }, settings) =>
    settled(() => {
      const { images, data } = settings;
      const set = loadDataset(jobDataset(settings, trainedOn), 'test', data, images);
      return firstImages(set, images);
    }),
  calibrationImages: ({ dataset }, count, settings) =>
    settled(() =>
      spreadImages(loadDataset(jobDataset(settings, dataset), 'train', settings.data), count),
    ),
};

/**
 * The data set of a job: the one that is asked for, else the one that its network was trained on.
 * @throws {CimError} (missingData) for a network that belongs to none
 */
export function jobDataset(
  { dataset }: Pick<ImageSettings, 'dataset'>,
  trainedOn: string,
): ReturnType<typeof datasetNamed> {
  if (dataset === undefined && trainedOn === 'none')
    throw new CimError('missingData', {
      what: 'no data set belongs to this network',
      todo: 'estimate it, with --images 0',
    });
  return datasetNamed(dataset ?? trainedOn);
}

/** What `work` gives or throws, as a promise. */
const settled = <T>(work: () => T): Promise<T> => new Promise((resolve) => resolve(work()));

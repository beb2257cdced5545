// The sources of jobs on this machine: its files and its data sets.

import { readMaskFile } from '../compress/mask-file.ts';
import { CimError } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { datasetNames } from '../datasets/dataset-names.ts';
import { firstImages, type ImageSet, spreadImages } from '../datasets/image-set.ts';
import { type ClassNames, readClassNames } from '../datasets/pictures/class-names.ts';
import { calibrationPictures, testPictures } from '../datasets/pictures/read-pictures.ts';
import type {
  CalibrationTarget,
  DatasetSettings,
  ImageSettings,
  ImageTarget,
  Sources,
} from '../settings/sources.ts';
import { readBytes } from './files.ts';
import { datasetNamed, loadDataset } from './load-dataset.ts';
import { modelNames, networkFile } from './model-files.ts';
import { isFolder, openPictureFolder } from './picture-folder.ts';

/** Files by path, data sets as `loadDataset` finds them, or folders of pictures. */
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
  testImages: (target, settings) => settled(() => testImages(target, settings)),
  calibrationImages: (target, count, settings) =>
    settled(() => calibrationImages(target, count, settings)),
};

/** Data set that a stored image belongs to: that of its network, else the one that a person names for it. */
export function datasetOfImage(
  trained: string,
  { dataset }: Pick<DatasetSettings, 'dataset'>,
): string {
  const named = datasetNames.find((name) => name === dataset);
  return trained === 'none' && named !== undefined ? named : trained;
}

function testImages(target: ImageTarget, settings: ImageSettings): ImageSet | Promise<ImageSet> {
  const { images: count, data } = settings;
  const dataset = jobDataset(settings, target.trainedOn);
  if (dataset.folder !== undefined)
    return testPictures(openPictureFolder(dataset.folder), target, {
      count,
      ...pictureOptions(settings),
    });
  refusePictureOptions(settings);
  return firstImages(loadDataset(datasetNamed(dataset.name), 'test', data, count), count);
}

function calibrationImages(
  { dataset: trainedOn, classes, input }: CalibrationTarget,
  count: number,
  settings: DatasetSettings,
): FeatureMap | Promise<FeatureMap> {
  const dataset = jobDataset(settings, trainedOn);
  if (dataset.folder === undefined)
    return spreadImages(loadDataset(datasetNamed(dataset.name), 'train', settings.data), count);
  const target = { trainedOn, classes, input };
  const { resize } = settings;
  return calibrationPictures(openPictureFolder(dataset.folder), target, { count, resize });
}

/** What settings say of pictures. */
export const pictureOptions = ({
  resize,
  labels,
}: Pick<DatasetSettings, 'resize' | 'labels'>): {
  readonly resize: number | undefined;
  readonly names: ClassNames | undefined;
} => ({
  resize,
  names: labels === undefined ? undefined : readClassNames(readBytes(labels), labels),
});

/** @throws {CimError} (usage) for options that only folders of pictures have */
function refusePictureOptions(settings: DatasetSettings): void {
  const given = (['resize', 'labels'] as const).find((key) => settings[key] !== undefined);
  if (given === undefined) return;
  throw new CimError('usage', {
    what: 'is for folders of pictures, and no --dataset names one',
    where: given,
    todo: 'give --dataset FOLDER, or leave it out',
  });
}

/** A data set by name, or a folder of pictures. */
export type JobDataset =
  | { readonly name: string; readonly folder?: undefined }
  | { readonly folder: string };

/**
 * The data set of a job: the one that is asked for, a folder of pictures perhaps, else the one that its network was trained on.
 * @throws {CimError} (missingData) for a network that belongs to none
 * @throws {CimError} (usage) when there is neither data set nor folder of that name
 */
export function jobDataset(
  { dataset }: Pick<ImageSettings, 'dataset'>,
  trainedOn: string,
): JobDataset {
  const isKnown = datasetNames.some((name) => name === dataset);
  if (dataset !== undefined && !isKnown) {
    if (isFolder(dataset)) return { folder: dataset };
    throw new CimError('usage', {
      what: `no data set is called "${dataset}", and no folder either`,
      where: 'dataset',
      todo: `known: ${datasetNames.join(', ')}; or give a folder of pictures`,
    });
  }
  if (dataset === undefined && trainedOn === 'none')
    throw new CimError('missingData', {
      what: 'no data set belongs to this network',
      todo: 'give a folder of pictures (--dataset), or estimate it, with --images 0',
    });
  return { name: dataset ?? trainedOn };
}

/** What `work` gives or throws, as a promise. */
const settled = <T>(work: () => T | Promise<T>): Promise<T> =>
  new Promise((resolve) => resolve(work()));

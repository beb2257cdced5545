// The sources of jobs in a page: what comes with it, and what a person gives to it.

import { CimError } from '../../core/errors.ts';
import { type FeatureMap, imageSlice } from '../../core/feature-map.ts';
import { readCifar } from '../../datasets/cifar.ts';
import { firstImages, type ImageSet, spreadImages, toImageSet } from '../../datasets/image-set.ts';
import { readIdxImages, readIdxLabels } from '../../datasets/idx.ts';
import type { PictureFolder } from '../../datasets/pictures/picture-list.ts';
import { untrainedNetworks } from '../../settings/load-job.ts';
import { isStoredName, networksAmong } from '../../settings/model-names.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import {
  type CalibrationTarget,
  type ImageTarget,
  type NamedBytes,
  type Sources,
} from '../../settings/sources.ts';
import type { BundledData } from './bundled-data.ts';
import type { UserFiles } from './user-files.ts';
import { imagesName, imagesOf } from './own-file-names.ts';
import { folderName, openOwnFolder } from './own-folder.ts';
import { isPicture, loadReader, readPictures } from './pictures.ts';

/** Name -> file of the trained networks that come with the page. */
const models = networksAmong(JSON.parse(import.meta.env.MODEL_FILES) as readonly string[]);

/** Names of the trained networks that come with the page, stored images among them. */
export const trainedNetworks: readonly string[] = [...models.keys()];

/** Whether a network that comes with the page is a stored image. */
export const isStoredNetwork = (name: string): boolean => isStoredName(models.get(name) ?? '');

/** All networks that a page knows by name. */
export const networkNames: readonly string[] = [
  ...trainedNetworks,
  ...untrainedNetworks(trainedNetworks),
];

/** What a person asks for. */
export interface RunRequest {
  readonly settings: RunSettings;
  readonly files: UserFiles;
}

/**
 * The sources of one job.
 * @param files what a person gave; each counts only while the settings name it
 * @param data the files that come with the page
 */
export function pageSources(files: UserFiles, data: BundledData): Sources {
  const loadTests = (
    target: ImageTarget,
    { ownImages, resize }: Pick<RunSettings, 'ownImages' | 'resize'>,
  ): Promise<ImageSet> =>
    ownImages === undefined
      ? bundledTests(target, data)
      : ownTests(target, givenImages(files, ownImages), resize);
  return {
    trainedNetworks,
    networkFile: async (name) => {
      const model = models.get(name);
      if (model === undefined || files.network?.name === name)
        return givenFile('network', name, files.network);
      return { name, bytes: await data.file(`${model}.gz`) };
    },
    ...givenChip(files),
    maskFile: async (name) => {
      throw notGiven('masks', name);
    },
    testImages: async (target, settings) => {
      const { images, ownImages, resize } = settings;
      const folder = ownFolder(files, ownImages);
      if (folder) {
        const { testPictures } = await loadReader();
        return await testPictures(folder, target, { count: images, isFewerFine: true, resize });
      }
      const all = await loadTests(target, settings);
      // Who gives fewer pictures than the form has images wants them all.
      const given = ownImages === undefined ? [] : (files.images ?? []);
      const max = given.some(isPicture) ? all.images.images : Infinity;
      return firstImages(all, Math.min(images, max));
    },
    calibrationImages: async (network, count, settings) => {
      const { ownImages, resize } = settings;
      const folder = ownFolder(files, ownImages);
      if (folder) {
        const { calibrationPictures } = await loadReader();
        return await calibrationPictures(folder, targetOf(network), { count, resize });
      }
      if (network.dataset === 'mnist') return await bundledCalibration(data, count);
      // The training images are not at hand. The last test images stand in: only the very last are also simulated.
      const { images } = await loadTests(targetOf(network), settings);
      const taken = Math.min(count, images.images);
      return imageSlice(images, images.images - taken, taken);
    },
  };
}

/** The chip file that a person gave, as a source of chips. */
export const givenChip = ({ chip }: UserFiles): Pick<Sources, 'chipFile'> => ({
  chipFile: async (name) => givenFile('chip', name, chip),
});

const targetOf = ({ dataset, classes, input }: CalibrationTarget): ImageTarget => ({
  trainedOn: dataset,
  classes,
  input,
});

/** The file that a person gave under this name; undefined where the name is none of a file. */
function givenFile(
  what: 'network' | 'chip',
  name: string,
  file: NamedBytes | undefined,
): NamedBytes | undefined {
  if (file?.name === name) return file;
  if (isFileName(name)) throw notGiven(what, name);
  return undefined;
}

/** Whether a name is one of a file: it ends with a dot and a word, or it has a slash. */
const isFileName = (name: string): boolean => /\.[a-z]\w*$|\//i.test(name);

/** The folder that settings name, if a person gave it. */
function ownFolder({ folder }: UserFiles, name: string | undefined): PictureFolder | undefined {
  return folder && folderName(folder) === name ? openOwnFolder(folder) : undefined;
}

function givenImages({ images = [] }: UserFiles, name: string): readonly NamedBytes[] {
  if (imagesName(images) !== name) throw notGiven('images', name);
  return images;
}

/** A link, or a run of another day, names a file that is not here. */
function notGiven(what: 'network' | 'chip' | 'images' | 'masks', name: string): CimError {
  const setting = { network: 'network', chip: 'chip', images: 'own-images', masks: 'group-masks' };
  return new CimError('input', {
    what: `"${name}" is a file that is not here`,
    where: setting[what],
    todo: `give ${name} ("Your files"), or choose ${what === 'images' || what === 'masks' ? `other ${what}` : `another ${what}`}`,
  });
}

async function bundledTests({ trainedOn }: ImageTarget, data: BundledData): Promise<ImageSet> {
  if (trainedOn === 'mnist') return await data.mnistTests();
  throw new CimError('missingData', {
    what: `the images of ${trainedOn} do not come with this page`,
    where: 'images',
    todo: `give ${imagesOf(trainedOn)}`,
  });
}

async function ownTests(
  target: ImageTarget,
  files: readonly NamedBytes[],
  resize: number | undefined,
): Promise<ImageSet> {
  return files.some(isPicture)
    ? await readPictures(files, target, resize)
    : readImageFiles(target.trainedOn, files);
}

async function bundledCalibration(data: BundledData, count: number): Promise<FeatureMap> {
  const images = await data.mnistCalibration();
  const set = { name: 'mnist train', classes: 10, images, labels: new Uint8Array() };
  return spreadImages(set, count);
}

/** A data set from a person's files. */
export function readImageFiles(dataset: string, files: readonly NamedBytes[]): ImageSet {
  const [first, second] = files;
  if ((dataset === 'cifar10' || dataset === 'cifar100') && first)
    return { ...readCifar(first.bytes, dataset, first.name), name: `${dataset} test` };
  const [images, labels] =
    first && second && first.bytes.length < second.bytes.length ? [second, first] : [first, second];
  if (!images || !labels)
    throw new CimError('input', {
      what: 'MNIST has its images and its labels in two files',
      where: first?.name,
      todo: 'give both',
    });
  const set = {
    name: `${dataset} test`,
    classes: 10,
    images: readIdxImages(images.bytes, images.name),
    labels: readIdxLabels(labels.bytes, labels.name),
  };
  return toImageSet(set, labels.name);
}

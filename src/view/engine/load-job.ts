// From settings, a person's files and the bundled data to a job: what src/cli/options.ts does on the command line.

import { type ChipSpec, chipNamed, chips, readChipFile, setChipValues } from '../../chips/index.ts';
import { densityProfileMasks } from '../../compress/group-masks.ts';
import { hasTrainedScales } from '../../compress/scales.ts';
import { CimError } from '../../core/errors.ts';
import { type FeatureMap, imageSlice } from '../../core/feature-map.ts';
import { readCifar } from '../../datasets/cifar.ts';
import { firstImages, type ImageSet, spreadImages, toImageSet } from '../../datasets/image-set.ts';
import { readIdxImages, readIdxLabels } from '../../datasets/idx.ts';
import type { StoredNetwork } from '../../mapping/stored-header.ts';
import { isStoredImage, readStoredImage } from '../../mapping/stored-image.ts';
import { builtinNetworks } from '../../network/builtin/builtin-networks.ts';
import { readNetworkFile } from '../../network/io/network-file.ts';
import type { Network } from '../../network/network.ts';
import { groupShapeOf } from '../../mapping/layer-groups.ts';
import { type Job, type MapJob, trainedOn } from '../../pipeline/run-job.ts';
import { calibrationCount, jobBits, prunedIn } from '../../pipeline/usual-job.ts';
import type { BundledData } from './bundled-data.ts';
import type { NamedBytes, UserFiles } from './user-files.ts';
import { imagesName, imagesOf } from './own-file-names.ts';
import { isPicture, type OpenPicture, readPictures } from './pictures.ts';
import type { RunSettings } from './run-settings.ts';

/** Trained networks that come with the page, as files of `data/`. */
export const trainedNetworks = JSON.parse(import.meta.env.MODEL_NAMES) as readonly string[];

/** All networks that a page knows by name. */
export const networkNames: readonly string[] = [
  ...trainedNetworks,
  ...Object.keys(builtinNetworks).filter((name) => !trainedNetworks.includes(name)),
];

/** What a person asks for. */
export interface RunRequest {
  readonly settings: RunSettings;
  readonly files: UserFiles;
}

/** Where images come from. */
export interface ImageSources {
  readonly data: BundledData;
  readonly openPicture: OpenPicture;
}

/**
 * The job without images, which can be mapped and estimated.
 * @throws {CimError} for anything that is missing or wrong
 */
export async function loadMapJob(
  { settings, files }: RunRequest,
  data: BundledData,
): Promise<MapJob> {
  const chip = loadChip(settings, files);
  const { balance } = settings;
  const loaded = await loadNetwork(settings, files, data);
  if ('stored' in loaded) return { ...loaded, chip, balance };
  const { network } = loaded;
  const bits = jobBits(settings, network, chip);
  const { densityProfile, indexCoding, seed } = settings;
  const groupMasks =
    densityProfile === undefined
      ? undefined
      : densityProfileMasks(network, densityProfile, seed, groupShapeOf(chip, bits.weightBits));
  const prunedGroups = groupMasks ? 0 : (settings.prunedGroups ?? prunedIn(network));
  return { network, chip, ...bits, prunedGroups, groupMasks, indexCoding, balance };
}

/**
 * The images of `mapJob` and all else that a simulation needs.
 * @throws {CimError} for anything that is missing or wrong
 */
export async function loadJob(
  { settings, files }: RunRequest,
  mapJob: MapJob,
  sources: ImageSources,
): Promise<Job> {
  const { data } = sources;
  const { seed } = settings;
  const given = settings.ownImages === undefined ? [] : (files.images ?? []);
  const all = await loadImages(mapJob, given, sources);
  // Who gives fewer pictures than the form has images wants them all.
  const most = given.some(isPicture) ? all.images.images : Infinity;
  const images = firstImages(all, Math.min(settings.images, most));
  if ('stored' in mapJob || hasTrainedScales(mapJob.network, mapJob))
    return { ...mapJob, images, seed };
  const calibration = await loadCalibration(mapJob.network, all, data);
  return { ...mapJob, calibration, images, seed };
}

/**
 * The chip that settings name, a file where it is called so, with its changed values.
 * @throws {CimError} when there is none, or a value is not permitted
 */
export function loadChip({ chip, set }: RunSettings, files: UserFiles): ChipSpec {
  return setChipValues(baseChip(chip, files), set);
}

function baseChip(name: string, { chip: file }: UserFiles): ChipSpec {
  if (file?.name === name) return readChipFile(file.bytes, file.name);
  if (!Object.hasOwn(chips, name) && isFileName(name)) throw notGiven('chip', name);
  return chipNamed(name);
}

async function loadNetwork(
  { network: name, seed }: RunSettings,
  { network: file }: UserFiles,
  data: BundledData,
): Promise<{ readonly network: Network } | { readonly stored: StoredNetwork }> {
  if (file?.name === name) return readNetwork(file);
  if (trainedNetworks.includes(name))
    return { network: readNetworkFile(await data.file(`${name}.safetensors.gz`), name) };
  const build = Object.hasOwn(builtinNetworks, name) ? builtinNetworks[name] : undefined;
  if (build) return { network: build({ seed }) };
  if (isFileName(name)) throw notGiven('network', name);
  throw new CimError('usage', {
    what: `no network is called "${name}"`,
    where: 'network',
    todo: `known: ${networkNames.join(', ')}; or give a network file`,
  });
}

/**
 * The network of a file.
 * @throws {CimError} when it is damaged
 */
export const readNetwork = ({
  name,
  bytes,
}: NamedBytes): { readonly network: Network } | { readonly stored: StoredNetwork } =>
  isStoredImage(bytes)
    ? { stored: readStoredImage(bytes, name) }
    : { network: readNetworkFile(bytes, name) };

/** Whether a name is one of a file: it ends with a dot and a word, or it has a slash. */
const isFileName = (name: string): boolean => /\.[a-z]\w*$|\//i.test(name);

/** A link, or a run of another day, names a file that is not here. */
const notGiven = (what: 'network' | 'chip' | 'images', name: string): CimError =>
  new CimError('input', {
    what: `"${name}" is a file that is not here`,
    where: what === 'images' ? 'own-images' : what,
    todo: `give ${name} ("Your files"), or choose ${what === 'images' ? 'other images' : `another ${what}`}`,
  });

/**
 * Name of the data set whose images a run wants and which are not at hand; undefined: they are.
 * @throws {CimError} (input) when the settings name images of a person which are not given
 */
export function missingImages({ settings, files }: RunRequest, mapJob: MapJob): string | undefined {
  const { ownImages } = settings;
  if (ownImages === undefined) return trainedOn(mapJob) === 'mnist' ? undefined : trainedOn(mapJob);
  if (imagesName(files.images ?? []) !== ownImages) throw notGiven('images', ownImages);
  return undefined;
}

async function loadImages(
  mapJob: MapJob,
  files: readonly NamedBytes[],
  { data, openPicture }: ImageSources,
): Promise<ImageSet> {
  const dataset = trainedOn(mapJob);
  const { input, classes } = 'stored' in mapJob ? mapJob.stored.network : mapJob.network;
  if (files.some(isPicture))
    return await readPictures(files, { dataset, classes, input }, openPicture);
  if (files.length > 0) return readImageFiles(dataset, files);
  if (dataset === 'mnist') return await data.mnistTests();
  throw new CimError('input', {
    what: `the images of ${dataset} do not come with this page`,
    where: 'images',
    todo: `give ${imagesOf(dataset)}`,
  });
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

async function loadCalibration(
  network: Network,
  tests: ImageSet,
  data: BundledData,
): Promise<FeatureMap> {
  const count = calibrationCount(network);
  if (network.dataset === 'mnist') {
    const images = await data.mnistCalibration();
    const set = { name: 'mnist train', classes: 10, images, labels: new Uint8Array() };
    return spreadImages(set, count);
  }
  // The training images are not at hand. The last test images stand in: only the very last are also simulated.
  const { images } = tests;
  const taken = Math.min(count, images.images);
  return imageSlice(images, images.images - taken, taken);
}

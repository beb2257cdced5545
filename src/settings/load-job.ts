// From settings to a job: the same on the command line, in the page and in benches, which differ in their `Sources`.

import { type ChipSpec, chipNamed, readChipFile, setChipValues } from '../chips/index.ts';
import { densityProfileMasks, type GroupMasks } from '../compress/group-masks.ts';
import { hasTrainedScales } from '../compress/scales.ts';
import type { GroupShape } from '../compress/weight-group.ts';
import { CimError } from '../core/errors.ts';
import { imageShape } from '../core/image-border.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import type { StoredNetwork } from '../mapping/stored-header.ts';
import { isStoredImage, readStoredImage } from '../mapping/stored-image.ts';
import { builtinNetworks } from '../network/builtin/builtin-networks.ts';
import { readNetworkFile } from '../network/io/network-file.ts';
import type { InputNorm } from '../network/io/onnx/input-norm.ts';
import type { Network } from '../network/network.ts';
import { type Job, type MapJob, trainedOn, type UnloadedJob } from '../pipeline/run-job.ts';
import { calibrationCount, jobBits, prunedIn } from '../pipeline/default-job.ts';
import type { EstimatorJob } from '../pipeline/estimator.ts';
import { checkRunSettings } from './check-settings.ts';
import { inputNormOf, type InputSettings } from './input-norm.ts';
import type { RunSettings } from './run-settings.ts';
import { nameOf } from './setting.ts';
import type { ImageTarget, NamedBytes, Sources } from './sources.ts';

/** The settings of a job that is only mapped. */
export type MapSettings = Omit<RunSettings, 'images' | 'floatImages'>;

/** The settings of a job that has no images to simulate. */
export type CalibratedSettings = MapSettings & Partial<Pick<RunSettings, 'floatImages'>>;

/** A network in real arithmetic, or one that is compressed already. */
export type LoadedNetwork = { readonly network: Network } | { readonly stored: StoredNetwork };

/**
 * Loads everything but images: a job that can be mapped and estimated, its clips guessed from batch norm.
 * @throws {CimError} (usage) for a name that does not exist, or settings that compress a stored image
 * @throws {CimError} for anything that is missing or wrong
 */
export async function loadMapJob(settings: MapSettings, sources: Sources): Promise<MapJob> {
  checkRunSettings(settings);
  return await mapJobOf(await loadNetworkOrImage(settings, sources), settings, sources);
}

/** {@link loadMapJob} for a network that is loaded already. */
export async function mapJobOf(
  loaded: LoadedNetwork,
  settings: MapSettings,
  sources: Pick<Sources, 'chipFile' | 'maskFile'>,
): Promise<MapJob> {
  const chip = await loadChip(settings, sources);
  const { balance, indexCoding } = settings;
  if ('stored' in loaded) {
    refuseToCompress(settings);
    return { stored: loaded.stored, chip, balance };
  }
  const { network } = loaded;
  const bits = jobBits(settings, network, chip);
  const shape = groupShapeOf(chip, bits.weightBits);
  const groupMasks = (await loadMasks(settings, network, sources))?.(shape);
  const prunedGroups = groupMasks ? 0 : (settings.prunedGroups ?? prunedIn(network));
  return { network, chip, ...bits, prunedGroups, groupMasks, indexCoding, balance };
}

/**
 * Loads all but the images to simulate. Calibration images are read only where training did not settle the scales.
 * @throws {CimError} as {@link loadMapJob}, and for images that are missing or wrong
 */
export const loadCalibratedJob = async (
  settings: CalibratedSettings,
  sources: Sources,
): Promise<UnloadedJob> =>
  await addCalibration(await loadMapJob(settings, sources), settings, sources);

/**
 * Loads a whole job.
 * @throws {CimError} as {@link loadCalibratedJob}
 */
export const loadJob = async (settings: RunSettings, sources: Sources): Promise<Job> =>
  await addImages(await loadMapJob(settings, sources), settings, sources);

/**
 * What {@link loadMapJob} gave, with the images that its settings ask for.
 * @throws {CimError} (missingData) when the data set is not available
 * @throws {CimError} for images that are wrong
 */
export async function addImages(
  job: MapJob,
  settings: RunSettings,
  sources: Sources,
): Promise<Job> {
  const unloaded = await addCalibration(job, settings, sources);
  const images = await sources.testImages(imageTarget(job), settings);
  return { ...unloaded, images };
}

/** Seed of the chip's noise: its own where one is given. */
export const noiseSeed = ({ seed, chipSeed }: Pick<RunSettings, 'seed' | 'chipSeed'>): number =>
  chipSeed ?? seed;

/** What the images of a job must fit. */
export function imageTarget(job: MapJob): ImageTarget {
  const network = 'stored' in job ? job.stored.network : job.network;
  return { trainedOn: trainedOn(job), classes: network.classes, input: imageShape(network) };
}

/** Training images that ADCs are fitted to: a million sums of a layer are spread over them. */
const adcImageCount = 16;

/**
 * What {@link loadMapJob} gave, with the images to choose activation clips on, where training did not settle the scales, and
 * those that ADCs are fitted to, where the chip's are.
 * @throws {CimError} for images that are missing or wrong
 */
export async function addCalibration(
  job: MapJob,
  settings: CalibratedSettings,
  sources: Pick<Sources, 'calibrationImages'>,
): Promise<UnloadedJob> {
  const { floatImages } = settings;
  const target =
    'stored' in job ? { ...imageTarget(job), dataset: job.stored.dataset } : job.network;
  const fitted =
    job.chip.adc.range.value === 'chip'
      ? {}
      : { adcImages: await sources.calibrationImages(target, adcImageCount, settings) };
  const common = {
    seed: noiseSeed(settings),
    ...(floatImages === undefined ? {} : { floatImages }),
    ...fitted,
  };
  if ('stored' in job || hasTrainedScales(job.network, job)) return { ...job, ...common };
  const { network } = job;
  const count = calibrationCount(network);
  const calibration = await sources.calibrationImages(network, count, settings);
  return { ...job, calibration, ...common };
}

/**
 * Loads network and chip for estimates on many chips.
 * @throws {CimError} for anything that is missing or wrong
 */
export async function loadEstimate(
  settings: MapSettings,
  sources: Sources,
): Promise<EstimatorJob & { readonly chip: ChipSpec }> {
  checkRunSettings(settings);
  const network = await loadNetwork(settings, sources);
  return {
    network,
    chip: await loadChip(settings, sources),
    weightBits: settings.weightBits ?? network.precision?.weightBits,
    activationBits: settings.activationBits ?? network.precision?.activationBits,
    prunedGroups: settings.prunedGroups ?? prunedIn(network),
    masksFor: await loadMasks(settings, network, sources),
  };
}

/**
 * The chip that settings name, with its changed values.
 * @throws {CimError} (usage) for a name or path that does not exist
 * @throws {CimError} (chip) for a file or value that is wrong
 */
export async function loadChip(
  { chip, set }: Pick<RunSettings, 'chip' | 'set'>,
  sources: Pick<Sources, 'chipFile'>,
): Promise<ChipSpec> {
  const file = await sources.chipFile(chip);
  return setChipValues(file ? readChipFile(file.bytes, file.name) : chipNamed(chip), set);
}

/**
 * The network that settings name: a file, or one that is built from code with the weights that training starts from.
 * @throws {CimError} (usage) when there is none of that name
 * @throws {CimError} (input) when its file is damaged
 */
export async function loadNetworkOrImage(
  settings: Pick<RunSettings, 'network' | 'seed'> & InputSettings,
  sources: Pick<Sources, 'networkFile' | 'trainedNetworks'>,
): Promise<LoadedNetwork> {
  const { network: name, seed } = settings;
  const file = await sources.networkFile(name);
  const norm = inputNormOf(settings);
  if (file) return await readNetworkOrImage(file, norm);
  if (norm) throw normNotForIt(name);
  const build = Object.hasOwn(builtinNetworks, name) ? builtinNetworks[name] : undefined;
  if (build) return { network: build({ seed }) };
  const { trainedNetworks } = sources;
  throw new CimError('usage', {
    what: `no network is called "${name}", and no file either`,
    where: 'network',
    todo: `known: ${trainedNetworks.join(', ')}, and untrained ${untrainedNetworks(trainedNetworks).join(', ')}; or give a .safetensors or .onnx file or a stored image`,
  });
}

/** Names of the networks that are built from code, and that no trained one has. */
export const untrainedNetworks = (trained: readonly string[]): readonly string[] =>
  Object.keys(builtinNetworks).filter((name) => !trained.includes(name));

/**
 * {@link loadNetworkOrImage} where an image will not do.
 * @throws {CimError} (usage) when there is no network of that name, or it is a stored image
 * @throws {CimError} (input) when its file is damaged
 */
export async function loadNetwork(
  settings: Pick<RunSettings, 'network' | 'seed'> & InputSettings,
  sources: Pick<Sources, 'networkFile' | 'trainedNetworks'>,
): Promise<Network> {
  const loaded = await loadNetworkOrImage(settings, sources);
  if ('network' in loaded) return loaded.network;
  throw new CimError('usage', {
    what: `${settings.network} is a stored image, which is compressed already`,
    where: 'network',
    todo: 'give a network in real arithmetic, by name or as a .safetensors file',
  });
}

/**
 * The network of a file. One that begins like a stored image, or whose name ends with `.bin`, is one; `.onnx` is ONNX,
 * whose reader is loaded only then.
 * @param norm what pixels mean to an ONNX network
 * @throws {CimError} when it is damaged
 */
export async function readNetworkOrImage(
  { name, bytes }: NamedBytes,
  norm?: InputNorm,
): Promise<LoadedNetwork> {
  if (/\.onnx(\.gz)?$/.test(name)) {
    const { readOnnx } = await import('../network/io/onnx/read-onnx.ts');
    return { network: readOnnx(bytes, name, { name: stemOf(name), norm }) };
  }
  if (norm) throw normNotForIt(name);
  return isStoredImage(bytes) || name.endsWith('.bin')
    ? { stored: readStoredImage(bytes, name) }
    : { network: readNetworkFile(bytes, name) };
}

/** The name of a file without its folder and ending. */
const stemOf = (path: string): string => path.replace(/^.*[/\\]/, '').replace(/\.onnx(\.gz)?$/, '');

const normNotForIt = (network: string): CimError =>
  new CimError('usage', {
    what: `says what pixels mean to an ONNX network, and ${network} is none`,
    where: 'input-norm',
    todo: 'leave out --input-norm, --input-mean, --input-std and --input-range',
  });

/** Settings that compress: a stored image takes none of them. */
export const compressing = [
  'weightBits',
  'activationBits',
  'prunedGroups',
  'groupMasks',
  'densityProfile',
  'indexCoding',
] as const;

function refuseToCompress(settings: MapSettings): void {
  const given = compressing.find((key) => settings[key] !== undefined);
  if (given === undefined) return;
  throw new CimError('usage', {
    what: `cannot be given with the stored image ${settings.network}, which is compressed already`,
    where: nameOf(given),
    todo: 'leave it out here, and give it to mars map --image',
  });
}

/** Masks of `network` for groups of some shape, where the settings ask for any. */
async function loadMasks(
  { groupMasks: name, densityProfile, seed }: MapSettings,
  network: Network,
  sources: Pick<Sources, 'maskFile'>,
): Promise<((shape: GroupShape) => GroupMasks) | undefined> {
  if (densityProfile !== undefined)
    return (shape) => densityProfileMasks(network, densityProfile, seed, shape);
  if (name === undefined) return undefined;
  const file = await sources.maskFile(name);
  if (file.network !== network.name)
    throw new CimError('input', {
      what: `is for the network ${file.network}, not for ${network.name}`,
      where: name,
    });
  return (shape) => {
    const { channels, kernels } = file.shape;
    if (channels !== shape.channels || kernels !== shape.kernels)
      throw new CimError('input', {
        what: `counts groups of ${channels} channels x ${kernels} kernels, the chip runs ${shape.channels} x ${shape.kernels} at these weight bits`,
        where: name,
      });
    return file.masks;
  };
}

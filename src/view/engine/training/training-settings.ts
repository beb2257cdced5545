// What a training in the page is asked for, as plain data: the same words as the options of `mars train`.

import { CimError } from '../../../core/errors.ts';

/** Settings of a training. What they do not say is as `mars train` has it. */
export interface TrainingSettings {
  /** Name of the network; there is one that trains fast enough in a page. */
  readonly network: 'mnist-cnn';
  /** The first so many training images; 128, a batch, at least. */
  readonly images: number;
  /** Passes over the images in real arithmetic. A quarter of them come after pruning. */
  readonly epochs: number;
  /** The highest; it falls to 0 along a half cosine. */
  readonly learningRate: number;
  /** Strength of group lasso; 0: none. With a target density, the strength it begins with. */
  readonly groupLasso: number;
  /** Share of the weight groups to keep, 0 ... 1; undefined: those that group lasso left large. */
  readonly targetDensity: number | undefined;
  /** 2 ... 8; where either is given, epochs in the chip's integers follow, one for ten in real arithmetic. */
  readonly weightBits: number | undefined;
  /** 1 ... 8. */
  readonly activationBits: number | undefined;
  /** Of weights, order and shifts, 0 ... 2^32 - 1. */
  readonly seed: number;
}

/** Training images that come with a page, of MNIST's 60,000. */
export const bundledTrainingImages = 10_000;

/**
 * What the Train tab begins with: epochs that a person can wait for, and a group lasso that is stronger than that of
 * `mars train`, since it has only 312 steps. Measured with onnxruntime-node: 112 of 270 groups become zero, at strength 0.5 only 34.
 */
export const defaultTraining: TrainingSettings = {
  network: 'mnist-cnn',
  images: bundledTrainingImages,
  epochs: 4,
  learningRate: 0.05,
  groupLasso: 2,
  targetDensity: undefined,
  weightBits: undefined,
  activationBits: undefined,
  seed: 1,
};

/** A setting that is a number. */
export interface TrainingField {
  readonly key: Exclude<keyof TrainingSettings, 'network'>;
  /** As on the command line, without dashes. */
  readonly option: string;
  readonly label: string;
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  /** What leaving it empty means; a field without this must be filled. */
  readonly empty?: string | undefined;
}

const whole = { whole: true } as const;
const real = { whole: false } as const;

/** All settings that are numbers, in the order of the form. */
export const trainingFields: readonly TrainingField[] = [
  { key: 'images', option: 'images', label: 'Images', low: 128, high: 60_000, ...whole },
  { key: 'epochs', option: 'epochs', label: 'Epochs', low: 1, high: 1000, ...whole },
  {
    key: 'learningRate',
    option: 'learning-rate',
    label: 'Learning rate',
    low: 0,
    high: 100,
    ...real,
  },
  { key: 'groupLasso', option: 'group-lasso', label: 'Group lasso', low: 0, high: 10, ...real },
  {
    key: 'targetDensity',
    option: 'target-density',
    label: 'Target density',
    low: 0,
    high: 1,
    ...real,
    empty: 'what lasso leaves',
  },
  {
    key: 'weightBits',
    option: 'weight-bits',
    label: 'Weight bits',
    low: 2,
    high: 8,
    ...whole,
    empty: 'not trained',
  },
  {
    key: 'activationBits',
    option: 'activation-bits',
    label: 'Activation bits',
    low: 1,
    high: 8,
    ...whole,
    empty: 'not trained',
  },
  { key: 'seed', option: 'seed', label: 'Seed', low: 0, high: 2 ** 32 - 1, ...whole },
];

/**
 * Settings from text by key, as a form has it.
 * @throws {CimError} (usage) naming the setting whose value is not permitted
 */
export function readTraining(text: (key: TrainingField['key']) => string): TrainingSettings {
  const numbers = trainingFields.map((field) => [field.key, readField(field, text(field.key))]);
  return { ...defaultTraining, ...(Object.fromEntries(numbers) as Partial<TrainingSettings>) };
}

function readField(
  { label, low, high, whole: isWhole, empty }: TrainingField,
  text: string,
): number | undefined {
  if (text.trim() === '' && empty !== undefined) return undefined;
  const value = Number(text);
  const isNumber = text.trim() !== '' && value >= low && value <= high;
  if (isNumber && (!isWhole || Number.isInteger(value))) return value;
  throw new CimError('usage', {
    what: `"${text}" is not permitted`,
    where: label,
    todo: `wanted: a ${isWhole ? 'whole ' : ''}number from ${low} to ${high}`,
  });
}

/** The command that trains with the same settings on the command line. */
export function trainingCommand(settings: TrainingSettings): string {
  const options = trainingFields.flatMap(({ key, option }) => {
    const value = settings[key];
    return value === undefined ? [] : [`--${option} ${value}`];
  });
  return ['mars train --network mnist-cnn --dataset mnist', ...options].join(' ');
}

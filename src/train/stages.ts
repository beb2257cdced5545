// The schedule of a training: dense, then group lasso, then without the groups that were removed, then in integers; and
// the learning rate of each step.

/** What an epoch does. */
export type Stage = 'dense' | 'lasso' | 'tune' | 'quantize';

/** How many epochs each stage has. */
export interface ScheduleOptions {
  /** Passes over the training images in real arithmetic: stages `dense`, `lasso` and `tune`. */
  readonly epochs: number;
  /** Epochs at the beginning without group lasso. */
  readonly denseEpochs: number;
  /** Epochs at the end of `epochs` in which removed groups stay zero and group lasso is off. */
  readonly fixedEpochs: number;
  /** Passes over the training images with quantized weights and activations, after the others. */
  readonly quantizeEpochs: number;
  /** Learning rate that warm-up ends at; from there it falls to 0 along a half cosine. */
  readonly learningRate: number;
  /** The same of the stage `quantize`, which has a half cosine of its own. */
  readonly quantizeLearningRate: number;
  /** Epochs in which the learning rate rises from 0 in equal steps. May be a fraction. */
  readonly warmUpEpochs: number;
}

/** Epochs in all. */
export const epochsOf = (options: ScheduleOptions): number =>
  options.epochs + options.quantizeEpochs;

/** The stage of an epoch, counted from 0. */
export function stageOf(epoch: number, options: ScheduleOptions): Stage {
  if (epoch >= options.epochs) return 'quantize';
  if (epoch >= options.epochs - options.fixedEpochs) return 'tune';
  return epoch < options.denseEpochs ? 'dense' : 'lasso';
}

/**
 * The learning rate of a step.
 * @param done steps done, in all epochs together
 */
export function learningRateAt(
  done: number,
  stepsPerEpoch: number,
  options: ScheduleOptions,
): number {
  const floatSteps = stepsPerEpoch * options.epochs;
  if (done >= floatSteps) {
    const share = (done - floatSteps) / (stepsPerEpoch * options.quantizeEpochs);
    return halfCosine(options.quantizeLearningRate, share);
  }
  const warmUp = Math.min(Math.round(stepsPerEpoch * options.warmUpEpochs), floatSteps - 1);
  if (done < warmUp) return (options.learningRate * (done + 1)) / warmUp;
  return halfCosine(options.learningRate, (done - warmUp) / (floatSteps - warmUp));
}

/** From `highest` at share 0 to 0 at share 1. */
const halfCosine = (highest: number, share: number): number =>
  (highest / 2) * (1 + Math.cos(Math.PI * share));

// The schedule of a training: dense, then group lasso, then without the groups that were removed, then in integers; and
// the learning rate of each step.

import type { Stage } from '../../network/epoch-record.ts';

export type { Stage } from '../../network/epoch-record.ts';

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

/** Images of one size for some epochs. */
export interface ImageSize {
  /** Rows and columns that images are shrunk to. */
  readonly side: number;
  readonly epochs: number;
}

/** Size of the images of an epoch in real arithmetic; undefined: their own. */
export function sideOf(epoch: number, sizes: readonly ImageSize[]): number | undefined {
  let last = 0;
  return sizes.find(({ epochs }) => epoch < (last += epochs))?.side;
}

/** Epochs in all. */
export const epochsOf = (options: ScheduleOptions): number =>
  options.epochs + options.quantizeEpochs;

/** The stage of an epoch, counted from 0. Without group lasso, what would be its epochs are dense. */
export function stageOf(
  epoch: number,
  options: ScheduleOptions & { readonly groupLasso: number },
): Stage {
  if (epoch >= options.epochs) return 'quantize';
  if (epoch >= options.epochs - options.fixedEpochs) return 'tune';
  return epoch < options.denseEpochs || options.groupLasso === 0 ? 'dense' : 'lasso';
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

/** What pruning follows from. */
export interface LassoOptions extends ScheduleOptions {
  /** Strength that group lasso begins with. */
  readonly groupLasso: number;
  /** Share of the groups that is to be left; undefined: the strength stays as it is. */
  readonly targetDensity?: number | undefined;
  /**
   * Steps in which groups are removed to reach that density, spread evenly over the epochs between the first, dense ones
   * and the last ones; 1: all of them when group lasso ends.
   */
  readonly pruneSteps: number;
}

/** By how much the strength changes from one epoch to the next. */
const strengthStep = 1.5;
/** Share of the stage after which the target should be reached: the rest settles. */
const reachedAfter = 0.8;

/**
 * The strength of group lasso in an epoch, from the densities after those before it. What strength leads to what density
 * depends on the network, so it is found on the way: as long as more groups are left than a straight line from all of
 * them to the target has at that time, it grows; else it shrinks. Where groups are removed in several steps, they lead to
 * the density, and the strength stays as it is.
 * @param densities of the epochs that are done, in order
 */
export function lassoStrength(densities: readonly number[], options: LassoOptions): number {
  const { groupLasso, targetDensity, denseEpochs, epochs, fixedEpochs, pruneSteps } = options;
  if (stageOf(densities.length, options) !== 'lasso') return 0;
  if (targetDensity === undefined || pruneSteps > 1) return groupLasso;
  const lassoEpochs = epochs - fixedEpochs - denseEpochs;
  let strength = groupLasso;
  densities.slice(denseEpochs).forEach((density, done) => {
    const share = Math.min(1, (done + 1) / (reachedAfter * lassoEpochs));
    const wanted = 1 - (1 - targetDensity) * share;
    strength = density > wanted ? strength * strengthStep : strength / strengthStep;
  });
  return strength;
}

/**
 * The share of the groups that is left after pruning that happens before a step of training, 1 of all; undefined: nothing
 * is removed then. Many groups go in the first of `pruneSteps` steps and few in the last, since what is left by then
 * matters more: after the share s of the steps 1 - (1 - target) (1 - (1 - s)^3) is left.
 *
 * @param done steps of training done, in all epochs together
 * @see Zhu and Gupta, To prune, or not to prune, 2017 (equation 1)
 */
export function prunedDensity(
  done: number,
  stepsPerEpoch: number,
  options: LassoOptions & { readonly targetDensity: number },
): number | undefined {
  const { denseEpochs, epochs, fixedEpochs, targetDensity, pruneSteps } = options;
  const first = denseEpochs * stepsPerEpoch;
  const last = (epochs - fixedEpochs) * stepsPerEpoch;
  for (let step = pruneSteps; step > 0; step -= 1) {
    const share = step / pruneSteps;
    if (done === first + Math.round(share * (last - first)))
      return targetDensity + (1 - targetDensity) * (1 - share) ** 3;
  }
  return undefined;
}

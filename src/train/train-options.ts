// How to train, and what is told while it lasts.

import type { GroupShape } from '../compress/weight-group.ts';
import { macroGroup } from './groups.ts';

/** How to train. */
export interface TrainOptions {
  /** Passes over the training images. */
  readonly epochs: number;
  readonly seed: number;
  readonly batchSize: number;
  /** Learning rate of the first step; it falls to 0 along a half cosine. */
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Images are moved by up to this many pixels in each direction. */
  readonly largestShift: number;
  /**
   * Strength of group lasso: each step shortens every group by learning rate x this x the mean norm of the layer's
   * groups. 0 trains without, and removes nothing.
   */
  readonly groupLasso: number;
  readonly groupShape: GroupShape;
  /** Groups below this share of the mean norm of their layer's groups are removed before the last epochs. */
  readonly removeBelow: number;
  /** Epochs at the end in which removed groups stay zero and group lasso is off. */
  readonly fixedEpochs: number;
  /** Threads of the runtime. Results are the same bit for bit only with the same number. */
  readonly threads: number;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Stops between two steps; an AbortSignal fits. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}

/** The usual settings. `fixedEpochs` counts within `epochs`. */
export const trainDefaults: Omit<TrainOptions, 'onProgress' | 'signal'> = {
  epochs: 12,
  seed: 1,
  batchSize: 128,
  learningRate: 0.05,
  momentum: 0.9,
  weightDecay: 5e-4,
  largestShift: 2,
  groupLasso: 0.5,
  groupShape: macroGroup,
  removeBelow: 0.3,
  fixedEpochs: 3,
  threads: 2,
};

/** Where training stands after a step. */
export interface TrainProgress {
  /** Steps done and steps in all. */
  readonly done: number;
  readonly total: number;
  readonly epoch: number;
  /** Mean loss, and share of images classified rightly, of this epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  /** Groups that are wholly zero, as of the end of the last epoch, and groups in all. */
  readonly zeroGroups: number;
  readonly groups: number;
}

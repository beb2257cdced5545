// How to train, and what is told while it lasts.

import type { GroupShape } from '../../compress/weight-group.ts';
import type { ImageSet } from '../../datasets/image-set.ts';
import type { EpochRecord } from '../../network/epoch-record.ts';
import type { Network } from '../../network/network.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type LayerNorms, macroGroup } from '../groups/groups.ts';
import type { LayerPlans } from '../groups/layer-plan.ts';
import type { ColumnReadout } from '../operators/column-codes.ts';
import type { WeightForm } from '../operators/quantize.ts';
import type { ImageSize, LassoOptions, Stage } from './stages.ts';

/** How to train. */
export interface TrainOptions extends LassoOptions {
  readonly seed: number;
  readonly batchSize: number;
  readonly momentum: number;
  /** Nesterov's momentum instead of the plain one; false by default. */
  readonly nesterov?: boolean | undefined;
  /** Share of the wanted probability that goes evenly to all classes, 0 ... 1; 0 by default. */
  readonly labelSmoothing?: number | undefined;
  /**
   * Sizes of the images in the epochs in real arithmetic, from the first on: small images first cost less. Epochs beyond
   * them, and those in integers, have the images' own size. None by default.
   */
  readonly imageSizes?: readonly ImageSize[] | undefined;
  readonly weightDecay: number;
  /** Images are moved by up to this many pixels in each direction. */
  readonly largestShift: number;
  /** Mirrors every second image left to right. */
  readonly flip: boolean;
  /**
   * Strength of group lasso: each step shortens every group by learning rate x this x the mean norm of the layer's
   * groups. With a target density it is what group lasso begins with, see `lassoStrength`. 0 trains without.
   */
  readonly groupLasso: number;
  /** Gives each layer back the norm that group lasso takes from it. */
  readonly lassoKeepsNorm: boolean;
  readonly groupShape: GroupShape;
  /**
   * Without a target density: groups below this share of the mean norm of their layer's groups are removed before the last
   * epochs.
   */
  readonly removeBelow: number;
  /** Bits of weights, of stored activations and of the image while quantization is trained. */
  readonly weightBits: number;
  readonly activationBits: number;
  readonly weightForm: WeightForm;
  /**
   * How the chip reads its columns, where its ADC loses something: then the stage `quantize` trains with, and accuracies
   * on test images are of, the sums that the macros give. Undefined: sums are exact.
   */
  readonly columns?: ColumnReadout | undefined;
  /** Layers that differ from the rest, by name. */
  readonly layers?: LayerPlans | undefined;
  /** Threads of the runtime. Results are the same bit for bit only with the same number. */
  readonly threads: number;
  readonly hooks?: TrainHooks | undefined;
  /** Called after each step. */
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Stops between two steps, with a checkpoint; an AbortSignal fits. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}

/** What whoever trains may want besides the result. */
export interface TrainHooks {
  /** Goes on from here. */
  readonly resume?: Checkpoint | undefined;
  /** Called after each epoch, when stopped, and every `checkpointSeconds` of training. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => void) | undefined;
  readonly checkpointSeconds?: number | undefined;
  /** Called after each epoch, before its checkpoint. */
  readonly onEpoch?: ((record: EpochRecord) => void) | undefined;
  /**
   * Called with the norms of all groups: after an epoch's first step, every `groupsEvery` steps and after its last, and
   * with those of the network that training gives.
   */
  readonly onGroups?: ((layers: readonly GroupsOfLayer[]) => void) | undefined;
  /** Default 10. */
  readonly groupsEvery?: number | undefined;
  /** Called with the network in real arithmetic and what it is like, before quantization begins. */
  readonly onFloat?: ((network: Network, last: FloatRecord) => void) | undefined;
  /** Images to measure the accuracy on after each epoch. */
  readonly test?: ImageSet | undefined;
  /** Measures after every so many epochs, and after the last; 1 by default. */
  readonly testEvery?: number | undefined;
  /** A clock in milliseconds; without one no times are told. */
  readonly now?: (() => number) | undefined;
  /** What the training was asked for, kept in checkpoints. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** What to tell about the last good checkpoint when the loss is no number any more. */
  readonly lastCheckpoint?: (() => string) | undefined;
}

/** The norms of a layer's groups, ordered (kernel tile, channel block, kernel position). */
export interface GroupsOfLayer extends LayerNorms {
  readonly kernelTiles: number;
}

/** What the network in real arithmetic is like. */
export type FloatRecord = Pick<EpochRecord, 'testAccuracy' | 'density'>;

/** The default settings, without quantization. `fixedEpochs` and `denseEpochs` count within `epochs`. */
export const trainDefaults: Omit<TrainOptions, 'onProgress' | 'signal' | 'hooks'> = {
  epochs: 12,
  denseEpochs: 0,
  fixedEpochs: 3,
  quantizeEpochs: 0,
  seed: 1,
  batchSize: 128,
  learningRate: 0.05,
  quantizeLearningRate: 0.001,
  warmUpEpochs: 0,
  momentum: 0.9,
  weightDecay: 5e-4,
  largestShift: 2,
  flip: false,
  groupLasso: 0.5,
  lassoKeepsNorm: false,
  groupShape: macroGroup,
  removeBelow: 0.3,
  pruneSteps: 1,
  weightBits: 8,
  activationBits: 8,
  weightForm: 'linear',
  threads: 2,
};

/** Where training stands after a step. */
export interface TrainProgress {
  /** Steps done and steps in all. */
  readonly done: number;
  readonly total: number;
  readonly epoch: number;
  readonly stage: Stage;
  /** Mean loss, and share of images classified rightly, of this epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  /** Groups that are wholly zero, as of the end of the last epoch, and groups in all. */
  readonly zeroGroups: number;
  readonly groups: number;
}

// What is known of an epoch of a training.

/** What an epoch does; epochs come in this order. */
export type Stage = 'dense' | 'lasso' | 'tune' | 'quantize';

/** One epoch, as a line of the metrics. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  readonly stage: Stage;
  /** Means over the epoch, on the images as they were trained on. */
  readonly loss: number;
  readonly accuracy: number;
  /** Share of the weight groups that are not wholly zero. */
  readonly density: number;
  /** Of the last step. */
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly seconds: number;
  /** Share of the test images classified rightly after the epoch, where it was measured. */
  readonly testAccuracy?: number | undefined;
}

// What a training says of itself, in words.

import { countOf } from '../../../core/words.ts';
import type { EpochRecord } from '../../../network/epoch-record.ts';
import type { TrainProgress } from '../../../train/run/train-options.ts';
import { formatNumber, formatShare, formatWhole } from '../../../core/number-text.ts';
import type { TrainedResult } from '../../engine/training/training-messages.ts';

/** Where a training stands. */
export interface TrainingState {
  readonly progress: TrainProgress;
  /** The last epoch that is done. */
  readonly last: EpochRecord | undefined;
  /** Share of the weight groups that are not wholly zero, as last told. */
  readonly density: number;
}

/** Name and value of what is shown after each step. */
export function factsOf({
  progress,
  last,
  density,
}: TrainingState): readonly (readonly [name: string, value: string])[] {
  const { done, total, epoch, stage, loss, accuracy } = progress;
  return [
    ['epoch', `${epoch + 1}, ${stage}`],
    ['steps', `${formatWhole(done)} of ${formatWhole(total)}`],
    ['loss', formatNumber(loss)],
    ['training accuracy', formatShare(accuracy)],
    ['test accuracy', last?.testAccuracy === undefined ? '–' : formatShare(last.testAccuracy)],
    ['density', formatShare(density)],
    ['images/s', last ? formatWhole(last.imagesPerSecond) : '–'],
  ];
}

/** The end of a training as a sentence. */
export function resultText(result: TrainedResult): string {
  const { testAccuracy, quantizedAccuracy, zeroGroups, groups, imagesPerSecond, threads } = result;
  const integers =
    quantizedAccuracy === null ? '' : `, ${formatShare(quantizedAccuracy)} in the chip’s integers`;
  const speed = `${formatWhole(imagesPerSecond)} images/s on ${countOf(threads, 'thread')}`;
  return `Trained: ${formatShare(testAccuracy)} of MNIST’s 10,000 test images right${integers}; ${groups - zeroGroups} of ${groups} weight groups left; ${speed}.`;
}

/** Where a stopped training stands. */
export const stoppedText = (progress: TrainProgress | undefined): string =>
  progress
    ? `Stopped after step ${progress.done} of ${progress.total}. Resume goes on as if it had not been stopped.`
    : 'Stopped.';

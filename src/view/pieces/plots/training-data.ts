// Epochs of a training, as rows.

import type { FigureData } from '../figure/figure-data.ts';
import { formatNumber, formatShare } from '../../../core/number-text.ts';

/** What a plot needs of a line of the metrics; an `EpochRecord` is one. */
export interface TrainingRecord {
  /** Counted from 1. */
  readonly epoch: number;
  readonly stage: string;
  readonly loss: number;
  /** On the training images as they were trained on. */
  readonly accuracy: number;
  /** Share of the weight groups that are not wholly zero. */
  readonly density: number;
  readonly testAccuracy?: number | undefined;
}

/** First epoch of each stage, in order. */
export function stageStarts(
  records: readonly TrainingRecord[],
): readonly { readonly epoch: number; readonly stage: string }[] {
  return records.filter(({ stage }, i) => i === 0 || records[i - 1]?.stage !== stage);
}

/** Words and rows of the training's plot. */
export function trainingData(records: readonly TrainingRecord[]): FigureData {
  const last = records.at(-1);
  const test = records.findLast(({ testAccuracy }) => testAccuracy !== undefined);
  const testText = test
    ? `, test accuracy ${formatShare(test.testAccuracy ?? null)} after epoch ${test.epoch}`
    : '';
  return {
    caption: 'Loss, accuracy and density by epoch',
    summary: last
      ? `After epoch ${last.epoch}: loss ${formatNumber(last.loss)}, training accuracy ${formatShare(last.accuracy)}${testText}, density ${formatShare(last.density)}.`
      : 'No epoch is done.',
    table: {
      columns: ['epoch', 'stage', 'loss', 'training accuracy', 'test accuracy', 'density'],
      rows: records.map((one) => [
        one.epoch,
        one.stage,
        one.loss,
        one.accuracy,
        one.testAccuracy ?? null,
        one.density,
      ]),
    },
  };
}

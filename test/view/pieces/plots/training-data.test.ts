import { describe, expect, it } from 'vitest';
import type { EpochRecord } from '../../../../src/network/epoch-record.ts';
import { stageStarts, trainingData } from '../../../../src/view/pieces/plots/training-data.ts';

const epoch = (number: number, stage: EpochRecord['stage'], test?: number): EpochRecord => ({
  epoch: number,
  stage,
  loss: 1 / number,
  accuracy: 0.5,
  density: 0.25,
  learningRate: 0.1,
  imagesPerSecond: 1,
  seconds: 1,
  testAccuracy: test,
});

describe('the rows of a training', () => {
  const records = [epoch(1, 'dense', 0.6), epoch(2, 'lasso'), epoch(3, 'lasso'), epoch(4, 'tune')];

  it('tell where each stage begins', () => {
    expect(stageStarts(records).map((one) => [one.epoch, one.stage])).toEqual([
      [1, 'dense'],
      [2, 'lasso'],
      [4, 'tune'],
    ]);
  });

  it('leave out test accuracies that were not measured, and say when the last one was', () => {
    const { table, summary } = trainingData(records);

    expect(table.rows[3]).toEqual([4, 'tune', 0.25, 0.5, null, 0.25]);
    expect(summary).toBe(
      'After epoch 4: loss 0.25, training accuracy 50.00 %, test accuracy 60.00 % after epoch 1, density 25.00 %.',
    );
  });

  it('may be none yet', () => {
    expect(trainingData([]).summary).toBe('No epoch is done.');
  });
});

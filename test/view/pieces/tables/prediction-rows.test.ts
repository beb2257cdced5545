import { describe, expect, it } from 'vitest';
import type { Predictions } from '../../../../src/view/engine/engine.ts';
import {
  barOf,
  chooseImages,
  imagePixels,
  predictionRows,
  rankClasses,
} from '../../../../src/view/pieces/tables/prediction-rows.ts';

/** Three images of 1 x 2 pixels, three classes. */
const predictions: Predictions = {
  classes: 3,
  labels: Uint8Array.from([2, 0, 1]),
  outputs: Int32Array.from([-5, 0, 9, 4, 7, 7, -3, -1, -2]),
  exact: Int32Array.from([-5, 1, 8, 9, 7, 7, -3, -1, -2]),
  pixels: Uint8Array.from([10, 20, 30, 40, 50, 60]),
  height: 1,
  width: 2,
  channels: 1,
};

describe('rows of the image list', () => {
  const rows = predictionRows(predictions);
  const images = (filter: 'all' | 'wrong' | 'disagree'): readonly number[] =>
    chooseImages(rows, filter).map(({ image }) => image);

  it('have the class of the largest sum, the first of equal ones', () => {
    expect(rows.map(({ chipClass, exactClass }) => [chipClass, exactClass])).toEqual([
      [2, 2],
      [1, 0],
      [1, 1],
    ]);
  });

  it('are chosen by what the chip did', () => {
    expect(images('all')).toEqual([0, 1, 2]);
    expect(images('wrong')).toEqual([1]);
    expect(images('disagree')).toEqual([1]);
  });

  it('are never wrong without labels', () => {
    const unlabelled = predictionRows({ ...predictions, labels: new Uint8Array() });

    expect(chooseImages(unlabelled, 'wrong')).toEqual([]);
    expect(chooseImages(unlabelled, 'disagree')).toHaveLength(1);
  });

  it('are none where nothing was simulated', () => {
    expect(predictionRows({ ...predictions, outputs: new Int32Array(), classes: 0 })).toEqual([]);
    expect(predictionRows({ ...predictions, outputs: new Int32Array() })).toEqual([]);
  });

  it('rank classes by integer sums', () => {
    expect(rankClasses(predictions, 1, 2)).toEqual([
      { index: 1, chip: 7, exact: 7 },
      { index: 2, chip: 7, exact: 7 },
    ]);
    expect(rankClasses(predictions, 2, 5).map(({ chip }) => chip)).toEqual([-1, -2, -3]);
  });

  it('have bars that begin at 0, to the left for negative sums', () => {
    expect(barOf(9, [-1, 9])).toEqual({ left: 0.1, length: 0.9 });
    expect(barOf(-1, [-1, 9])).toEqual({ left: 0, length: 0.1 });
    expect(barOf(-2, [-2, -4])).toEqual({ left: 0.5, length: 0.5 });
    expect(barOf(0, [0])).toEqual({ left: 0, length: 0 });
  });

  it('have grey or coloured pixels', () => {
    expect([...imagePixels(predictions, 1)]).toEqual([30, 30, 30, 255, 40, 40, 40, 255]);
    expect([...imagePixels({ ...predictions, width: 1, channels: 3 }, 1)]).toEqual([
      40, 50, 60, 255,
    ]);
  });
});

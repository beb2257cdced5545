import { describe, expect, it } from 'vitest';
import type { Predictions } from '../../../../src/view/engine/engine.ts';
import { confusion } from '../../../../src/view/pieces/tables/confusion.ts';

/** Predictions of images with these labels, to which the chip gives these classes. */
function predictionsOf(labels: readonly number[], given: readonly number[]): Predictions {
  const classes = 3;
  const outputs = Int32Array.from(given.flatMap((one) => [0, 1, 2].map((c) => Number(c === one))));
  return {
    classes,
    labels: Uint8Array.from(labels),
    outputs,
    exact: outputs,
    pixels: new Uint8Array(given.length),
    height: 1,
    width: 1,
    channels: 1,
  };
}

describe('confusion', () => {
  it('counts images by label and by the class of the chip, classes without images left out', () => {
    expect(confusion(predictionsOf([0, 0, 2, 2, 2], [0, 2, 2, 1, 2]))).toEqual([
      { label: 0, images: 2, right: 1, given: [1, 0, 1] },
      { label: 2, images: 3, right: 2, given: [0, 1, 2] },
    ]);
  });

  it('is empty where there are no labels, or nothing was simulated', () => {
    expect(confusion(predictionsOf([], [0, 1]))).toEqual([]);
    expect(confusion({ ...predictionsOf([], []), classes: 0 })).toEqual([]);
  });
});

// Which class the chip gives to the images of which: counts, and the share of each class that is right.

import type { Predictions } from '../../engine/engine.ts';
import { predictionRows } from './prediction-rows.ts';

/** One class of the labels. */
export interface ClassRow {
  readonly label: number;
  readonly images: number;
  readonly right: number;
  /** Images by the class that the chip gives them. */
  readonly given: readonly number[];
}

/** A row for each class that has images; none where the images have no labels. */
export function confusion(predictions: Predictions): readonly ClassRow[] {
  const { classes } = predictions;
  const given = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (const { label, chipClass } of predictionRows(predictions)) {
    const row = label === undefined ? undefined : given[label];
    if (row) row[chipClass] = (row[chipClass] ?? 0) + 1;
  }
  return given.flatMap((row, label) => {
    const images = row.reduce((sum, count) => sum + count, 0);
    return images === 0 ? [] : [{ label, images, right: row[label] ?? 0, given: row }];
  });
}

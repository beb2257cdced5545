// What chip and exact network say to each image, as rows.

import { largest, smallest } from '../../../core/extremes.ts';
import { predictedClasses } from '../../../core/feature-map.ts';
import type { Predictions } from '../../engine/engine.ts';

/** One image. */
export interface PredictionRow {
  readonly image: number;
  /** Undefined where images have no labels. */
  readonly label: number | undefined;
  readonly chipClass: number;
  readonly exactClass: number;
}

/** Which images are listed. */
export type ImageFilter = 'all' | 'wrong' | 'disagree';

/** A class with the integer sums of the last layer: not a probability. */
export interface RankedClass {
  readonly index: number;
  readonly chip: number;
  readonly exact: number;
}

/** Images whose outputs are there, in order. */
export function predictionRows({
  outputs,
  exact,
  classes,
  labels,
}: Predictions): readonly PredictionRow[] {
  if (classes === 0) return [];
  const chipClasses = predictedClasses(outputs, classes);
  const exactClasses = predictedClasses(exact, classes);
  return Array.from(chipClasses, (chipClass, image) => ({
    image,
    label: labels[image],
    chipClass,
    exactClass: exactClasses[image] ?? chipClass,
  }));
}

/** `wrong`: the chip gives another class than the label; `disagree`: another than the exact network. */
export const chooseImages = (
  rows: readonly PredictionRow[],
  filter: ImageFilter,
): readonly PredictionRow[] =>
  rows.filter(({ label, chipClass, exactClass }) => {
    if (filter === 'wrong') return label !== undefined && chipClass !== label;
    return filter === 'all' || chipClass !== exactClass;
  });

/** The `count` classes with the largest sums on the chip; of equal ones the first, as the prediction has it. */
export function rankClasses(
  { outputs, exact, classes }: Predictions,
  image: number,
  count: number,
): readonly RankedClass[] {
  return Array.from({ length: classes }, (_, index) => ({
    index,
    chip: outputs[image * classes + index] ?? 0,
    exact: exact[image * classes + index] ?? 0,
  }))
    .sort((a, b) => b.chip - a.chip)
    .slice(0, count);
}

/** Where a bar from 0 to `value` lies on an axis that holds 0 and all `values`, as shares of its length. */
export function barOf(
  value: number,
  values: readonly number[],
): { readonly left: number; readonly length: number } {
  const low = Math.min(0, smallest(values));
  const high = Math.max(0, largest(values));
  if (high === low) return { left: 0, length: 0 };
  return {
    left: (Math.min(0, value) - low) / (high - low),
    length: Math.abs(value) / (high - low),
  };
}

/** RGBA of an image with 1 or 3 channels. */
export function imagePixels(
  { pixels, height, width, channels }: Predictions,
  image: number,
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(height * width * 4);
  for (let i = 0; i < height * width; i++)
    for (let c = 0; c < 4; c++) {
      const channel = Math.min(c, channels - 1);
      rgba[4 * i + c] =
        c === 3 ? 255 : (pixels[(image * height * width + i) * channels + channel] ?? 0);
    }
  return rgba;
}

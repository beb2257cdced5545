// How many images a network classifies rightly, and how far such a share may be from the probability behind it.

import { predictedClasses } from './feature-map.ts';

/**
 * How many images have their label as largest output.
 * @param outputs order (image, class)
 */
export const countRight = (
  outputs: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number =>
  predictedClasses(outputs, classes).filter((one, image) => one === labels[image]).length;

/** Share of the images whose largest output is their label, 0 ... 1; otherwise as {@link countRight}. */
export const accuracy = (
  outputs: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number => countRight(outputs, labels, classes) / labels.length;

/** Two-sided 95 % quantile of the normal distribution. */
const z = 1.959963984540054;

/**
 * The 95 % interval of a binomial proportion after Wilson (J. Am. Stat. Assoc. 22, 1927, 209).
 * @param share successes over `trials`, 0 ... 1
 * @returns lowest and highest probability; undefined without trials
 */
export function binomialInterval(
  share: number,
  trials: number,
): readonly [number, number] | undefined {
  if (trials <= 0) return undefined;
  const weight = 1 + (z * z) / trials;
  const middle = (share + (z * z) / (2 * trials)) / weight;
  const half =
    (z / weight) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

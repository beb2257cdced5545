// Moments, and how far a sample's may be from them. Every bound is five standard errors of what is compared: by chance
// it is passed once in two million, and seeds are fixed, so a test that passes once passes always.

/** How many standard errors a sample may be off. */
export const standardErrors = 5;

/** Central moments of a distribution that is known, for what samples of it may do. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
  /** Fourth central moment over the squared variance; 3 if normal. */
  readonly kurtosis: number;
}

/** Moments of a value that is one of these, each equally likely. */
export function momentsOf(values: ArrayLike<number>): Moments {
  const about = (center: number, power: number): number => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (values[i]! - center) ** power;
    return sum / values.length;
  };
  const mean = about(0, 1);
  const variance = about(mean, 2);
  return { mean, variance, kurtosis: about(mean, 4) / variance ** 2 };
}

/**
 * How far the mean of a sample is from the mean that is known, in standard errors: the mean of n draws has deviation
 * sqrt(variance / n).
 */
export const meanOff = (sample: ArrayLike<number>, known: Moments): number =>
  (momentsOf(sample).mean - known.mean) / Math.sqrt(known.variance / sample.length);

/**
 * How far the variance of a sample, about the mean that is known, is from the variance that is known, in standard
 * errors: the mean of n squares has deviation variance * sqrt((kurtosis - 1) / n).
 */
export function varianceOff(sample: ArrayLike<number>, known: Moments): number {
  let squares = 0;
  for (let i = 0; i < sample.length; i++) squares += (sample[i]! - known.mean) ** 2;
  const error = known.variance * Math.sqrt((known.kurtosis - 1) / sample.length);
  return (squares / sample.length - known.variance) / error;
}

/**
 * How far the correlation of pairs is from 0, in standard errors: the mean of n products of independent values has
 * deviation sqrt(variance * variance / n).
 */
export function correlationOff(
  pairs: readonly (readonly [number, number])[],
  known: Moments,
): number {
  let products = 0;
  for (const [a, b] of pairs) products += (a - known.mean) * (b - known.mean);
  return products / (known.variance * Math.sqrt(pairs.length));
}

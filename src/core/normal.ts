// The normal distribution in 16-bit steps, computed with + - * / alone: IEEE doubles round these alike on every machine,
// which is not promised of Math.exp. So a table of quantiles is the same everywhere.

import { assert } from './errors.ts';

/** sqrt(2 pi). */
const rootOfTwoPi = 2.5066282746310002;

/**
 * Probability that a normal variable of mean 0 and deviation 1 is below `x`; the error stays below 1e-14.
 *
 * Phi(x) = 1/2 + density(x) (x + x^3 / 3 + x^5 / (3 5) + x^7 / (3 5 7) + ...), density(x) = 1 / (sqrt(2 pi) e^(x^2/2)),
 * e^t = 1 + t + t^2 / 2! + ...: for x > 0 every term is positive, so nothing cancels (G. Marsaglia, "Evaluating the
 * Normal Distribution", J. Stat. Soft. 11(4), 2004, who takes the density from the library). From 8.3 on it is 1.
 */
export function normalProbability(x: number): number {
  if (x < 0) return 1 - normalProbability(-x);
  if (x > 8.3) return 1;
  const square = x * x;
  let power = 1;
  let exponential = 1;
  let odd = x;
  let series = x;
  for (let k = 1; exponential + power > exponential || series + odd > series; k++) {
    power *= square / (2 * k);
    exponential += power;
    odd *= square / (2 * k + 1);
    series += odd;
  }
  return 0.5 + series / (rootOfTwoPi * exponential);
}

/** Beyond what any noise of a chip has, little enough for a table to be made at once: one step per integer. */
const largestDeviation = 2 ** 20;

/** Numbers of different 16-bit uniforms. */
const uniforms = 65536;

/**
 * Normally distributed integers of mean 0 from 16-bit uniforms: entry u is the smallest integer n with
 * u < round(65536 Phi((n + 1/2) / deviation)). Entries u and 65535 - u are opposite, so the mean is exactly 0; the
 * largest lies at 4.3 deviations, since one uniform in 65536 cannot say more.
 * @param deviation in units of the integers, up to 2^20; 0 gives zeros
 */
export function normalQuantiles(deviation: number): Int32Array {
  assert(deviation >= 0 && deviation <= largestDeviation, `a deviation of ${deviation}`);
  const quantiles = new Int32Array(uniforms);
  let first = uniforms / 2;
  for (let n = 0; first < uniforms; n++) {
    const end = Math.round(uniforms * normalProbability((n + 0.5) / deviation));
    quantiles.fill(n, first, end);
    quantiles.fill(-n, uniforms - end, uniforms - first);
    first = end;
  }
  return quantiles;
}

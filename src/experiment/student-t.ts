// Student's t distribution for whole degrees of freedom: its probability is a finite sum.

/**
 * Probability that a t variable lies between -t and t (Abramowitz and Stegun, 26.7.3 and 26.7.4).
 * @param degrees of freedom, a whole number from 1 on
 */
export function studentProbability(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

const quantiles = new Map<number, number>();

/** Half the width of a two-sided 95 % interval, in standard errors, with this many degrees of freedom (1 on). */
export function studentQuantile(degrees: number): number {
  const known = quantiles.get(degrees);
  if (known !== undefined) return known;
  // 12.71 with one degree of freedom, 1.96 with infinitely many.
  let [low, high] = [1.9, 13];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentProbability(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  // Sines differ in their last bits from one engine to the next; twelve digits do not.
  const quantile = Number(high.toPrecision(12));
  quantiles.set(degrees, quantile);
  return quantile;
}

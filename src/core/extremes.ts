// The largest and the smallest of many numbers. `Math.max(...values)` puts every value on the stack, which overflows from
// about 100,000 values on.

/** The largest of `values`; `-Infinity` where there are none, NaN where one is NaN. */
export function largest(values: Iterable<number>): number {
  let found = -Infinity;
  for (const value of values) found = Math.max(found, value);
  return found;
}

/** The smallest of `values`; `Infinity` where there are none, NaN where one is NaN. */
export function smallest(values: Iterable<number>): number {
  let found = Infinity;
  for (const value of values) found = Math.min(found, value);
  return found;
}

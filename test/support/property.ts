// Property tests whose cases are the same on every machine, so that a failure can be run again.

import fc from 'fast-check';

const seed = 20201024;

/** Checks `property` on `runs` cases; throws with the smallest counterexample that it finds. */
export function holds<T>(property: fc.IProperty<T>, runs = 100): void {
  fc.assert(property, { seed, numRuns: runs });
}

/** As {@link holds}, for properties that wait. */
export async function holdsEventually<T>(property: fc.IAsyncProperty<T>, runs = 20): Promise<void> {
  await fc.assert(property, { seed, numRuns: runs });
}

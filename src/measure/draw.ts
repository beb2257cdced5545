// Random numbers of tests.

import { randomWord } from '../core/random.ts';

/** Draws integers from `low` to `high`, one after the other. */
export type Draw = (low: number, high: number) => number;

/** A {@link Draw} that depends on `seed` alone. */
export function drawFrom(seed: number): Draw {
  let counter = 0;
  return (low, high) => low + (randomWord(seed, 77, counter++) % (high - low + 1));
}

// What benches and self-checks compare with, and what they throw where a backend computed something else.

import type { MacroCase } from './run-case.ts';

/** A backend gave other numbers than it must. */
export class WrongNumbers extends Error {
  override readonly name = 'WrongNumbers' as const;
  /** A program that shows it; undefined where only a whole network does. */
  readonly found: MacroCase | undefined;

  constructor(message: string, found?: MacroCase) {
    super(message);
    this.found = found;
  }
}

/**
 * Compares two lists.
 * @param found the program that gave `actual`
 * @throws {WrongNumbers} at the first index where they differ
 */
export function equal(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  found?: MacroCase,
): void {
  if (actual.length !== expected.length)
    throw new WrongNumbers(`${what}: ${actual.length} values, not ${expected.length}`, found);
  for (let i = 0; i < expected.length; i++)
    if (actual[i] !== expected[i])
      throw new WrongNumbers(`${what}: value ${i} is ${actual[i]}, not ${expected[i]}`, found);
}

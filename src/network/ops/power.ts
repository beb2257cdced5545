// A power with a constant exponent.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link power}. */
export interface PowerAttributes {
  readonly exponent: number;
}

/** The value to the power of `exponent`. */
export const power: Operator<PowerAttributes> = elementwise(
  z.strictObject({ exponent: z.number() }),
  ({ exponent }) =>
    (value) =>
      value ** exponent,
);

// The product of two maps.

import type { NoAttributes, Operator } from './operator.ts';
import { pairwise } from './pairwise.ts';

/** Multiplies two maps value by value; the second may be one pixel, which scales channels. */
export const multiply: Operator<NoAttributes> = pairwise(
  'multiplies',
  (first, second) => first * second,
);

// The smaller of two maps, value by value.

import type { NoAttributes, Operator } from './operator.ts';
import { pairwise } from './pairwise.ts';

/** The smaller of two values. */
export const minimum: Operator<NoAttributes> = pairwise('compares', (first, second) =>
  Math.min(first, second),
);

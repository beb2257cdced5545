// The larger of two maps, value by value.

import type { NoAttributes, Operator } from './operator.ts';
import { pairwise } from './pairwise.ts';

/** The larger of two values. */
export const maximum: Operator<NoAttributes> = pairwise('compares', (first, second) =>
  Math.max(first, second),
);

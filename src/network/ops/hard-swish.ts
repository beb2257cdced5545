// Hard swish: SiLU of straight lines.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** value * max(0, min(1, value / 6 + 1 / 2)). */
export const hardSwish: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => value * Math.max(0, Math.min(1, value / 6 + 0.5)),
);

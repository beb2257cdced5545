// SiLU, also called Swish.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** The value times its sigmoid. */
export const silu: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => value / (1 + Math.exp(-value)),
);

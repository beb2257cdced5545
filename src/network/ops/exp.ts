// The exponential function.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** exp(value). */
export const exp: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => Math.exp(value),
);

// The hyperbolic tangent.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** tanh(value). */
export const tanh: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => Math.tanh(value),
);

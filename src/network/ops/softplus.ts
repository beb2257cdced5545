// Softplus: a ReLU with a round corner.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** log(1 + exp(value)). */
export const softplus: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => Math.max(0, value) + Math.log1p(Math.exp(-Math.abs(value))),
);

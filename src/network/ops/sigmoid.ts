// The logistic function.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** 1 / (1 + exp(-value)). */
export const sigmoid: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => 1 / (1 + Math.exp(-value)),
);

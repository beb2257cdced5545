// One over the value: division by a map is multiplication by it.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** 1 / value. */
export const reciprocal: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => 1 / value,
);

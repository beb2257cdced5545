// The magnitude.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** The value without its sign. */
export const abs: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => Math.abs(value),
);

// The square root.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** The square root of the value. */
export const sqrt: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => Math.sqrt(value),
);

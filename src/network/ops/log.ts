// The natural logarithm.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** log(value). */
export const log: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => Math.log(value),
);

// ReLU. The requantizer does it by clipping at 0, without a table.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** max(0, value). */
export const relu: Operator<NoAttributes> = elementwise(
  z.strictObject({}),
  () => (value) => Math.max(0, value),
);

// Values between two limits: ReLU6 is a clip to 0 ... 6.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link clip}. */
export interface ClipAttributes {
  /** None by default. */
  readonly min?: number | undefined;
  /** None by default. */
  readonly max?: number | undefined;
}

/** min(max(value, `min`), `max`). */
export const clip: Operator<ClipAttributes> = elementwise(
  z.strictObject({ min: z.number().optional(), max: z.number().optional() }),
  ({ min = -Infinity, max = Infinity }) =>
    (value) =>
      Math.min(Math.max(value, min), max),
);

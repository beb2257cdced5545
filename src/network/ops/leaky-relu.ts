// Leaky ReLU: negative values pass too, but smaller.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link leakyRelu}. */
export interface LeakyReluAttributes {
  /** What negative values are multiplied by, 0 ... 1; ONNX's `alpha`. */
  readonly alpha: number;
}

/** The value where it is positive, `alpha` times it elsewhere. */
export const leakyRelu: Operator<LeakyReluAttributes> = elementwise(
  z.strictObject({ alpha: z.number().min(0).max(1) }),
  ({ alpha }) =>
    (value) =>
      value < 0 ? alpha * value : value,
);

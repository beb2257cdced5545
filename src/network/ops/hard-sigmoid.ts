// Hard sigmoid: a sigmoid of straight lines.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link hardSigmoid}. */
export interface HardSigmoidAttributes {
  /** ONNX's `alpha`, the slope, and `beta`, the value at 0. */
  readonly alpha: number;
  readonly beta: number;
}

/** max(0, min(1, alpha value + beta)). */
export const hardSigmoid: Operator<HardSigmoidAttributes> = elementwise(
  z.strictObject({ alpha: z.number(), beta: z.number() }),
  ({ alpha, beta }) =>
    (value) =>
      Math.max(0, Math.min(1, alpha * value + beta)),
);

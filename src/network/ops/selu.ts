// SELU: a scaled ELU.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link selu}. */
export interface SeluAttributes {
  /** ONNX's `alpha` and `gamma`. */
  readonly alpha: number;
  readonly gamma: number;
}

/** `gamma` times the value where it is positive, `gamma alpha (exp(value) - 1)` elsewhere. */
export const selu: Operator<SeluAttributes> = elementwise(
  z.strictObject({ alpha: z.number(), gamma: z.number() }),
  ({ alpha, gamma }) =>
    (value) =>
      value < 0 ? gamma * alpha * Math.expm1(value) : gamma * value,
);

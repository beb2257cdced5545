// ELU: negative values approach a limit.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link elu}. */
export interface EluAttributes {
  /** Minus the limit; ONNX's `alpha`. */
  readonly alpha: number;
}

/** The value where it is positive, `alpha (exp(value) - 1)` elsewhere. */
export const elu: Operator<EluAttributes> = elementwise(
  z.strictObject({ alpha: z.number() }),
  ({ alpha }) =>
    (value) =>
      value < 0 ? alpha * Math.expm1(value) : value,
);

// Values as one of two: QONNX's BipolarQuant.

import { z } from 'zod';
import { elementwise } from './activation.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link bipolar}. */
export interface BipolarAttributes {
  /** Above 0. */
  readonly scale: number;
}

/** `scale` where value >= 0, else -`scale`. */
export const bipolar: Operator<BipolarAttributes> = elementwise(
  z.strictObject({ scale: z.number().positive() }),
  ({ scale }) =>
    (value) =>
      value >= 0 ? scale : -scale,
);

// Values as the whole numbers that stand for them: what QuantizeLinear and DequantizeLinear make together.

import { z } from 'zod';
import { clamp } from '../../core/integer.ts';
import { elementwise } from './activation.ts';
import type { Operator } from './operator.ts';

/** How halves are rounded, and everything else with `up`, `down`, `floor` … */
const roundings = ['even', 'up', 'down', 'ceil', 'floor', 'zero', 'away'] as const;

/** Attributes of `quantize`. */
export interface QuantizeAttributes {
  /** Real value of one unit, above 0. */
  readonly scale: number;
  /** The whole number that stands for 0. */
  readonly zero: number;
  /** The lowest and the highest whole number, at most 65536 apart. */
  readonly low: number;
  readonly high: number;
  /**
   * `even`: to the nearest, halves to the even one, the default; `up`, `down`: to the nearest, halves up or towards 0; `ceil`, `floor`,
   * `zero`, `away`: to the next one upwards, downwards, towards 0, away from it.
   */
  readonly rounding?: (typeof roundings)[number] | undefined;
}

/** Nearest whole number, halves to the even one. */
export function roundHalfEven(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

const rounders: Readonly<Record<(typeof roundings)[number], (value: number) => number>> = {
  even: roundHalfEven,
  up: Math.round,
  down: (value) => Math.sign(value) * Math.ceil(Math.abs(value) - 0.5),
  ceil: Math.ceil,
  floor: Math.floor,
  zero: Math.trunc,
  away: (value) => Math.sign(value) * Math.ceil(Math.abs(value)),
};

/** The whole number that stands for a value; the quotient is a 32-bit float, as it is in ONNX. */
export function codeOf({
  scale,
  zero,
  low,
  high,
  rounding = 'even',
}: QuantizeAttributes): (value: number) => number {
  const round = rounders[rounding];
  return (value) => clamp(round(Math.fround(value / scale)) + zero, low, high);
}

/** (clamp(round(value / scale) + zero, low, high) - zero) * scale. */
export const quantize: Operator<QuantizeAttributes> = elementwise(
  z
    .strictObject({
      scale: z.number().positive(),
      zero: z.int().min(-65536).max(65536),
      low: z.int().min(-65536).max(65536),
      high: z.int().min(-65536).max(65536),
      rounding: z.enum(roundings).optional(),
    })
    .refine(({ low, high }) => low < high, 'high must be above low'),
  (attributes) => {
    const code = codeOf(attributes);
    const { scale, zero } = attributes;
    return (value) => (code(value) - zero) * scale;
  },
);

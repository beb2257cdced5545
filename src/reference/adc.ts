// The ADC: from the sum on a bit line to its column code. Twin of shaders/lib/adc.wgsl.

import { clamp, floorDivide } from '../core/integer.ts';
import type { AdcProgram } from '../simulate/macro-program.ts';

/**
 * The unclamped code of a sum: floor((sum - offset) / step + 1/2), in fixed point.
 * @param sum in 1/256 unit discharge, as step and offset are
 */
export const idealCode = (sum: number, adc: AdcProgram): number =>
  floorDivide(2 * (sum - adc.offset) + adc.step, 2 * adc.step);

/** The column code: {@link idealCode} limited to 0 ... 2^bits - 1. */
export const columnCode = (sum: number, adc: AdcProgram): number =>
  clamp(idealCode(sum, adc), 0, 2 ** adc.bits - 1);

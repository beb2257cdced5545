// The ADC as data: which code a sum on a bit line gets, and what each code stands for. In fixed point, 1/256 unit
// discharge, so that every backend converts alike. A uniform ADC is one of these tables, and a function proves it.

import { remembered } from './remembered.ts';

/** Fixed point of the analog quantities: units per unit discharge. */
export const fixedPointUnit = 256;

/** An ADC, in {@link fixedPointUnit}. */
export interface AdcTable {
  /** Ascending: the code of a sum is how many of these it reaches. */
  readonly thresholds: Int32Array;
  /** What each code stands for, ascending; one more than there are thresholds. */
  readonly values: Int32Array;
  /** Sums below `low`, and those from `high` on, lie outside the codes: they are counted as saturated. */
  readonly low: number;
  readonly high: number;
}

/** A uniform ADC: code k stands for offset + k step, and sums get the nearest code, halves the upper one. */
export interface UniformAdc {
  readonly bits: number;
  /** In {@link fixedPointUnit}. */
  readonly step: number;
  readonly offset: number;
}

/** The table of a uniform ADC. Sums half a step beyond the outer codes are not saturated yet. */
export function uniformTable({ bits, step, offset }: UniformAdc): AdcTable {
  const codes = 2 ** bits;
  // The least whole number at or above offset + (k - 1/2) step: there code k begins.
  const first = (code: number): number => Math.ceil((2 * offset + (2 * code - 1) * step) / 2);
  return {
    thresholds: Int32Array.from({ length: codes - 1 }, (_, code) => first(code + 1)),
    values: Int32Array.from({ length: codes }, (_, code) => offset + code * step),
    low: first(0),
    high: first(codes),
  };
}

/** The code of a sum: how many thresholds it reaches. */
export function adcCode(sum: number, { thresholds }: AdcTable): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((thresholds[middle] as number) <= sum) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Does a sum lie outside the codes? */
export const isSaturated = (sum: number, { low, high }: AdcTable): boolean =>
  sum < low || sum >= high;

/**
 * The uniform ADC that a table is; undefined for others. Compares every entry, so that what it says is proven; fast
 * kernels, which compute codes instead of looking them up, are chosen by it alone.
 */
export const uniformAdc: (adc: AdcTable) => UniformAdc | undefined = remembered((adc) => {
  const { values } = adc;
  const bits = Math.log2(values.length);
  const offset = values[0] as number;
  const step = (values[1] ?? 0) - offset;
  if (!Number.isInteger(bits) || bits < 1 || step < 1) return undefined;
  const uniform = { bits, step, offset };
  const same = uniformTable(uniform);
  const isSame =
    same.low === adc.low &&
    same.high === adc.high &&
    same.thresholds.every((threshold, i) => threshold === adc.thresholds[i]) &&
    same.values.every((value, i) => value === values[i]);
  return isSame ? uniform : undefined;
});

/** The values of a table as offset + step * level, with the largest step that gives whole levels from 0 up. */
export interface AdcUnits {
  readonly step: number;
  readonly offset: number;
  readonly levels: Int32Array;
}

/** The {@link AdcUnits} of a table: of a uniform one its step, its offset and its codes. */
export const adcUnits: (adc: AdcTable) => AdcUnits = remembered(({ values }) => {
  const offset = values[0] as number;
  const step = values.reduce((common, value) => divisor(common, value - offset), 0) || 1;
  return { step, offset, levels: values.map((value) => (value - offset) / step) };
});

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Does every whole sum from 0 to `largest` unit discharges get a code that stands for it, and none is saturated? */
export function losesNothing(adc: AdcTable, largest: number): boolean {
  if (isSaturated(0, adc) || isSaturated(largest * fixedPointUnit, adc)) return false;
  for (let sum = 0; sum <= largest; sum++) {
    const value = sum * fixedPointUnit;
    if (adc.values[adcCode(value, adc)] !== value) return false;
  }
  return true;
}

// From a chip's numbers to what its macros compute with: the columns of a kernel and the ADC behind them.

import { type AdcTable, fixedPointUnit, uniformTable } from '../core/adc-table.ts';
import { type Columns, differential, twosComplement } from '../core/columns.ts';
import { remembered } from '../core/remembered.ts';
import type { AdcSpec, ChipSpec } from './chip-spec.ts';

/** The columns that hold a weight of `weightBits` bits (2 ... 8) on a chip. */
export function chipColumns({ macro }: Pick<ChipSpec, 'macro'>, weightBits: number): Columns {
  const { cells } = macro;
  if (!cells) return twosComplement(weightBits);
  const columns = { twosComplement, differential }[cells.kind];
  return columns(weightBits, cells.bits.value);
}

/** The ADC of a chip in fixed point; the same table each time. */
export const chipAdc = ({ adc }: Pick<ChipSpec, 'adc'>): AdcTable => tableOf(adc);

const units = (value: number): number => Math.round(value * fixedPointUnit);

const tableOf: (adc: AdcSpec) => AdcTable = remembered((adc: AdcSpec): AdcTable => {
  if (adc.kind !== 'table') {
    const { bits, step, offset } = adc;
    return uniformTable({
      bits: bits.value,
      step: units(step.value),
      offset: units(offset.value),
    });
  }
  const thresholds = Int32Array.from(adc.thresholds.value, units);
  const values = Int32Array.from(adc.values.value, units);
  // As far beyond the outer codes as their inner borders are from them, where the table says nothing.
  const [first = 0, last = 0] = [thresholds[0], thresholds.at(-1)];
  const [least = 0, most = 0] = [values[0], values.at(-1)];
  return { thresholds, values, low: 2 * least - first, high: 2 * most - last };
});

// What training must know of a chip's columns.

import type { ChipSpec } from '../../chips/index.ts';
import { chipAdc, chipColumns } from '../../chips/readout.ts';
import { losesNothing, uniformAdc } from '../../core/adc-table.ts';
import { binaryBits } from '../../core/columns.ts';
import { CimError } from '../../core/errors.ts';
import type { ColumnReadout } from '../operators/column-codes.ts';

/**
 * How a chip reads its columns, where its ADC loses something.
 * @throws {CimError} (usage) when it has noise, which training does not see, or loses something in columns or an ADC that
 * training does not know
 */
export function columnReadout(chip: ChipSpec): ColumnReadout | undefined {
  const noisy = Object.entries(chip.noise).find(([, { value }]) => value !== 0);
  if (noisy)
    throw new CimError('usage', {
      what: `training does not model noise, but this chip sets noise.${noisy[0]} to ${noisy[1].value}`,
      where: 'set',
      todo: 'train without, and try noise with mars run',
    });
  const columns = chipColumns(chip, chip.precision.weightBits.value);
  const inputBitsPerPhase = chip.macro.inputBitsPerPhase.value;
  const digits = chip.macro.wordLinesOn.value * (2 ** inputBitsPerPhase - 1);
  if (losesNothing(chipAdc(chip), digits * (2 ** columns.cellBits - 1))) return undefined;
  const adc = uniformAdc(chipAdc(chip));
  if (!adc || binaryBits(columns) === undefined)
    throw new CimError('usage', {
      what: 'training models a uniform ADC behind the bits of two’s complement, and this chip has another readout that loses something',
      where: [chip.name, adc ? 'macro.cells' : 'adc'],
      todo: 'train without the chip’s readout, for example for mars with adc.bits=6',
    });
  return { adc, inputBitsPerPhase, sparsity: chip.controller.sparsity.value };
}

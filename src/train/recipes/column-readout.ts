// What training must know of a chip's columns.

import type { ChipSpec } from '../../chips/index.ts';
import { CimError } from '../../core/errors.ts';
import { adcProgram } from '../../simulate/to-program.ts';
import { type ColumnReadout, losesNothing } from '../operators/column-codes.ts';

/**
 * How a chip reads its columns, where its ADC loses something.
 * @throws {CimError} (usage) when it has noise, which training does not see
 */
export function columnReadout(chip: ChipSpec): ColumnReadout | undefined {
  const noisy = Object.entries(chip.noise).find(([, { value }]) => value !== 0);
  if (noisy)
    throw new CimError('usage', {
      what: `training does not model noise, but this chip sets noise.${noisy[0]} to ${noisy[1].value}`,
      where: 'set',
      todo: 'train without, and try noise with mars run',
    });
  const readout: ColumnReadout = {
    adc: adcProgram(chip),
    inputBitsPerPhase: chip.macro.inputBitsPerPhase.value,
    sparsity: chip.controller.sparsity.value,
  };
  return losesNothing(readout, chip.macro.wordLinesOn.value) ? undefined : readout;
}

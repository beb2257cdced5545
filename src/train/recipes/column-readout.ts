// What training must know of a chip's columns.

import type { ChipSpec } from '../../chips/index.ts';
import { chipAdc, chipColumns } from '../../chips/readout.ts';
import { losesNothing, uniformAdc } from '../../core/adc-table.ts';
import { binaryBits } from '../../core/columns.ts';
import { CimError } from '../../core/errors.ts';
import type { ColumnNoise } from '../operators/column-noise.ts';
import type { ColumnReadout } from '../operators/column-codes.ts';

/**
 * How a chip reads its columns, where its ADC loses something or there is noise.
 * @throws {CimError} (usage) when it loses something, or has noise, in columns or an ADC that training does not know
 */
export function columnReadout(chip: ChipSpec): ColumnReadout | undefined {
  const { read, offset, gain, cell } = chip.noise;
  const deviations: ColumnNoise = {
    read: read.value,
    offset: offset.value,
    gain: gain.value,
    cell: cell.value,
  };
  const isNoisy = Object.values(deviations).some((deviation) => deviation > 0);
  const columns = chipColumns(chip, chip.precision.weightBits.value);
  const inputBitsPerPhase = chip.macro.inputBitsPerPhase.value;
  const digits = chip.macro.wordLinesOn.value * (2 ** inputBitsPerPhase - 1);
  const losesAny = !losesNothing(chipAdc(chip), digits * (2 ** columns.cellBits - 1));
  if (!losesAny && !isNoisy) return undefined;
  const adc = uniformAdc(chipAdc(chip));
  if (!adc || binaryBits(columns) === undefined)
    throw new CimError('usage', {
      what: 'training models a uniform ADC behind the bits of two’s complement, and this chip has another readout that loses something or is noisy',
      where: [chip.name, adc ? 'macro.cells' : 'adc'],
      todo: 'train without the chip’s readout, for example for mars with adc.bits=6',
    });
  const sparsity = chip.controller.sparsity.value;
  return { adc, inputBitsPerPhase, sparsity, noise: isNoisy ? deviations : undefined };
}

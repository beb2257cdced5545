// Areas as formulas.

import { adcBits, adcsPerMacro, readoutCost } from '../../chips/adc-cost.ts';
import type { ChipSpec } from '../../chips/index.ts';
import { chipColumns } from '../../chips/readout.ts';
import { type Add, explained, type Explained, given } from './common.ts';
import { constant, counted, type Expression, over, plus, times } from './expression.ts';

const squareMicrometres = constant(1e6, 'um2 per mm2');

/** Adds the area and its parts. */
export function addAreas(add: Add, { mapping, report }: Explained): void {
  const { chip } = mapping;
  const { parts } = report.area;
  const sram = (bytes: Expression): Expression =>
    over(
      times(bytes, constant(8, 'bits per byte'), given(chip, 'area.sramBit')),
      squareMicrometres,
    );
  const cores = given(chip, 'cores.count');
  const macros = times(cores, given(chip, 'cores.macros'));
  add('area.total', 'mm2', () =>
    plus(...parts.map(({ part, area }) => explained(`area.${part}`, area, 'mm2'))),
  );
  add('area.macros', 'mm2', () => times(macros, macroArea(chip)));
  add('area.featureMap', 'mm2', () =>
    sram(
      plus(
        times(constant(2, 'banks'), given(chip, 'featureMap.bankBytes')),
        given(chip, 'featureMap.shortcutBytes'),
      ),
    ),
  );
  add('area.weightSram', 'mm2', () => sram(times(cores, given(chip, 'weightSram.bytes'))));
  add('area.accumulators', 'mm2', () =>
    over(
      times(
        macros,
        counted(
          'kernels per macro',
          kernelsOf(chip),
          '',
          'macro.partitions, at precision.weightBits',
        ),
        given(chip, 'accumulator.bits'),
        given(chip, 'area.accumulatorBit'),
      ),
      squareMicrometres,
    ),
  );
}

/** A macro with its ADCs: as it is stated, and what they have grown since. */
function macroArea(chip: ChipSpec): Expression {
  const stated = given(chip, 'area.macro');
  const bits = adcBits(chip.adc);
  if (bits === chip.adc.calibratedBits.value) return stated;
  const growth = readoutCost(chip).macroArea - chip.area.macro.value;
  const source = `${adcsPerMacro(chip)} ADCs by adc.model ${chip.adc.model.value}, from adc.areaShare of area.macro at ${chip.adc.calibratedBits.value} bits`;
  return plus(stated, counted(`growth of the ADCs to ${bits} bits`, growth, 'mm2', source));
}

const kernelsOf = (chip: ChipSpec): number =>
  chip.macro.partitions.value *
  Math.floor(
    chip.macro.bitLinesPerPartition.value /
      chipColumns(chip, chip.precision.weightBits.value).factors.length,
  );

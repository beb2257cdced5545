// The cost of a column read as formulas: array and ADC.

import { adcBits, adcForms } from '../../chips/adc-cost.ts';
import { adcFormTexts } from '../../chips/adc-form-texts.ts';
import type { ChipSpec } from '../../chips/index.ts';
import { atSupply, given } from './common.ts';
import { type Expression, minus, over, plus, times } from './expression.ts';

/** The ADC's part of a column read, fJ. */
export function adcRead(chip: ChipSpec, bits: number): Expression {
  const model = chip.adc.model.value;
  if (model === 'table') {
    const { costs } = chip.adc;
    const at = costs?.bits.value.indexOf(bits) ?? -1;
    const source = costs?.energy.source ?? '';
    return {
      term: {
        name: `adc.costs.energy at ${bits} bits`,
        value: costs?.energy.value[at] ?? 0,
        unit: 'fJ',
        evidence: costs?.energy.evidence,
        source,
      },
    };
  }
  const whole = times(given(chip, 'energy.columnPhase'), given(chip, 'adc.energyShare'));
  const from = chip.adc.calibratedBits.value;
  if (bits === from) return whole;
  const form = adcForms[model];
  const { text, source } = adcFormTexts[model];
  const formAt = (count: number): Expression => ({
    term: {
      name: `${model}(${count} bits)`,
      value: form.energy(count),
      unit: '',
      evidence: chip.adc.model.evidence,
      source: `${text}: ${source}`,
    },
  });
  return over(times(whole, formAt(bits)), formAt(from));
}

/** The array's part, fJ. */
export const arrayRead = (chip: ChipSpec): Expression =>
  minus(given(chip, 'energy.columnPhase'), adcRead(chip, chip.adc.calibratedBits.value));

/** A column read, fJ: as it is stated where the ADC is the one that it was stated for. */
export const columnRead = (chip: ChipSpec): Expression =>
  atSupply(
    chip,
    adcBits(chip.adc) === chip.adc.calibratedBits.value
      ? given(chip, 'energy.columnPhase')
      : plus(arrayRead(chip), adcRead(chip, adcBits(chip.adc))),
  );

// Where the forms of `adcForms` are from. Apart from them, so that a page does not carry the text.

import type { adcForms } from './adc-cost.ts';

/** A form as a person writes it, B being the bits. */
export interface AdcFormText {
  readonly text: string;
  readonly source: string;
}

/** The text and the source of every form. */
export const adcFormTexts: Readonly<Record<keyof typeof adcForms, AdcFormText>> = {
  zigzag: {
    text: 'energy ~ 100 B + 0.001 * 4^B, area ~ 10^(1.206 - 0.0369 B) * 2^B, time ~ B',
    source:
      'ZigZag-IMC (KULeuven-MICAS/zigzag-imc, AimcArrayUnit.py), area fitted there to three analog chips of 28 nm; one version of the file returns a constant 188 fJ instead of its energy',
  },
  neurosim: {
    text: 'energy ~ (0.893 B + 7.09) (B + 1), area ~ 478 + 182 (B - 1), time ~ B + 1',
    source:
      'DNN+NeuroSim V1.4 (SarADC.cpp): power of a SAR ADC at 22 and 32 nm LSTP, interpolated to 28 nm; area by its transistors, n and p alike',
  },
  walden: {
    text: 'energy ~ 2^B, area ~ 2^B, time constant',
    source:
      'Walden’s figure of merit, P / (2^ENOB fs), held constant; area inferred: one comparator or unit capacitor per code',
  },
  schreier: {
    text: 'energy ~ 4^B, area ~ 2^B, time constant',
    source:
      'Schreier’s figure of merit, SNDR + 10 log10(fs / 2 / P), held constant, as in Accelergy’s ADC plug-in; area inferred as for walden',
  },
  none: {
    text: 'energy, area and time are those of the calibrated bits',
    source: 'no model: every ADC costs the same',
  },
};

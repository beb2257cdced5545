// What is read off a report in more than one place: in words, or as one number.

import { largest, smallest } from '../core/extremes.ts';
import { formatNumber } from '../core/number-text.ts';
import { countOf } from '../core/words.ts';
import type { Report } from './report.ts';

/** Whether nothing was simulated: then no accuracy and no event that depends on data is known. */
export const isEstimated = ({ energy }: Pick<Report, 'energy'>): boolean =>
  energy.activity === 'estimated';

/** What was run on what, in a sentence. */
export function subjectText({ network, chip, dataset, images, energy }: Report): string {
  if (energy.activity === 'estimated')
    return `${network} on ${chip}, estimated from the mapping: no images were simulated`;
  return `${network} on ${chip}, ${countOf(images, 'image')}${dataset === '' ? '' : ` of ${dataset}`}`;
}

/** The ADC of a report's chip in words; undefined where the report has no such numbers. */
export function adcText({
  provenance,
  layers,
}: Pick<Report, 'provenance' | 'layers'>): string | undefined {
  const valueOf = (path: string): number | string | undefined =>
    provenance.find(({ parameter }) => parameter === path)?.value;
  const values = valueOf('adc.values');
  const fitted = fittedText(layers, values !== undefined);
  if (fitted !== undefined) return fitted;
  if (values !== undefined) return `${String(values).split(' ').length} codes, by a table`;
  const [bits, step, offset] = ['adc.bits', 'adc.step', 'adc.offset'].map(valueOf);
  if (bits === undefined || step === undefined || offset === undefined) return undefined;
  return `${bits} ${bits === 1 ? 'bit' : 'bits'}, step ${step}, offset ${offset}`;
}

/** ADCs that differ from layer to layer, or that are tables on a chip whose own is none; undefined for any other. */
function fittedText(layers: Report['layers'], isTable: boolean): string | undefined {
  const own = layers.flatMap(({ adc }) => adc ?? []);
  const steps = own.flatMap(({ step }) => step ?? []);
  const isEqual = new Set(own.map((adc) => JSON.stringify(adc))).size <= 1;
  const isOfLayers = !isTable && steps.length < own.length;
  if (isEqual && !isOfLayers) return undefined;
  const codes = own.map((adc) => adc.codes);
  const [few, many] = [smallest(codes), largest(codes)];
  const ofCodes = `${few === many ? '' : `${few} to `}${many} codes`;
  return steps.length < own.length
    ? `${ofCodes}, by a table for each layer`
    : `${ofCodes}, step ${formatNumber(smallest(steps))} to ${formatNumber(largest(steps))} by layer`;
}

/** Saturated reads over all column reads; null where nothing was simulated. */
export function saturatedShare({ layers, energy }: Report): number | null {
  const reads = layers.reduce((sum, { columnReads }) => sum + columnReads, 0);
  if (energy.activity === 'estimated' || reads === 0) return null;
  return layers.reduce((sum, { saturatedReads }) => sum + saturatedReads, 0) / reads;
}

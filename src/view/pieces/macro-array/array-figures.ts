// The figures that macros are coloured by, each as 0 ... 1 on the colour scale, with the range that a legend tells.

import {
  formatNumber,
  formatRareShare,
  formatShare,
  formatWhole,
} from '../../../core/number-text.ts';
import type { FilledMacro, Filling, FillingRun, MacroArray } from '../../../inspect/macro-array.ts';

/**
 * What macros are coloured by: `density`, share of the cells of filled slots that hold a 1; `slots`, share of the slots
 * that are filled; `activity`, macro-ops per image; `saturated`, saturated share of the layer's column reads; `error`,
 * mean error of the ADC in the layer; `layer`.
 */
export type Figure = 'density' | 'slots' | 'activity' | 'saturated' | 'error' | 'layer';

/** Every {@link Figure}; the order is that of the values of the shader. */
export const figures: readonly Figure[] = [
  'density',
  'slots',
  'activity',
  'saturated',
  'error',
  'layer',
];

/** Figures as a person reads them. */
export const figureNames: Readonly<Record<Figure, string>> = {
  density: 'cells that hold a 1',
  slots: 'slots filled',
  activity: 'macro-ops per image',
  saturated: 'saturated reads of the layer',
  error: 'error of the ADC in the layer',
  layer: 'layer',
};

/** One macro on one core. */
export interface MacroOnCore {
  readonly filling: Filling;
  readonly run: FillingRun;
  readonly macro: FilledMacro;
}

/** The values at both ends of the colour scale. */
export interface FigureRange {
  readonly low: number;
  readonly high: number;
  /** Whether equal ratios have equal distances on the scale. */
  readonly logarithmic: boolean;
}

/** A macro's value of a figure; undefined where it is not known. */
export function figureValue(
  array: MacroArray,
  figure: Figure,
  { filling, run, macro }: MacroOnCore,
): number | undefined {
  switch (figure) {
    case 'density':
      return macro.cellDensity;
    case 'slots':
      return macro.slotShare;
    case 'activity':
      return filling.codes.length * run.pixels;
    case 'saturated':
      return array.layers[filling.layer]?.saturatedShare;
    case 'error':
      return array.layers[filling.layer]?.adcError;
    case 'layer':
      return filling.layer;
  }
}

/** The range of a figure over a whole array. */
export function figureRange(array: MacroArray, figure: Figure): FigureRange {
  let low = Infinity;
  let high = 0;
  for (const filling of array.fillings)
    for (const run of filling.runs)
      for (const macro of filling.macros) {
        const value = figureValue(array, figure, { filling, run, macro });
        if (value === undefined) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  if (figure === 'activity')
    return {
      low: Math.max(1, low === Infinity ? 1 : low),
      high: Math.max(2, high),
      logarithmic: true,
    };
  if (figure === 'slots') return { low: 0, high: 1, logarithmic: false };
  if (figure === 'density')
    return { low: 0, high: Math.max(0.1, Math.ceil(high * 10) / 10), logarithmic: false };
  return { low: 0, high: high > 0 ? high : 0.01, logarithmic: false };
}

/** Where a value lies on the scale, 0 ... 1; -1 for a value that is not known. */
export function onScale(value: number | undefined, range: FigureRange): number {
  if (value === undefined) return -1;
  const { low, high, logarithmic } = range;
  if (high <= low) return 1;
  const share = logarithmic
    ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
    : (value - low) / (high - low);
  return Math.min(1, Math.max(0, share));
}

/** A value as a person reads it. */
export function figureText(figure: Figure, value: number | undefined): string {
  if (value === undefined) return 'not simulated';
  if (figure === 'activity') return formatWhole(value);
  if (figure === 'error') return `${formatNumber(value)} unit discharges`;
  // As the tables of the report have it.
  return figure === 'saturated' ? formatRareShare(value) : formatShare(value);
}

import { describe, expect, it } from 'vitest';
import { withAdcErrors } from '../../../../src/view/engine/array-with-errors.ts';
import { macroArray, type MacroArray } from '../../../../src/inspect/macro-array.ts';
import { plannedActivity } from '../../../../src/mapping/planned-activity.ts';
import {
  figureRange,
  figureText,
  figureValue,
  onScale,
} from '../../../../src/view/pieces/macro-array/array-figures.ts';
import { macroLayersOf, mapped } from '../../../support/mapped.ts';
import { tourNetwork } from '../../../support/small-networks.ts';

const mapping = mapped(tourNetwork());

/** With a simulation in which 7 reads of the second layer saturated. */
function simulated(): MacroArray {
  const activity = macroLayersOf(mapping).map((layer, i) => ({
    ...plannedActivity(layer, 1),
    saturatedReads: i === 1 ? 7 : 0,
    zeroPhaseReads: 0,
    overflowedSums: 0,
  }));
  return macroArray(mapping, activity);
}

describe('the figures of macros', () => {
  it('are activity by core: groups times the pixels that the core runs', () => {
    const array = macroArray(mapping);
    const total = array.fillings.flatMap((filling) =>
      filling.runs.flatMap((run) =>
        filling.macros.map((macro) => figureValue(array, 'activity', { filling, run, macro })!),
      ),
    );

    const planned = macroLayersOf(mapping).map((layer) => plannedActivity(layer, 1).macroOps);
    expect(total.reduce((a, b) => a + b, 0)).toBe(planned.reduce((a, b) => a + b, 0));
    expect(figureRange(array, 'activity')).toEqual({
      low: Math.min(...total),
      high: Math.max(...total),
      logarithmic: true,
    });
  });

  it('are unknown saturated reads without a simulation, and the share of the layer with one', () => {
    const without = macroArray(mapping);
    const array = simulated();
    const ofLayer = (one: MacroArray, layer: number): number | undefined => {
      const filling = one.fillings.find((candidate) => candidate.layer === layer)!;
      const [run, macro] = [filling.runs[0]!, filling.macros[0]!];
      return figureValue(one, 'saturated', { filling, run, macro });
    };
    const share = 7 / plannedActivity(macroLayersOf(mapping)[1]!, 1).columnReads;

    expect(ofLayer(without, 1)).toBe(undefined);
    expect(ofLayer(array, 1)).toBe(share);
    expect(ofLayer(array, 0)).toBe(0);
    expect(figureRange(array, 'saturated')).toEqual({ low: 0, high: share, logarithmic: false });
  });

  it('are the errors of the ADC once they are told, each layer its own', () => {
    const array = simulated();
    const told = withAdcErrors(array, new Map(array.layers.map(({ name }, i) => [name, i / 4])));
    const ofLayers = (one: MacroArray): readonly (number | undefined)[] =>
      one.fillings.map((filling) =>
        figureValue(one, 'error', { filling, run: filling.runs[0]!, macro: filling.macros[0]! }),
      );

    expect(new Set(ofLayers(array))).toEqual(new Set([undefined]));
    expect(ofLayers(told)).toEqual(told.fillings.map(({ layer }) => layer / 4));
    expect(figureRange(told, 'error').high).toBe((told.layers.length - 1) / 4);
    expect(figureText('error', 0.25)).toBe('0.25 unit discharges');
    expect(figureText('error', 0)).toBe('0 unit discharges');
  });

  it('lie on the scale by difference or by ratio, and below it where they are not known', () => {
    expect(onScale(30, { low: 0, high: 40, logarithmic: false })).toBe(0.75);
    expect(onScale(100, { low: 1, high: 10_000, logarithmic: true })).toBeCloseTo(0.5, 12);
    expect(onScale(50, { low: 0, high: 40, logarithmic: false })).toBe(1);
    expect(onScale(undefined, { low: 0, high: 40, logarithmic: false })).toBe(-1);
  });

  it('are written with as many digits as they need', () => {
    expect(figureText('activity', 36_864)).toBe('36,864');
    expect(figureText('density', 0.5312)).toBe('53.12 %');
    expect(figureText('saturated', 0.0123)).toBe('1.23 %');
    expect(figureText('saturated', 0.00012)).toBe('0.01 %');
    expect(figureText('saturated', 0)).toBe('none');
    expect(figureText('saturated', undefined)).toBe('not simulated');
  });
});

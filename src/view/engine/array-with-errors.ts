// The ADC's errors come after the macro array is drawn: they take a second of a large network.

import type { MacroArray } from '../../inspect/macro-array.ts';
import type { Engine, RunResult } from './engine.ts';

/** A macro array that knows the errors of its layers. */
export const withAdcErrors = (
  array: MacroArray,
  errors: ReadonlyMap<string, number>,
): MacroArray => ({
  ...array,
  layers: array.layers.map((layer) => ({ ...layer, adcError: errors.get(layer.name) })),
});

/** The array with the error of the ADC in each layer; undefined where no images were simulated, or the run is gone. */
export async function arrayWithErrors(
  engine: Engine,
  { id, predictions }: Pick<RunResult, 'id' | 'predictions'>,
  array: MacroArray,
): Promise<MacroArray | undefined> {
  if (predictions.classes === 0) return undefined;
  try {
    return withAdcErrors(array, await engine.ask(id, 'adcErrors', undefined));
  } catch {
    return undefined;
  }
}

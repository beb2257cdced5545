// What the pixels of an image mean to a network: their range, and what is subtracted and divided by per channel.

import { CimError } from '../../../core/errors.ts';

/** A pixel p of a channel means `(p / 255 * range - mean) / deviation`. */
export interface InputNorm {
  /** What the highest pixel means; 1 by default. */
  readonly range?: number | undefined;
  /** Per channel, or one for all; 0 by default. */
  readonly mean?: readonly number[] | undefined;
  /** Per channel, or one for all; 1 by default. */
  readonly std?: readonly number[] | undefined;
}

/**
 * Factor and shift per channel of pixels that are given as p / 255; undefined where they change nothing.
 * @throws {CimError} (usage) when there are not as many values as channels, or a deviation is 0
 */
export function normArrays(
  { range = 1, mean = [0], std = [1] }: InputNorm,
  channels: number,
): { readonly factor: Float32Array; readonly shift: Float32Array } | undefined {
  for (const [name, values] of Object.entries({ mean, std }))
    if (values.length !== 1 && values.length !== channels)
      throw new CimError('usage', {
        what: `has ${values.length} values, and the image has ${channels} channels`,
        where: `input-${name}`,
      });
  if (std.some((value) => !(value > 0)) || !(range > 0))
    throw new CimError('usage', {
      what: `must be above 0`,
      where: range > 0 ? 'input-std' : 'input-range',
    });
  const of = (values: readonly number[], c: number): number =>
    values[values.length === 1 ? 0 : c] ?? 0;
  const factor = Float32Array.from({ length: channels }, (_, c) => range / of(std, c));
  const shift = Float32Array.from({ length: channels }, (_, c) => 0 - of(mean, c) / of(std, c));
  const isNeutral = factor.every((value) => value === 1) && shift.every((value) => value === 0);
  return isNeutral ? undefined : { factor, shift };
}

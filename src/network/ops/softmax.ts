// Softmax over the channels of each pixel.

import { z } from 'zod';
import { at } from '../../core/errors.ts';
import { largest } from '../../core/extremes.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link softmax}. */
export interface SoftmaxAttributes {
  /** Whether it gives the logarithms; false by default. */
  readonly log?: boolean | undefined;
}

/** exp(value), divided by the sum of these over all channels of the pixel. */
export const softmax: Operator<SoftmaxAttributes> = {
  attributes: z.strictObject({ log: z.boolean().optional() }),
  inputs: 1,
  shape: (_, inputs) => at(inputs, 0),
  forward({ attributes: { log = false } }, inputs, output) {
    const { data, channels } = at(inputs, 0);
    for (let first = 0; first < data.length; first += channels) {
      const values = data.subarray(first, first + channels);
      const max = largest(values);
      const sum = values.reduce((total, value) => total + Math.exp(value - max), 0);
      values.forEach((value, c) => {
        const exponent = value - max;
        output.data[first + c] = log ? exponent - Math.log(sum) : Math.exp(exponent) / sum;
      });
    }
  },
};

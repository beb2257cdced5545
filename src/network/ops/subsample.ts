// Every so many pixels of a map: the first half of an identity shortcut around a block that halves the map.

import { z } from 'zod';
import { at } from '../../core/errors.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link subsample}. */
export interface SubsampleAttributes {
  /** Every how many pixels one is taken, in both directions, from the first on. */
  readonly stride: number;
}

/** Takes every `stride`-th pixel in both directions. */
export const subsample: Operator<SubsampleAttributes> = {
  attributes: z.strictObject({ stride: z.int().positive().max(65536) }),
  inputs: 1,
  shape({ stride }, inputs) {
    const { height, width, channels } = at(inputs, 0);
    return { height: Math.ceil(height / stride), width: Math.ceil(width / stride), channels };
  },
  forward({ attributes: { stride } }, inputs, output) {
    const input = at(inputs, 0);
    const { channels } = input;
    let to = 0;
    for (let image = 0; image < output.images; image++)
      for (let y = 0; y < output.height; y++)
        for (let x = 0; x < output.width; x++) {
          const pixel = (image * input.height + y * stride) * input.width + x * stride;
          output.data.set(input.data.subarray(pixel * channels, (pixel + 1) * channels), to);
          to += channels;
        }
  },
};

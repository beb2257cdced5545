// Local response normalisation: each value is divided by what its neighbours in the channels have of size.

import { z } from 'zod';
import { at } from '../../core/errors.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link localNorm}: ONNX's LRN. */
export interface LocalNormAttributes {
  /** Channels that are looked at, the own one in the middle. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/** value / (bias + alpha / size * sum of squares)^beta. */
export const localNorm: Operator<LocalNormAttributes> = {
  attributes: z.strictObject({
    size: z.int().positive().max(65536),
    alpha: z.number(),
    beta: z.number(),
    bias: z.number(),
  }),
  inputs: 1,
  shape: (_, inputs) => at(inputs, 0),
  forward({ attributes: { size, alpha, beta, bias } }, inputs, output) {
    const { data, channels } = at(inputs, 0);
    const before = Math.floor((size - 1) / 2);
    for (let first = 0; first < data.length; first += channels)
      for (let c = 0; c < channels; c++) {
        const end = Math.min(channels, c - before + size);
        let squares = 0;
        for (let k = Math.max(0, c - before); k < end; k++)
          squares += (data[first + k] as number) ** 2;
        output.data[first + c] =
          (data[first + c] as number) / (bias + (alpha / size) * squares) ** beta;
      }
  },
};

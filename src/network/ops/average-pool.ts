// Mean over windows.

import { z } from 'zod';
import { at } from '../../core/errors.ts';
import { positionsOf, type Window, wholeMap } from '../../core/window.ts';
import type { Operator } from './operator.ts';
import { forEachSeen, poolShape } from './pool.ts';
import { windowSchema } from './window-schema.ts';

/** Attributes of {@link averagePool}. */
export interface AveragePoolAttributes {
  /** Undefined: the whole feature map, so that one pixel comes out. */
  readonly window?: Window | undefined;
  /** Whether padding counts as pixels of value 0; false by default, which divides by the pixels inside the map. */
  readonly countIncludePad?: boolean | undefined;
}

/** Mean over windows. */
export const averagePool: Operator<AveragePoolAttributes> = {
  attributes: z.strictObject({
    window: windowSchema.optional(),
    countIncludePad: z.boolean().optional(),
  }),
  inputs: 1,
  shape({ window }, inputs, where) {
    const input = at(inputs, 0);
    return poolShape(window ?? wholeMap(input), input, where);
  },
  forward({ attributes }, inputs, output) {
    const input = at(inputs, 0);
    const { window = wholeMap(input), countIncludePad = false } = attributes;
    const { channels } = output;
    const sums = new Float64Array(output.data.length);
    const seen = new Uint32Array(output.data.length / channels);
    forEachSeen(window, input, output, (from, to) => {
      for (let c = 0; c < channels; c++)
        sums[to + c] = (sums[to + c] as number) + (input.data[from + c] as number);
      seen[to / channels] = (seen[to / channels] as number) + 1;
    });
    const all = positionsOf(window);
    for (let i = 0; i < sums.length; i++)
      output.data[i] =
        (sums[i] as number) / (countIncludePad ? all : (seen[Math.floor(i / channels)] as number));
  },
};

// Maximum over windows.

import { z } from 'zod';
import { at } from '../../core/errors.ts';
import type { Window } from '../../core/window.ts';
import type { Operator } from './operator.ts';
import { forEachSeen, poolShape } from './pool.ts';
import { windowSchema } from './window-schema.ts';

/** Attributes of {@link maxPool}. */
export interface MaxPoolAttributes {
  readonly window: Window;
}

/** Maximum over windows; padding is never the maximum. */
export const maxPool: Operator<MaxPoolAttributes> = {
  attributes: z.strictObject({ window: windowSchema }),
  inputs: 1,
  shape: ({ window }, inputs, where) => poolShape(window, at(inputs, 0), where),
  forward({ attributes: { window } }, inputs, output) {
    const input = at(inputs, 0);
    const { channels } = input;
    output.data.fill(-Infinity);
    forEachSeen(window, input, output, (from, to) => {
      for (let c = 0; c < channels; c++)
        output.data[to + c] = Math.max(
          output.data[to + c] as number,
          input.data[from + c] as number,
        );
    });
  },
};

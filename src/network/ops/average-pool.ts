// Mean over the whole map.

import { z } from 'zod';
import { at } from '../../core/errors.ts';
import type { NoAttributes } from './activation.ts';
import type { Operator } from './operator.ts';

/** Mean over all pixels of each channel: one pixel comes out. */
export const averagePool: Operator<NoAttributes> = {
  attributes: z.strictObject({}),
  inputs: 1,
  shape: (_, inputs) => ({ height: 1, width: 1, channels: at(inputs, 0).channels }),
  forward(_, inputs, output) {
    const input = at(inputs, 0);
    const pixels = input.height * input.width;
    for (let image = 0; image < output.images; image++)
      for (let c = 0; c < input.channels; c++) {
        let sum = 0;
        for (let p = 0; p < pixels; p++)
          sum += input.data[(image * pixels + p) * input.channels + c] as number;
        output.data[image * input.channels + c] = sum / pixels;
      }
  },
};

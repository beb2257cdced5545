// Maximum over windows.

import { z } from 'zod';
import { at, NetworkError } from '../../core/errors.ts';
import { shapeText } from '../../core/feature-map.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link maxPool}. */
export interface MaxPoolAttributes {
  /** Height and width of a window, and how far windows are apart. */
  readonly size: number;
}

/** Maximum over `size` x `size` windows that do not overlap; pixels that fill no window are dropped. */
export const maxPool: Operator<MaxPoolAttributes> = {
  attributes: z.strictObject({ size: z.int().positive().max(65536) }),
  inputs: 1,
  shape({ size }, inputs, where) {
    const { height, width, channels } = at(inputs, 0);
    if (height < size || width < size)
      throw new NetworkError({
        what: `its window is larger than its input ${shapeText(at(inputs, 0))}`,
        where,
      });
    return { height: Math.floor(height / size), width: Math.floor(width / size), channels };
  },
  forward({ attributes: { size } }, inputs, output) {
    const input = at(inputs, 0);
    const { channels } = input;
    let to = 0;
    for (let image = 0; image < output.images; image++)
      for (let y = 0; y < output.height; y++)
        for (let x = 0; x < output.width; x++)
          for (let c = 0; c < channels; c++) {
            let best = -Infinity;
            for (let dy = 0; dy < size; dy++)
              for (let dx = 0; dx < size; dx++) {
                const pixel = (image * input.height + y * size + dy) * input.width + x * size + dx;
                best = Math.max(best, input.data[pixel * channels + c] as number);
              }
            output.data[to++] = best;
          }
  },
};

// A border around a map.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link pad}. */
export interface PadAttributes {
  /** In ONNX's order, 0 or more. */
  readonly pads: readonly [top: number, left: number, bottom: number, right: number];
  /** What the border has: a value, the nearest pixel, the map mirrored at its edge, or the map again. */
  readonly mode: 'constant' | 'edge' | 'reflect' | 'wrap';
  /** Of the border in mode `constant`; 0 by default. */
  readonly value?: number | undefined;
}

const count = z.int().nonnegative().max(65536);

/** Puts rows and columns around a map. */
export const pad: Operator<PadAttributes> = {
  attributes: z.strictObject({
    pads: z.tuple([count, count, count, count]),
    mode: z.enum(['constant', 'edge', 'reflect', 'wrap']),
    value: z.number().optional(),
  }),
  inputs: 1,
  shape({ pads, mode }, inputs, where) {
    const { height, width, channels } = at(inputs, 0);
    const [top, left, bottom, right] = pads;
    const [rows, columns] = [Math.max(top, bottom), Math.max(left, right)];
    if (mode === 'reflect' && (rows >= height || columns >= width))
      throw new CimError('network', {
        what: `reflects ${rows} rows and ${columns} columns of a map of ${height}x${width}`,
        where,
      });
    return { height: top + height + bottom, width: left + width + right, channels };
  },
  forward({ attributes: { pads, mode, value = 0 } }, inputs, output) {
    const input = at(inputs, 0);
    const { channels } = input;
    const rows = sources(output.height, pads[0], input.height, mode);
    const columns = sources(output.width, pads[1], input.width, mode);
    if (value !== 0) output.data.fill(value);
    let to = 0;
    for (let image = 0; image < output.images; image++)
      for (const y of rows)
        for (const x of columns) {
          if (y >= 0 && x >= 0) {
            const from = ((image * input.height + y) * input.width + x) * channels;
            output.data.set(input.data.subarray(from, from + channels), to);
          }
          to += channels;
        }
  },
};

/** Row or column of the map that each one of the output shows; -1 for none. */
function sources(
  length: number,
  before: number,
  size: number,
  mode: PadAttributes['mode'],
): Int32Array {
  return Int32Array.from({ length }, (_, place) => {
    const i = place - before;
    if (i >= 0 && i < size) return i;
    if (mode === 'constant') return -1;
    if (mode === 'edge') return i < 0 ? 0 : size - 1;
    if (mode === 'wrap') return ((i % size) + size) % size;
    return i < 0 ? -i : 2 * (size - 1) - i;
  });
}

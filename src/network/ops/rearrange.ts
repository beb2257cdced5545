// A map with its values in other places: transposes, reshapes, slices, shuffles of channels, depth to space, and values
// that are repeated. Nested loops over the input say which value comes next.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import { activationsPerImage, type Shape, shapeText } from '../../core/feature-map.ts';
import { broadcastShape } from './broadcast-schema.ts';
import type { Operator } from './operator.ts';

/** One of the nested loops. */
export interface Loop {
  readonly count: number;
  /** From one value to the next, in values of an image in order (y, x, channel); 0 repeats it. */
  readonly step: number;
}

/** Attributes of {@link rearrange}. */
export interface RearrangeAttributes {
  readonly shape: Shape;
  /** Place of the first value. */
  readonly first: number;
  /** The outermost first; together they give the values of the result in order (y, x, channel). */
  readonly loops: readonly Loop[];
}

const place = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31);

/** Takes values of a map in another order. */
export const rearrange: Operator<RearrangeAttributes> = {
  attributes: z.strictObject({
    shape: broadcastShape,
    first: place,
    loops: z
      .array(
        z.strictObject({
          count: z
            .int()
            .positive()
            .max(2 ** 24),
          step: place,
        }),
      )
      .max(64),
  }),
  inputs: 1,
  shape({ shape, first, loops }, inputs, where) {
    const size = activationsPerImage(at(inputs, 0));
    const wanted = activationsPerImage(shape);
    const count = loops.reduce((product, loop) => product * loop.count, 1);
    const ends = loops.map((loop) => (loop.count - 1) * loop.step);
    const lowest = ends.reduce((sum, end) => sum + Math.min(0, end), first);
    const highest = ends.reduce((sum, end) => sum + Math.max(0, end), first);
    if (count !== wanted || lowest < 0 || highest >= size)
      throw new CimError('network', {
        what: `takes ${count} values, ${lowest} to ${highest} of ${size}, for a map of ${shapeText(shape)}`,
        where,
      });
    return shape;
  },
  forward({ attributes: { first, loops } }, inputs, output) {
    const input = at(inputs, 0);
    const size = activationsPerImage(input);
    const from = placesOf(first, loops);
    for (let image = 0, to = 0; image < output.images; image++)
      for (const one of from) output.data[to++] = input.data[image * size + one] as number;
  },
};

/** The places that nested loops go through, in order. */
export function placesOf(first: number, loops: readonly Loop[]): Float64Array {
  let places = Float64Array.of(first);
  for (const { count, step } of loops) {
    const next = new Float64Array(places.length * count);
    places.forEach((one, i) => {
      for (let k = 0; k < count; k++) next[i * count + k] = one + k * step;
    });
    places = next;
  }
  return places;
}

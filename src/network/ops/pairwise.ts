// What operators that combine two maps value by value have in common.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import { shapeText } from '../../core/feature-map.ts';
import { indexOver } from './broadcast.ts';
import type { NoAttributes, Operator } from './operator.ts';

/**
 * The operator that applies `combine` to the values of two maps. The second may be one pixel, which then stands for all.
 * @param verb what it does, such as `multiplies`
 */
export const pairwise = (
  verb: string,
  combine: (first: number, second: number) => number,
): Operator<NoAttributes> => ({
  attributes: z.strictObject({}),
  inputs: 2,
  shape(_, inputs, where) {
    const [first, second] = [at(inputs, 0), at(inputs, 1)];
    const isPixel = second.height * second.width === 1 && second.channels === first.channels;
    if (!isPixel && shapeText(first) !== shapeText(second))
      throw new CimError('network', {
        what: `${verb} maps of ${shapeText(first)} and ${shapeText(second)}`,
        where,
      });
    return first;
  },
  forward(_, inputs, output) {
    const [first, second] = [at(inputs, 0), at(inputs, 1)];
    const index = indexOver(second, first);
    const size = second.data.length / second.images;
    for (let i = 0, image = 0; image < first.images; image++)
      for (const place of index) {
        output.data[i] = combine(
          first.data[i] as number,
          second.data[image * size + place] as number,
        );
        i++;
      }
  },
});

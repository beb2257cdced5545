// The sum of two maps of the same shape.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import { shapeText } from '../../core/feature-map.ts';
import type { NoAttributes, Operator } from './operator.ts';

/** Adds two maps value by value. */
export const add: Operator<NoAttributes> = {
  attributes: z.strictObject({}),
  inputs: 2,
  shape(_, inputs, where) {
    const [first, second] = [at(inputs, 0), at(inputs, 1)];
    if (shapeText(first) !== shapeText(second))
      throw new CimError('network', {
        what: `adds maps of ${shapeText(first)} and ${shapeText(second)}`,
        where,
      });
    return first;
  },
  forward(_, inputs, output) {
    const [first, second] = [at(inputs, 0).data, at(inputs, 1).data];
    for (let i = 0; i < first.length; i++)
      output.data[i] = (first[i] as number) + (second[i] as number);
  },
};

// What operators that change each value on its own have in common.

import { at } from '../../core/errors.ts';
import type { AttributeSchema, Operator } from './operator.ts';

/** The operator that applies `activation(attributes)` to every value. */
export const elementwise = <A>(
  attributes: AttributeSchema<A>,
  activation: (attributes: A) => (value: number) => number,
): Operator<A> => ({
  attributes,
  inputs: 1,
  shape: (_, inputs) => at(inputs, 0),
  activation,
  forward({ attributes: own }, inputs, output) {
    const { data } = at(inputs, 0);
    const change = activation(own);
    for (let i = 0; i < data.length; i++) output.data[i] = change(data[i] as number);
  },
});

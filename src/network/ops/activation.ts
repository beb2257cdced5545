// What operators that change each value on its own have in common.

import type { z } from 'zod';
import { at } from '../../core/errors.ts';
import type { Operator } from './operator.ts';

/** The operator that applies `activation(attributes)` to every value. */
export const elementwise = <A>(
  attributes: z.ZodType<A>,
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

/** Attributes of an operator that has none. */
export type NoAttributes = Readonly<Record<string, never>>;

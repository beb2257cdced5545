// A factor and a shift for each channel, or for each value: what Mul, Div, Add and Sub with constants come to.

import { at } from '../../core/errors.ts';
import { broadcastShape } from './broadcast-schema.ts';
import { checkBroadcast, indexOver, type Broadcast } from './broadcast.ts';
import { type Operator, tensorOf } from './operator.ts';

/** Attributes of {@link affine}. */
export type AffineAttributes = Broadcast;

/** `value * factor + shift`; both arrays have the shape of the attributes, order (y, x, channel). */
export const affine: Operator<AffineAttributes> = {
  attributes: broadcastShape,
  inputs: 1,
  shape(attributes, inputs, where) {
    const input = at(inputs, 0);
    checkBroadcast(attributes, input, where);
    return input;
  },
  tensors({ height, width, channels }) {
    const shape = [height, width, channels];
    return { factor: { shape }, shift: { shape } };
  },
  forward({ attributes, tensors }, inputs, output) {
    const input = at(inputs, 0);
    const [factor, shift] = [tensorOf(tensors, 'factor'), tensorOf(tensors, 'shift')];
    const index = indexOver(attributes, input);
    const { data } = input;
    for (let i = 0, place = 0; i < data.length; i++, place++) {
      if (place === index.length) place = 0;
      const k = index[place] as number;
      output.data[i] = (data[i] as number) * (factor[k] as number) + (shift[k] as number);
    }
  },
};

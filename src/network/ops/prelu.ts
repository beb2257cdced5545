// Leaky ReLU whose slope is learned, for each channel or value.

import { at } from '../../core/errors.ts';
import { broadcastShape } from './broadcast-schema.ts';
import { type Broadcast, checkBroadcast, indexOver } from './broadcast.ts';
import { type Operator, tensorOf } from './operator.ts';

/** The value where it is positive, its `slope` times it elsewhere; the attributes are the shape of `slope`. */
export const prelu: Operator<Broadcast> = {
  attributes: broadcastShape,
  inputs: 1,
  shape(attributes, inputs, where) {
    const input = at(inputs, 0);
    checkBroadcast(attributes, input, where);
    return input;
  },
  tensors: ({ height, width, channels }) => ({ slope: { shape: [height, width, channels] } }),
  forward({ attributes, tensors }, inputs, output) {
    const input = at(inputs, 0);
    const slope = tensorOf(tensors, 'slope');
    const index = indexOver(attributes, input);
    for (let i = 0; i < input.data.length; i++) {
      const value = input.data[i] as number;
      output.data[i] =
        value < 0 ? value * (slope[index[i % index.length] as number] as number) : value;
    }
  },
};

// A map that is the same for every image.

import { activationsPerImage } from '../../core/feature-map.ts';
import { broadcastShape } from './broadcast-schema.ts';
import type { Broadcast } from './broadcast.ts';
import { type Operator, tensorOf } from './operator.ts';

/** Attributes of {@link constant}: its shape. */
export type ConstantAttributes = Broadcast;

/** `value`, order (y, x, channel), whatever the image. */
export const constant: Operator<ConstantAttributes> = {
  attributes: broadcastShape,
  inputs: 0,
  shape: (shape) => shape,
  tensors: ({ height, width, channels }) => ({ value: { shape: [height, width, channels] } }),
  forward({ attributes, tensors }, _, output) {
    const value = tensorOf(tensors, 'value');
    const size = activationsPerImage(attributes);
    for (let image = 0; image < output.images; image++) output.data.set(value, image * size);
  },
};

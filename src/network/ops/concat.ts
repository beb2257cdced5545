// Several maps behind each other.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import { shapeText } from '../../core/feature-map.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link concat}. */
export interface ConcatAttributes {
  /** What there is more of in the result. */
  readonly axis: 'height' | 'width' | 'channels';
}

/** Joins maps that are alike in their other two sizes. */
export const concat: Operator<ConcatAttributes> = {
  attributes: z.strictObject({ axis: z.enum(['height', 'width', 'channels']) }),
  inputs: [1, 10_000],
  shape({ axis }, inputs, where) {
    const first = at(inputs, 0);
    const others = (['height', 'width', 'channels'] as const).filter((side) => side !== axis);
    const odd = inputs.find((input) => others.some((side) => input[side] !== first[side]));
    if (odd)
      throw new CimError('network', {
        what: `joins maps of ${shapeText(first)} and ${shapeText(odd)} along their ${axis}`,
        where,
      });
    return { ...first, [axis]: inputs.reduce((sum, input) => sum + input[axis], 0) };
  },
  forward({ attributes: { axis } }, inputs, output) {
    // Values that lie together in an input: its rows, pixels or channels of one place before the axis.
    const runs = inputs.map(({ data, images, height, width }) => {
      const places = { height: images, width: images * height, channels: images * height * width };
      return { data, length: data.length / places[axis] };
    });
    for (let to = 0, place = 0; to < output.data.length; place++)
      for (const { data, length } of runs) {
        output.data.set(data.subarray(place * length, (place + 1) * length), to);
        to += length;
      }
  },
};

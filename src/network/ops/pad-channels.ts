// Channels of zeros around those of a map: the second half of an identity shortcut into more channels.

import { z } from 'zod';
import { at } from '../../core/errors.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link padChannels}. */
export interface PadChannelsAttributes {
  /** Channels of zeros before the first and behind the last. */
  readonly before: number;
  readonly after: number;
}

const count = z.int().nonnegative().max(65536);

/** Puts channels of zeros around a map. */
export const padChannels: Operator<PadChannelsAttributes> = {
  attributes: z.strictObject({ before: count, after: count }),
  inputs: 1,
  shape({ before, after }, inputs) {
    const { height, width, channels } = at(inputs, 0);
    return { height, width, channels: before + channels + after };
  },
  forward({ attributes: { before } }, inputs, output) {
    const { channels, data } = at(inputs, 0);
    for (let from = 0, to = before; from < data.length; from += channels, to += output.channels)
      output.data.set(data.subarray(from, from + channels), to);
  },
};

// The schema of a broadcast array's shape. Apart, so that the package's types name none of zod's.

import { z } from 'zod';
import type { Broadcast } from './broadcast.ts';

const size = z
  .int()
  .positive()
  .max(2 ** 24);

/** A {@link Broadcast}. */
export const broadcastShape: z.ZodType<Broadcast> = z.strictObject({
  height: size,
  width: size,
  channels: size,
});

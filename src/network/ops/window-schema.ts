// Windows as files write them, whole.

import { z } from 'zod';
import type { Window } from '../../core/window.ts';

const size = z.int().positive().max(65536);
const pad = z.int().nonnegative().max(1024);

/** A window. */
export const windowSchema: z.ZodType<Window> = z.strictObject({
  height: size,
  width: size,
  strides: z.tuple([size, size]),
  pads: z.tuple([pad, pad, pad, pad]),
  dilations: z.tuple([size, size]),
});

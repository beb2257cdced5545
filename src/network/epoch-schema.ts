// Checks an epoch that was read. Apart from its type, so that the types of the package do not name zod's.

import { z } from 'zod';
import type { EpochRecord, Stage } from './epoch-record.ts';

const stages: readonly Stage[] = ['dense', 'lasso', 'tune', 'quantize'];
const share = z.number().min(0).max(1);
const time = z.number().nonnegative();

/** An {@link EpochRecord}. */
export const epochSchema: z.ZodType<EpochRecord> = z.strictObject({
  epoch: z.int().positive(),
  stage: z.enum(stages),
  loss: z.number(),
  accuracy: share,
  density: share,
  learningRate: z.number().nonnegative(),
  imagesPerSecond: time,
  seconds: time,
  testAccuracy: share.optional(),
});

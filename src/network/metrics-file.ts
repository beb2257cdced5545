// The metrics of a training: one epoch per line, as JSON. Here, not beside training, since a page reads them that has none.

import { z } from 'zod';
import { CimError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { checkSchema } from '../core/schema-fault.ts';

/** What an epoch does; epochs come in this order. */
export type Stage = 'dense' | 'lasso' | 'tune' | 'quantize';
const stages: readonly Stage[] = ['dense', 'lasso', 'tune', 'quantize'];

/** One epoch, as a line of the metrics. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  readonly stage: Stage;
  /** Means over the epoch, on the images as they were trained on. */
  readonly loss: number;
  readonly accuracy: number;
  /** Share of the weight groups that are not wholly zero. */
  readonly density: number;
  /** Of the last step. */
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly seconds: number;
  /** Share of the test images classified rightly after the epoch, where it was measured. */
  readonly testAccuracy?: number | undefined;
}

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

const todo = 'give the metrics.jsonl that mars train writes';

/** The line of an epoch. */
export const writeMetricsLine = (record: EpochRecord): string => `${JSON.stringify(record)}\n`;

/**
 * The epochs of a metrics file, in order from the first.
 * @param where name of the file, for errors
 * @throws {CimError} (input) naming the line and the field that is wrong
 */
export function readMetrics(bytes: Uint8Array, where: string): readonly EpochRecord[] {
  const lines = linesOf(bytes, where);
  return lines.map((line, index) => {
    const place = `line ${index + 1}`;
    const json = parseJson(
      line,
      (what, cause) => new CimError('input', { what, where: [where, place], todo, cause }),
    );
    const record = checkSchema(
      epochSchema,
      json,
      ({ path, what }) => new CimError('input', { what, where: [where, place, path], todo }),
    );
    if (record.epoch !== index + 1)
      throw new CimError('input', {
        what: `is of epoch ${record.epoch}, not ${index + 1}`,
        where: [where, place],
      });
    return record;
  });
}

function linesOf(bytes: Uint8Array, where: string): readonly string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CimError('input', { what: 'is not UTF-8 text', where, todo, cause });
  }
  const lines = text.split('\n');
  if (lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

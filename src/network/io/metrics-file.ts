// The metrics of a training: one epoch per line, as JSON. Here, not beside training, since a page reads them that has none.

import { CimError } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import { checkSchema } from '../../core/schema-fault.ts';
import type { EpochRecord } from '../epoch-record.ts';
import { epochSchema } from '../epoch-schema.ts';

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

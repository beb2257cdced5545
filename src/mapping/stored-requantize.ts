// The requantizer in the header of a stored image.

import { z } from 'zod';
import type { Requantize } from '../compress/compressed-network.ts';
import { CimError } from '../core/errors.ts';
import type { FixedScale } from '../core/integer.ts';

/** A `Requantize` in JSON. */
export interface RequantizeData extends Omit<Requantize, 'table'> {
  readonly table?: readonly number[] | undefined;
}

/** A scale with a shift of `lowestShift` ... 39. */
export const scaleSchema = (lowestShift: number): z.ZodType<FixedScale> =>
  z.strictObject({
    multiplier: z.int().min(128).max(255),
    shift: z.int().min(lowestShift).max(39),
  });

/** {@link RequantizeData}; to be read with {@link requantizeOf}. */
export const requantizeSchema: z.ZodType<RequantizeData> = z.strictObject({
  scale: scaleSchema(0),
  outputBits: z.int().min(1).max(8),
  signed: z.boolean(),
  table: z.array(z.int().min(0).max(255)).length(256).optional(),
});

/** What is written of a requantizer. */
export const describeRequantize = ({ table, ...rest }: Requantize): RequantizeData =>
  table ? { ...rest, table: [...table] } : rest;

/**
 * Inverse of {@link describeRequantize}.
 * @throws {CimError} (input) with `where`, when a table has codes of more bits than are stored, or signed ones
 */
export function requantizeOf(
  { table, ...rest }: RequantizeData,
  where: readonly string[],
): Requantize {
  if (!table) return rest;
  if (rest.signed) throw new CimError('input', { what: 'has a table and signed codes', where });
  const bad = table.findIndex((code) => code >= 2 ** rest.outputBits);
  if (bad >= 0)
    throw new CimError('input', {
      what: `entry ${bad} of its table is ${table[bad]}, more than ${rest.outputBits} bits`,
      where,
    });
  return { ...rest, table: Uint8Array.from(table) };
}

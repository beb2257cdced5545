// The requantizer in the header of a stored image.

import { z } from 'zod';
import type { Requantize } from '../compress/compressed-network.ts';
import { CimError } from '../core/errors.ts';
import type { FixedScale } from '../core/integer.ts';

/** A `Requantize` in JSON. */
export interface RequantizeData extends Omit<Requantize, 'table' | 'kernels'> {
  readonly table?: readonly number[] | undefined;
  readonly kernels?: readonly number[] | undefined;
}

/** A scale with a shift of `lowestShift` ... 39, or one whose multiplier has 16 bits and whose shift is 8 more. */
export const scaleSchema = (lowestShift: number): z.ZodType<FixedScale> =>
  z
    .strictObject({
      multiplier: z.int().min(128).max(65535),
      shift: z.int().min(lowestShift).max(47),
    })
    .refine(
      ({ multiplier, shift }) => isScale(multiplier, shift, lowestShift),
      'is no multiplier of 8 or 16 bits with a shift that goes with it',
    );

function isScale(multiplier: number, shift: number, lowestShift: number): boolean {
  const more = multiplier < 256 ? 0 : 8;
  const isMultiplier = more === 0 ? multiplier >= 128 : multiplier >= 32768 && multiplier < 65536;
  return isMultiplier && shift >= lowestShift + more && shift <= 39 + more;
}

/** {@link RequantizeData}; to be read with {@link requantizeOf}. */
export const requantizeSchema: z.ZodType<RequantizeData> = z.strictObject({
  scale: scaleSchema(0),
  outputBits: z.int().min(1).max(8),
  signed: z.boolean(),
  table: z.array(z.int().min(0).max(255)).length(256).optional(),
  kernels: z
    .array(z.int().min(-14).max(65535))
    .max(4 * 65536)
    .optional(),
  codes: z
    .strictObject({
      low: z.int().min(0).max(255),
      high: z.int().min(0).max(255),
      zero: z.int().min(0).max(255),
    })
    .optional(),
  fraction: z.int().min(0).max(8).optional(),
});

/** Multiplier and shift of sums, then of what is added: both 0 where nothing is. */
function checkScales(scales: readonly number[], count: number, where: readonly string[]): void {
  const isWritten = (i: number, lowest: number): boolean => {
    const [multiplier = -1, shift = -99] = scales.slice(i, i + 2);
    if (lowest < 0 && multiplier === 0) return shift === 0;
    return isScale(multiplier, shift, lowest);
  };
  const fail = (what: string): never => {
    throw new CimError('input', { what, where });
  };
  if (scales.length !== 4 * count)
    fail(`has ${scales.length} numbers of scales for ${count} kernels, not ${4 * count}`);
  for (let kernel = 0; kernel < count; kernel++)
    if (!isWritten(4 * kernel, 0) || !isWritten(4 * kernel + 2, -14))
      fail(`the scales of kernel ${kernel} are none`);
}

/** Codes of their own lie in the bits that are stored; a table or signed codes have none. */
function checkCodes(
  { codes, outputBits, signed }: Pick<RequantizeData, 'codes' | 'outputBits' | 'signed'>,
  hasTable: boolean,
  where: readonly string[],
): void {
  if (!codes) return;
  const { low, high } = codes;
  if (hasTable || signed)
    throw new CimError('input', {
      what: `has codes of its own and ${hasTable ? 'a table' : 'signed codes'}`,
      where,
    });
  if (low > high || high >= 2 ** outputBits)
    throw new CimError('input', {
      what: `stores codes ${low} ... ${high} in ${outputBits} bits`,
      where,
    });
}

/** What is written of a requantizer. */
export const describeRequantize = ({ table, kernels, ...rest }: Requantize): RequantizeData => ({
  ...rest,
  ...(table ? { table: [...table] } : {}),
  ...(kernels ? { kernels: [...kernels] } : {}),
});

/**
 * Inverse of {@link describeRequantize}.
 * @param count kernels of the layer
 * @throws {CimError} (input) with `where`, when a table has codes of more bits than are stored, or signed ones, or scales of
 * kernels are not such, or too few or many
 */
export function requantizeOf(
  { table, kernels: scales, ...others }: RequantizeData,
  count: number,
  where: readonly string[],
): Requantize {
  if (scales) checkScales(scales, count, where);
  checkCodes(others, table !== undefined, where);
  const rest = { ...others, ...(scales ? { kernels: Int32Array.from(scales) } : {}) };
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

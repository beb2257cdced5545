// Which codes a requantizer makes.

import type { Requantize, StoredCodes } from './compressed-network.ts';

/** Lowest and highest code that is stored, or looked up, and what is added to the rounded sum. */
export function codeRange({
  outputBits,
  signed,
  table,
  codes,
}: Pick<Requantize, 'outputBits' | 'signed' | 'table' | 'codes'>): Required<StoredCodes> {
  if (codes) return codes;
  const bits = table ? 8 : outputBits;
  return signed || table
    ? { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1, zero: 0 }
    : { low: 0, high: 2 ** bits - 1, zero: 0 };
}

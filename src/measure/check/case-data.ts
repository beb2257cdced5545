// A macro program with its input as plain data, so that it can be kept in a file and run again elsewhere.

import { textHash } from '../../core/text-hash.ts';
import type { MacroCase } from '../run-case.ts';

/** A value of {@link CaseData}. */
export type CaseValue =
  | string
  | number
  | boolean
  | null
  | readonly CaseValue[]
  | { readonly [name: string]: CaseValue };

/** A {@link MacroCase} as data. Long lists that are mostly zeros are given by what is not; longer ones by a hash. */
export type CaseData = Readonly<Record<string, CaseValue>>;

/** Lists up to here are written out. */
const mostWritten = 64;
/** Lists with more values besides zeros are told apart by a hash alone. */
const mostNonzero = 4096;

/** A case as data. */
export const caseData = ({ program, input, firstImage, residual }: MacroCase): CaseData => ({
  program: dataOf(program),
  input: dataOf(input),
  firstImage,
  residual: dataOf(residual),
});

function dataOf(value: unknown): CaseValue {
  if (value === undefined || value === null) return null;
  if (ArrayBuffer.isView(value)) return listOf(Array.from(value as Int32Array));
  if (Array.isArray(value)) return value.map(dataOf);
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, dataOf(one)]));
  return value as string | number | boolean;
}

function listOf(values: readonly number[]): CaseValue {
  if (values.length <= mostWritten) return values;
  const nonzero = values.flatMap((value, i) => (value === 0 ? [] : [[i, value]]));
  return nonzero.length <= mostNonzero
    ? { length: values.length, nonzero }
    : { length: values.length, hash: textHash(values.join(' ')) };
}

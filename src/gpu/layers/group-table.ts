// The group lists as the tiled kernels walk them.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { NoisePlaces } from '../kernels/tile.ts';
import { storedCodes, wordDistance } from '../../simulate/word-map.ts';

/** For layers without noise. */
export const noNoise: NoisePlaces = {
  columns: 0,
  quantiles: 0,
  cellErrors: 0,
  key: 0,
  firstImage: 0,
};

/** Of each group: distance of its word from a pixel's first word, and its index code, or that code's number in the table of stored codes. */
export function groupTable(
  program: MacroProgram,
  second: 'index code' | 'number of stored code',
): Uint32Array {
  const numbers = new Map(storedCodes(program).map(({ code }, number) => [code, number]));
  const table = new Uint32Array(2 * program.codes.length);
  program.codes.forEach((code, group) => {
    table[2 * group] = wordDistance(program, code);
    table[2 * group + 1] = second === 'index code' ? code : (numbers.get(code) ?? 0);
  });
  return table;
}

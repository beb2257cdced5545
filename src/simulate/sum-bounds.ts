// How large the sums of a layer can become: what decides whether 32 bits hold them. decisions/0018-sums-beyond-32-bits.md
// has the proofs.

import { adcCode, adcUnits, fixedPointUnit } from '../core/adc-table.ts';
import { largestFactors } from '../core/columns.ts';
import { largestSum, type MacroProgram, offsetPerMacroOp, phaseWeights } from './macro-program.ts';

/**
 * Largest magnitude of a kernel's weighted codes in one macro-op. Without noise no code exceeds that of the largest sum
 * on a bit line; with noise any code can occur, whatever the weights are.
 */
export function largestCodes(program: MacroProgram): number {
  const { adc, columns, noise } = program;
  const { levels } = adcUnits(adc);
  const reached = noise ? levels.length - 1 : adcCode(fixedPointUnit * largestSum(program), adc);
  return largestFactors(columns) * phaseWeights(program) * (levels[reached] as number);
}

/** Groups of the longest list of a program. */
export function longestList(program: Pick<MacroProgram, 'tileStarts'>): number {
  const { tileStarts } = program;
  let longest = 0;
  for (let i = 1; i < tileStarts.length; i++)
    longest = Math.max(longest, (tileStarts[i] as number) - (tileStarts[i - 1] as number));
  return longest;
}

/**
 * Whether 32 bits hold every sum of a program: of codes, the values that they stand for, and those with the bias. Only
 * totals count: what overflows on the way is right again in the end, modulo 2^32.
 */
export function fitsWords(program: MacroProgram): boolean {
  const codes = longestList(program) * largestCodes(program);
  const bias = program.bias.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return codes < 2 ** 31 && largestValue(program) / fixedPointUnit + 1 + bias < 2 ** 31;
}

/** Largest magnitude of what a kernel's codes stand for, in 1/256 unit discharge. */
const largestValue = (program: MacroProgram): number =>
  longestList(program) *
  (adcUnits(program.adc).step * largestCodes(program) + Math.abs(offsetPerMacroOp(program)));

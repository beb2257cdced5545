// Which kernels run a layer. As on the GPU a shortcut is taken where it is proven to give the same numbers.

import { adcCode, adcUnits, fixedPointUnit, losesNothing, uniformAdc } from '../core/adc-table.ts';
import type { MacroPath } from '../simulate/macro-backend.ts';
import { largestSum, type MacroProgram, type NoiseProgram } from '../simulate/macro-program.ts';
import { columnLevels } from '../simulate/noise-levels.ts';
import { fitsWords } from '../simulate/sum-bounds.ts';

/**
 * Kernels of a layer: `dot`, no column read; `dotLessClips`, only those that the ADC could clip; `clips`, all, of an ADC
 * that clips and does nothing else; `table`, all, of any ADC whose levels have 16 bits; `levels`, all, with noise that is a few
 * levels; `analog`, all, with noise of every kind; `wideAnalog`, the same where 16 bits do not hold it; `general`, all, of whatever the others have
 * no room for.
 */
export type Way =
  | 'dot'
  | 'dotLessClips'
  | 'clips'
  | 'table'
  | 'levels'
  | 'analog'
  | 'wideAnalog'
  | 'general';

/** Largest whole number of a byte: column sums and levels are bytes. */
export const largestByte = 255;
/** Phases for which there is a bit each, and room in the kernel of noise. */
const maxPhases = 8;

/** How the column reads of a layer are computed; `shortcuts` false: all of them, each on its own. */
export function chooseWay(program: MacroProgram, shortcuts: boolean): Way {
  if (!fitsWords(program)) return 'general';
  if (program.noise) return noisyWay(program);
  if (shortcuts && losesNothing(program.adc, largestSum(program))) return 'dot';
  if (!hasByteSums(program)) return 'general';
  const uniform = uniformAdc(program.adc);
  if (uniform?.step === fixedPointUnit && uniform.offset === 0)
    return shortcuts ? 'dotLessClips' : 'clips';
  return hasShortLevels(program) ? 'table' : 'general';
}

function noisyWay(program: MacroProgram): Way {
  if (hasByteSums(program) && isLevels(program)) return 'levels';
  if (isAnalog(program)) return 'analog';
  return isWideAnalog(program) ? 'wideAnalog' : 'general';
}

/** What reports call a way. */
export const pathOf = (way: Way): MacroPath =>
  way === 'dot'
    ? 'dot product'
    : way === 'dotLessClips'
      ? 'dot product, clips corrected'
      : 'bit lines';

/** Cells of one bit, and sums on bit lines that are bytes: what look-up tables of four word lines ask for. */
const hasByteSums = (program: MacroProgram): boolean =>
  program.columns.cellBits === 1 &&
  program.phases <= maxPhases &&
  largestSum(program) <= largestByte;

/** The level of every sum from 0 to the largest on a bit line; see `AdcUnits`. */
export function levelsOfSums(program: MacroProgram): Int32Array {
  const { levels } = adcUnits(program.adc);
  return Int32Array.from(
    { length: largestSum(program) + 1 },
    (_, sum) => levels[adcCode(fixedPointUnit * sum, program.adc)] as number,
  );
}

/** Levels are added up in 16 bits, without a sign. */
export const largestLevel = 65535;

const hasShortLevels = (program: MacroProgram): boolean =>
  levelsOfSums(program).every((level) => level <= largestLevel) &&
  program.adc.low <= largestByte * fixedPointUnit;

/** Kernels that the kernel of noise makes at once. */
export const kernelsAtOnce = 16;
/** Sums with noise are signed bytes. */
const largestSigned = 127;

function isLevels(program: MacroProgram): boolean {
  if (program.kernelsPerTile % kernelsAtOnce !== 0) return false;
  const levels = columnLevels(program);
  const codes = program.adc.values.length - 1;
  return (
    levels !== undefined &&
    codes <= largestSigned &&
    levels.every(
      ({ least, draws }) =>
        least >= -largestSigned && largestSum(program) + least + draws.length <= largestSigned,
    )
  );
}

/** Largest signed number of 16 bits. */
export const largestShort = 32767;
/** Whole numbers below it are exact in 32-bit floats. */
const exactFloats = 2 ** 24;

/** Largest magnitudes of what the noise of a program makes of its sums, in 1/256 unit. */
interface Magnitudes {
  /** Sum of the cells that discharge. */
  readonly cells: number;
  readonly gain: number;
  /** Product of the rounded sum and the gain. */
  readonly product: number;
  /** All but what the ADC subtracts. */
  readonly sum: number;
}

function magnitudesOf(program: MacroProgram, noise: NoiseProgram): Magnitudes {
  const { wordLinesOn, inputBitsPerPhase } = program;
  const digits = wordLinesOn * (2 ** inputBitsPerPhase - 1);
  const error = noise.cellErrors ? largestMagnitude(noise.cellErrors) : 0;
  const cells = fixedPointUnit * largestSum(program) + error * digits;
  const gain = largestMagnitude(noise.columnGains);
  const product = Math.ceil(cells / fixedPointUnit + 1) * gain;
  const drawn = noise.readQuantiles ? largestMagnitude(noise.readQuantiles) : 0;
  const disturbed = product / fixedPointUnit + 1 + largestMagnitude(noise.columnOffsets) + drawn;
  return { cells, gain, product, sum: cells + disturbed };
}

/** A uniform ADC, and analog quantities that fit 16 bits. */
function isAnalog(program: MacroProgram): boolean {
  const { noise, phases, columns } = program;
  const adc = uniformAdc(program.adc);
  if (!adc || !noise || phases > maxPhases) return false;
  const { cells, gain, sum } = magnitudesOf(program, noise);
  // All that is added up, half a unit and half a step included; then a column's codes times their factors.
  const largest = Math.max(cells, sum + Math.abs(adc.offset) + adc.step) + 128;
  const positive = columns.factors.reduce((sum, factor) => sum + Math.max(0, factor), 0);
  const negative = columns.factors.reduce((sum, factor) => sum + Math.max(0, -factor), 0);
  const weighed = (2 ** adc.bits - 1) * Math.max(positive, negative);
  return Math.max(largest, gain, weighed) <= largestShort;
}

/** A uniform ADC, and analog quantities that fit the words that they are computed in. */
function isWideAnalog(program: MacroProgram): boolean {
  const { noise } = program;
  const adc = uniformAdc(program.adc);
  if (!adc || !noise) return false;
  const { product, sum } = magnitudesOf(program, noise);
  const dividend = 2 * sum + adc.step + 2 * Math.abs(adc.offset);
  return product < 2 ** 31 && dividend < exactFloats && 2 * adc.step < exactFloats;
}

const largestMagnitude = (values: Int32Array | Int16Array | Int8Array): number => {
  let magnitude = 0;
  for (const value of values) magnitude = Math.max(magnitude, Math.abs(value));
  return magnitude;
};

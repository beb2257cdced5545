// Which kernels run a layer. As on the GPU a shortcut is taken where it is proven to give the same numbers.

import { adcCode, adcUnits, fixedPointUnit, losesNothing, uniformAdc } from '../core/adc-table.ts';
import type { MacroPath } from '../simulate/macro-backend.ts';
import { largestSum, type MacroProgram } from '../simulate/macro-program.ts';
import { columnLevels } from '../simulate/noise-levels.ts';
import { fitsWords } from '../simulate/sum-bounds.ts';

/**
 * Kernels of a layer: `dot`, no column read; `dotLessClips`, only those that the ADC could clip; `clips`, all, of an ADC
 * that clips and does nothing else; `table`, all, of any ADC; `levels`, all, with noise that is a few levels; `analog`, all,
 * with noise of every kind; `general`, all, of whatever the others have no room for.
 */
export type Way = 'dot' | 'dotLessClips' | 'clips' | 'table' | 'levels' | 'analog' | 'general';

/** Largest whole number of a byte: column sums and levels are bytes. */
const largestByte = 255;
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
  return hasByteLevels(program) ? 'table' : 'general';
}

function noisyWay(program: MacroProgram): Way {
  if (hasByteSums(program) && isLevels(program)) return 'levels';
  return isAnalog(program) ? 'analog' : 'general';
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

const hasByteLevels = (program: MacroProgram): boolean =>
  levelsOfSums(program).every((level) => level <= largestByte) &&
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

/** Whole numbers below it are exact in 32-bit floats. */
const exactFloats = 2 ** 24;

/** A uniform ADC, and analog quantities that fit the words that they are computed in. */
function isAnalog(program: MacroProgram): boolean {
  const { noise, wordLinesOn, inputBitsPerPhase } = program;
  const adc = uniformAdc(program.adc);
  if (!adc || !noise) return false;
  const digits = wordLinesOn * (2 ** inputBitsPerPhase - 1);
  const cells = fixedPointUnit * largestSum(program) + (noise.cellErrors ? 127 * digits : 0);
  const gain = largestMagnitude(noise.columnGains);
  const product = Math.ceil(cells / 256 + 1) * gain;
  const drawn = noise.readQuantiles ? largestMagnitude(noise.readQuantiles) : 0;
  const sum = cells + product / 256 + 1 + largestMagnitude(noise.columnOffsets) + drawn;
  const dividend = 2 * sum + adc.step + 2 * Math.abs(adc.offset);
  return product < 2 ** 31 && dividend < exactFloats && 2 * adc.step < exactFloats;
}

const largestMagnitude = (values: Int32Array | Int16Array): number => {
  let magnitude = 0;
  for (const value of values) magnitude = Math.max(magnitude, Math.abs(value));
  return magnitude;
};

// Which kernels run a layer. A shortcut is taken where it is proven to give the same numbers, never because it is asked
// for.

import { fixedPointUnit, losesNothing, type UniformAdc, uniformAdc } from '../core/adc-table.ts';
import { binaryBits } from '../core/columns.ts';
import { largestSum, type MacroProgram } from '../simulate/macro-program.ts';
import type { MacroPath } from '../simulate/macro-backend.ts';
import { chunkLines } from '../simulate/word-map.ts';

/** What decides besides the layer itself. */
export interface PathOptions {
  /** False: every column read goes through the ADC. */
  readonly shortcuts: boolean;
  /** Whether the adapter has dot4U8Packed. */
  readonly packedDotProducts: boolean;
}

/** Phases for which the tiled kernels have room. */
const tiledPhases = 4;

/**
 * Whether the tiled kernels have room for a layer's digits (one word per phase, four phases), and its columns are what
 * they multiply with: the bits of two's complement.
 */
export const isTiled = (program: MacroProgram): boolean =>
  program.wordLinesOn <= chunkLines &&
  program.inputBitsPerPhase <= 2 &&
  program.phases <= tiledPhases &&
  binaryBits(program.columns) !== undefined;

/**
 * How a layer's column reads are computed:
 * `dot product`: where every sum that a bit line can have gets a code that stands for it, codes weighted by column and
 * phase add up to the dot product, whatever the columns are, since these add up to the weight;
 * `dot product, clips corrected`: at step 1 and offset 0 the same, less what is clipped, which is looked for only where
 * the digits of a phase add up to more than the highest code;
 * `bit lines`: every read on its own.
 */
export function choosePath(program: MacroProgram, options: PathOptions): MacroPath {
  const { adc, noise } = program;
  if (!options.shortcuts || !options.packedDotProducts || noise) return 'bit lines';
  if (losesNothing(adc, largestSum(program))) return 'dot product';
  const uniform = uniformAdc(adc);
  const onlyClips = uniform?.step === fixedPointUnit && uniform.offset === 0;
  return onlyClips && isTiled(program) ? 'dot product, clips corrected' : 'bit lines';
}

/** The ADC as a product: floor((sum - offset) / step + 1/2) = (sum * multiplier + addend) >> shift. */
export interface AdcProduct {
  readonly multiplier: number;
  readonly addend: number;
  readonly shift: number;
}

/** Most bits that a product may be shifted by: sums of up to 48 times 2^24 / step stay below 2^31. */
const shiftLimit = 24;

/**
 * The {@link AdcProduct} that gives the right code of a uniform ADC for every sum that a bit line of `program` can have;
 * undefined where none is found.
 */
export function adcProduct(
  program: MacroProgram,
  { step, offset }: Pick<UniformAdc, 'step' | 'offset'>,
): AdcProduct | undefined {
  const most = largestSum(program);
  const ideal = (sum: number): number =>
    Math.floor((2 * (sum * fixedPointUnit - offset) + step) / (2 * step));
  for (let shift = 0; shift <= shiftLimit; shift++) {
    const scale = 2 ** shift;
    const multiplier = Math.round((fixedPointUnit * scale) / step);
    const addend = Math.floor(scale * (0.5 - offset / step));
    const candidate = { multiplier, addend, shift };
    if ((most + 1) * multiplier + Math.abs(addend) >= 2 ** 31) return undefined;
    if (gives(candidate, most, ideal)) return candidate;
  }
  return undefined;
}

function gives(product: AdcProduct, most: number, ideal: (sum: number) => number): boolean {
  for (let sum = 0; sum <= most; sum++)
    if ((sum * product.multiplier + product.addend) >> product.shift !== ideal(sum)) return false;
  return true;
}

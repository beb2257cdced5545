// What noise does to the sum on a bit line, and the read noise of one column read. Twin of the noise in
// shaders/macro-mac.wgsl. Analog quantities are in 1/256 unit discharge.
//
//   a1 = 256 s + sum over wl of digit(wl) * cellError(wl)          s: the ideal sum, see macro-mac.ts
//   a2 = a1 + floor(floor(a1 / 256 + 1/2) * gain / 256)            gain in 1/65536
//   a3 = a2 + offset + n
//
// n is drawn by number of the image in the run, pixel, kernel, index code, column j and phase p, so neither the
// batch nor the order of work matters; all words have 32 bits.
//
//   pixelKey = pcg(layerKey + (image * height + y) * width + x)
//   key      = pcg(pixelKey xor (kernel * 2^16 + code))
//   word     = xorshift32, i + 1 times, of key (1 where key is 0)  i = j ceil(phases / 2) + floor(p / 2)
//   n        = quantile(u)                                         u: lower half of the word if p is even, else upper

import { floorDivide } from '../core/integer.ts';
import { pcg, xorshift32 } from '../core/random.ts';
import { fixedPointUnit } from '../core/adc-table.ts';
import type { MacroProgram, NoiseProgram } from '../simulate/macro-program.ts';
import { activationOn, digit } from './input-phases.ts';

/** One kernel's part in the macro-op of one group at one pixel. */
export interface ColumnOp {
  readonly kernel: number;
  /** Number of (group, kernel in tile). */
  readonly kernelOfGroup: number;
  /** {@link macroOpKey}; 0 where there is no noise. */
  readonly key: number;
  /** Activations of every word of word lines. */
  readonly activations: Uint8Array;
  /** Number of the word that is read; -1 outside the map, where no word line is driven. */
  readonly word: number;
}

/** One read of a column. */
export interface ColumnRead {
  readonly column: number;
  readonly phase: number;
  /** The ideal sum on the bit line, in unit discharges. */
  readonly sum: number;
}

/** The sum that the ADC gets to see, in 1/256 unit discharge. */
export function noisySum(
  program: MacroProgram,
  noise: NoiseProgram,
  op: ColumnOp,
  read: ColumnRead,
): number {
  const ofKernel = op.kernel * program.columns.factors.length + read.column;
  const cells = fixedPointUnit * read.sum + cellDeviation(program, noise, op, read);
  const gain = noise.columnGains[ofKernel] as number;
  const gained = cells + floorDivide(floorDivide(cells + 128, 256) * gain, 256);
  return gained + (noise.columnOffsets[ofKernel] as number) + readNoise(program, noise, op, read);
}

/** The key of a layer's output pixel; `pixel` is (image in the run * height + y) * width + x. */
export const pixelKey = (noise: NoiseProgram, pixel: number): number =>
  pcg((noise.key + pixel) >>> 0);

/** The key of one kernel's part in the macro-op of one group at one pixel. */
export const macroOpKey = (pixelKey: number, kernel: number, code: number): number =>
  pcg((pixelKey ^ ((kernel << 16) | code)) >>> 0);

/** The read noise of one column read. */
export function readNoise(
  program: Pick<MacroProgram, 'phases'>,
  { readQuantiles }: Pick<NoiseProgram, 'readQuantiles'>,
  { key }: Pick<ColumnOp, 'key'>,
  { column, phase }: Pick<ColumnRead, 'column' | 'phase'>,
): number {
  if (!readQuantiles) return 0;
  const draws = column * Math.ceil(program.phases / 2) + Math.floor(phase / 2) + 1;
  let word = key === 0 ? 1 : key;
  for (let draw = 0; draw < draws; draw++) word = xorshift32(word);
  return readQuantiles[phase % 2 === 0 ? word & 0xffff : word >>> 16] as number;
}

/** What the mismatch of the cells that discharge adds to a sum. */
function cellDeviation(
  program: MacroProgram,
  { cellErrors }: NoiseProgram,
  op: ColumnOp,
  { column, phase }: ColumnRead,
): number {
  const { wordLinesOn, inputBitsPerPhase } = program;
  if (!cellErrors) return 0;
  const first = (op.kernelOfGroup * program.columns.factors.length + column) * wordLinesOn;
  let sum = 0;
  for (let line = 0; line < wordLinesOn; line++) {
    const activation = activationOn(program, op.activations, op.word, line);
    sum += digit(activation, phase, inputBitsPerPhase) * (cellErrors[first + line] as number);
  }
  return sum;
}

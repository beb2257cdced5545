// Sizes of a layer as kernels count them.

import type { MacroProgram } from '../simulate/macro-program.ts';

/** Bytes of a vector. */
export const vector = 16;

/** A count, padded to whole vectors. */
export const padded = (count: number): number => Math.ceil(count / vector) * vector;

/** Bit lines of a tile: kernel in tile + kernels per tile x column, whole vectors. */
export const bitLinesOf = ({
  kernelsPerTile,
  columns,
}: Pick<MacroProgram, 'kernelsPerTile' | 'columns'>): number =>
  padded(kernelsPerTile * columns.factors.length);

/** Kernel tiles. */
export const tilesOf = ({ tileStarts }: Pick<MacroProgram, 'tileStarts'>): number =>
  tileStarts.length - 1;

/** Fours of word lines. */
export const foursOf = ({ wordLinesOn }: Pick<MacroProgram, 'wordLinesOn'>): number =>
  Math.ceil(wordLinesOn / 4);

/** Eights of kernels in a tile. */
export const eightsOf = ({ kernelsPerTile }: Pick<MacroProgram, 'kernelsPerTile'>): number =>
  Math.ceil(kernelsPerTile / 8);

/** Columns of a kernel, padded to fours. */
export const paddedColumns = ({ columns }: Pick<MacroProgram, 'columns'>): number =>
  4 * Math.ceil(columns.factors.length / 4);

/** Pixels that the kernel of noise of every kind computes at a time. */
export const analogPixels = 256;

/** Fours of phases. */
export const phaseFours = ({ phases }: Pick<MacroProgram, 'phases'>): number =>
  Math.ceil(phases / 4);

/** Signed bytes of words of `lines`, every word padded to whole vectors. */
export function inLanes(bytes: Int8Array, lines: number): Int8Array {
  const lanes = padded(lines);
  if (lanes === lines) return bytes;
  const words = bytes.length / lines;
  const spread = new Int8Array(words * lanes);
  for (let word = 0; word < words; word++)
    spread.set(bytes.subarray(word * lines, (word + 1) * lines), word * lanes);
  return spread;
}

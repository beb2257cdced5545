// Read noise and column offsets as noisy-mac.wgsl takes them: at step 1 the code of a sum s is
//   s + floor((n + offset - adc.offset) / 256 + 1/2)
// so what noise adds is a small number that grows with n, and n grows with the 16 random bits it is drawn from.

import { fixedPointUnit, uniformAdc } from '../core/adc-table.ts';
import { binaryBits } from '../core/columns.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { kernelSlots } from './tile-weights.ts';

/** Levels of a column for which the kernel has room. */
const maxLevels = 3;
const wordsPerColumn = 4;
const bitLanes = 8;
/** 16 random bits. */
const draws = 65536;

/** Noise levels of a layer. */
export interface NoiseLevels {
  /** Levels that some column has: 0 ... 3. */
  readonly count: number;
  /**
   * Of each column, order (tile, kernel padded to 2, eight weight bits): what is always added, then three levels: one
   * more is added if the random bits, as the upper half of a word, exceed a level.
   */
  readonly words: Uint32Array;
}

/** The {@link NoiseLevels} of a program; undefined where its noise has another form, or more levels. */
export function noiseLevels(program: MacroProgram): NoiseLevels | undefined {
  const { noise, kernelsPerTile } = program;
  const adc = uniformAdc(program.adc);
  const weightBits = binaryBits(program.columns);
  if (adc?.step !== fixedPointUnit || weightBits === undefined || !noise) return undefined;
  if (noise.cellErrors || noise.columnGains.some((gain) => gain !== 0)) return undefined;
  const slots = kernelSlots(program, 2);
  const tiles = program.tileStarts.length - 1;
  const words = new Uint32Array(tiles * slots * bitLanes * wordsPerColumn);
  let count = 0;
  for (let tile = 0; tile < tiles; tile++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++)
      for (let bit = 0; bit < weightBits; bit++) {
        const column = (tile * kernelsPerTile + kernel) * weightBits + bit;
        const offset = (noise.columnOffsets[column] as number) - adc.offset;
        const levels = columnLevels(noise.readQuantiles, offset);
        if (levels.length - 1 > maxLevels) return undefined;
        count = Math.max(count, levels.length - 1);
        const at = ((tile * slots + kernel) * bitLanes + bit) * wordsPerColumn;
        words.fill(neverExceeded, at + 1, at + wordsPerColumn);
        words.set(levels, at);
      }
  return { count, words };
}

/** No 32 bits exceed it. */
const neverExceeded = 0xffffffff;

/** What a column always adds, and the levels above which it adds one more. */
function columnLevels(quantiles: Int16Array | undefined, offset: number): readonly number[] {
  const added = (n: number): number => Math.floor((n + offset + 128) / fixedPointUnit);
  const least = added(quantiles?.[0] ?? 0);
  const most = added(quantiles?.[draws - 1] ?? 0);
  const levels = [least >>> 0];
  for (let more = least + 1; more <= most; more++)
    levels.push(levelBelow(firstAtLeast(quantiles, fixedPointUnit * more - 128 - offset)));
  return levels;
}

/** The highest word whose upper half is below `draw`. */
const levelBelow = (draw: number): number => draw * 65536 - 1;

/** The first draw whose noise is at least `n`. */
function firstAtLeast(quantiles: Int16Array | undefined, n: number): number {
  let low = 0;
  let high = draws;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((quantiles?.[middle] ?? 0) >= n) high = middle;
    else low = middle + 1;
  }
  return low;
}

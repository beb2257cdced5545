// Levels of noise as noisy-mac.wgsl reads them.

import { binaryBits } from '../core/columns.ts';
import { at } from '../core/errors.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { columnLevels, maxLevels } from '../simulate/noise-levels.ts';
import { kernelSlots } from './tile-weights.ts';

const wordsPerColumn = maxLevels + 1;
const bitLanes = 8;

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
  const { kernelsPerTile } = program;
  const weightBits = binaryBits(program.columns);
  const levels = weightBits === undefined ? undefined : columnLevels(program);
  if (weightBits === undefined || !levels) return undefined;
  const slots = kernelSlots(program, 2);
  const tiles = program.tileStarts.length - 1;
  const words = new Uint32Array(tiles * slots * bitLanes * wordsPerColumn);
  let count = 0;
  levels.forEach(({ least, draws }, column) => {
    const bit = column % weightBits;
    const kernel = Math.floor(column / weightBits) % kernelsPerTile;
    const tile = Math.floor(column / weightBits / kernelsPerTile);
    count = Math.max(count, draws.length);
    const first = ((tile * slots + kernel) * bitLanes + bit) * wordsPerColumn;
    words[first] = least >>> 0;
    for (let level = 0; level < maxLevels; level++)
      words[first + 1 + level] =
        level < draws.length ? levelBelow(at(draws, level)) : neverExceeded;
  });
  return { count, words };
}

/** No 32 bits exceed it. */
const neverExceeded = 0xffffffff;

/** The highest word whose upper half is below `draw`. */
const levelBelow = (draw: number): number => draw * 65536 - 1;

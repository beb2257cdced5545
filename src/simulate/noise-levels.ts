// Read noise and column offsets as fast kernels take them: at step 1 the code of a sum s is
//   s + floor((n + offset - adc.offset) / 256 + 1/2)
// so what noise adds is a small number that grows with n, and n grows with the 16 random bits it is drawn from.

import { fixedPointUnit, uniformAdc } from '../core/adc-table.ts';
import type { MacroProgram } from './macro-program.ts';

/** Levels of a column for which kernels have room. */
export const maxLevels = 3;
/** 16 random bits. */
const draws = 65536;

/** What noise adds to the codes of a column. */
export interface ColumnLevels {
  /** What it always adds. */
  readonly least: number;
  /** One more is added for each of these that the 16 random bits reach; ascending, 1 ... 65536. */
  readonly draws: readonly number[];
}

/**
 * The {@link ColumnLevels} of every column, order (tile, kernel in tile, column); undefined where the noise of a program
 * has another form, or some column has more than {@link maxLevels} levels.
 */
export function columnLevels(program: MacroProgram): readonly ColumnLevels[] | undefined {
  const { noise } = program;
  const adc = uniformAdc(program.adc);
  if (adc?.step !== fixedPointUnit || !noise) return undefined;
  if (noise.cellErrors || noise.columnGains.some((gain) => gain !== 0)) return undefined;
  const levels: ColumnLevels[] = [];
  for (const columnOffset of noise.columnOffsets) {
    const one = levelsOf(noise.readQuantiles, columnOffset - adc.offset);
    if (one.draws.length > maxLevels) return undefined;
    levels.push(one);
  }
  return levels;
}

function levelsOf(quantiles: Int16Array | undefined, offset: number): ColumnLevels {
  const added = (n: number): number => Math.floor((n + offset + 128) / fixedPointUnit);
  const least = added(quantiles?.[0] ?? 0);
  const largest = added(quantiles?.[draws - 1] ?? 0);
  const firsts: number[] = [];
  for (let more = least + 1; more <= largest; more++)
    firsts.push(firstAtLeast(quantiles, fixedPointUnit * more - 128 - offset));
  return { least, draws: firsts };
}

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

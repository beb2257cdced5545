// The noise of a layer, as each way of reading its columns asks for it.

import { at } from '../core/errors.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { columnLevels } from '../simulate/noise-levels.ts';
import type { Way } from './choose-way.ts';
import type { Fields, layerFields } from './fields.ts';
import { bitLinesOf, inLanes, tilesOf, vector } from './layer-sizes.ts';
import type { Writer } from './writer.ts';

type NoiseFields = Pick<
  Fields<typeof layerFields>,
  | 'noiseKey'
  | 'quantiles'
  | 'columnOffsets'
  | 'columnGains'
  | 'cellErrors'
  | 'noiseBase'
  | 'noiseLevels'
  | 'noiseLevelCount'
>;

const none: NoiseFields = {
  noiseKey: 0,
  quantiles: 0,
  columnOffsets: 0,
  columnGains: 0,
  cellErrors: 0,
  noiseBase: 0,
  noiseLevels: 0,
  noiseLevelCount: 0,
};

/** Writes the noise of a program. */
export function prepareNoise(program: MacroProgram, way: Way, writer: Writer): NoiseFields {
  const { noise } = program;
  if (!noise) return none;
  const noiseKey = noise.key;
  if (way === 'levels') {
    const { base, draws, count } = noiseVectors(program);
    const vectors = { noiseBase: writer.put(base), noiseLevels: writer.put(draws) };
    return { ...none, ...vectors, noiseKey, noiseLevelCount: count };
  }
  // Cells bring their errors along where the two are mixed.
  const errors = way === 'general' ? noise.cellErrors : undefined;
  return {
    ...none,
    noiseKey,
    quantiles: writer.put(noise.readQuantiles),
    columnOffsets: writer.put(noise.columnOffsets),
    columnGains: writer.put(noise.columnGains),
    cellErrors: errors ? writer.put(inLanes(errors, program.wordLinesOn)) : 0,
  };
}

/** No draw, as the kernel compares it, exceeds it. */
const neverExceeded = 32767;

/**
 * Levels of noise: `base` of order (tile, bit line); `draws` of order (tile, 16 bit lines, level, bit line, half of a
 * random word), as what a draw less 32768 must exceed.
 */
function noiseVectors(program: MacroProgram): {
  readonly count: number;
  readonly base: Int8Array;
  readonly draws: Int16Array;
} {
  const { kernelsPerTile, columns } = program;
  const perKernel = columns.factors.length;
  const levels = columnLevels(program) ?? [];
  const count = levels.reduce((max, { draws }) => Math.max(max, draws.length), 0);
  const bitLines = bitLinesOf(program);
  const base = new Int8Array(tilesOf(program) * bitLines);
  const draws = new Int16Array(base.length * count * 2).fill(neverExceeded);
  levels.forEach((one, i) => {
    const kernel = Math.floor(i / perKernel) % kernelsPerTile;
    const tile = Math.floor(i / perKernel / kernelsPerTile);
    const line = tile * bitLines + (i % perKernel) * kernelsPerTile + kernel;
    base[line] = one.least;
    one.draws.forEach((_, level) => {
      const to =
        2 * (Math.floor(line / vector) * count * vector + level * vector + (line % vector));
      draws.fill(at(one.draws, level) - 1 - 32768, to, to + 2);
    });
  });
  return { count, base, draws };
}

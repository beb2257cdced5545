// The noise of a layer, as each way of reading its columns asks for it.

import { at } from '../core/errors.ts';
import { adcUnits } from '../core/adc-table.ts';
import type { MacroProgram, NoiseProgram } from '../simulate/macro-program.ts';
import { columnLevels } from '../simulate/noise-levels.ts';
import type { Way } from './choose-way.ts';
import type { Fields, layerFields } from './fields.ts';
import { bitLinesOf, eightsOf, inLanes, paddedColumns, tilesOf, vector } from './layer-sizes.ts';
import type { Writer } from './writer.ts';

type NoiseFields = Pick<
  Fields<typeof layerFields>,
  | 'noiseKey'
  | 'quantiles'
  | 'columnOffsets'
  | 'columnGains'
  | 'hasGains'
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
  hasGains: 0,
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
  if (way === 'analog') {
    const columnGains = writer.put(gainVectors(program, noise));
    const hasGains = noise.columnGains.some((gain) => gain !== 0) ? 1 : 0;
    return { ...none, noiseKey, quantiles: writer.put(noise.readQuantiles), columnGains, hasGains };
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

/** 16-bit numbers of a column: eight gains and as many of what is always added, in pairs; then the latter alone. */
const numbersOfColumn = 24;
/** Half a unit, which sums have when the rest is added. */
const roundingUp = 128;

/** Gains, and what is always added before the division by the step, order (tile, eight kernels, column); see layer.ts. */
function gainVectors(program: MacroProgram, noise: NoiseProgram): Int16Array {
  const { kernelsPerTile, columns } = program;
  const { offset: lowest, step } = adcUnits(program.adc);
  const width = paddedColumns(program);
  const eights = eightsOf(program);
  const vectors = new Int16Array(tilesOf(program) * eights * width * numbersOfColumn);
  for (let place = 0; place < vectors.length / numbersOfColumn; place++) {
    const [column, eight] = [place % width, Math.floor(place / width)];
    for (let kernel = 0; kernel < 8; kernel++) {
      const inTile = 8 * (eight % eights) + kernel;
      // Half a step above 0, what is no column reads code 0 and does not saturate.
      let [gain, always] = [0, Math.floor(step / 2) - roundingUp];
      if (column < columns.factors.length && inTile < kernelsPerTile) {
        const inLayer = Math.floor(eight / eights) * kernelsPerTile + inTile;
        const bitLine = inLayer * columns.factors.length + column;
        gain = noise.columnGains[bitLine] ?? 0;
        always += (noise.columnOffsets[bitLine] ?? 0) - lowest;
      }
      const to = numbersOfColumn * place;
      vectors[to + 2 * kernel] = gain;
      vectors[to + 2 * kernel + 1] = always;
      vectors[to + 16 + kernel] = always;
    }
  }
  return vectors;
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

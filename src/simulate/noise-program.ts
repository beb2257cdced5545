// The noise of a layer as a backend sees it: what is fixed per column and cell of the chip, drawn here, and what a
// backend needs to draw the noise of each column read itself. Integers only, so that every backend draws the same.

import { type NoiseDeviations, noiseDeviations } from '../chips/noise-spec.ts';
import { fixedPointUnit } from '../core/adc-table.ts';
import { cellOf } from '../core/columns.ts';
import { CimError } from '../core/errors.ts';
import { clamp } from '../core/integer.ts';
import { normalQuantiles } from '../core/normal.ts';
import { randomWord, randomWords } from '../core/random.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import type { MacroProgram, NoiseProgram } from './macro-program.ts';

/** Fixed point of a column's gain: units per share of 1. */
export const gainUnit = 65536;

/** A program whose noise is still to be made. */
export type IdealProgram = Omit<MacroProgram, 'noise'>;

/** What the noise of a program is drawn from. */
export interface NoiseSource {
  readonly deviations: NoiseDeviations;
  /** 0 ... 2^32 - 1: another seed is another chip, and other read noise. */
  readonly seed: number;
  /** Number of the layer in its network. Layers differ in their read noise; the chip's columns and cells they share. */
  readonly layer: number;
  /** Network and layer, for errors. */
  readonly where: readonly string[];
  /** Number, on the whole chip, of the bit line that is a column of a kernel of a tile. */
  readonly bitLine: (tile: number, kernelInTile: number, column: number) => number;
  /** Cells of a bit line. */
  readonly rows: number;
}

/** Seed of a simulation that was told none. */
export const defaultSeed = 1;

/** Streams of random words under a seed: one for every kind of noise. */
const streams = { read: 0x3_0000, offset: 0x3_0001, gain: 0x3_0002, cell: 0x3_0003 } as const;

/** Kernels, and index codes, of a layer that read noise can tell apart. */
const maxNumbers = 65536;

/**
 * The noise of a program; undefined where every deviation is 0.
 * @throws {CimError} (mapping) when the layer has more kernels or index codes than read noise can tell apart
 */
export function noiseProgram(program: IdealProgram, source: NoiseSource): NoiseProgram | undefined {
  const { read, offset, gain, cell } = source.deviations;
  if (read === 0 && offset === 0 && gain === 0 && cell === 0) return undefined;
  checkNumbers(program, source.where);
  return {
    key: randomWord(source.seed, streams.read, source.layer),
    readQuantiles: read === 0 ? undefined : readTable(read * fixedPointUnit),
    columnOffsets: columnDraws(program, source, streams.offset, offset * fixedPointUnit),
    columnGains: columnDraws(program, source, streams.gain, gain * gainUnit),
    cellErrors: cell === 0 ? undefined : cellDraws(program, source),
  };
}

/**
 * Where the noise of a mapped layer comes from. What is fixed is drawn by physical place, so that one seed is one chip:
 * layers that share a bit line share its offset and gain, and groups that follow each other in the same rows share the
 * cells. A tile whose pixels are split over several cores has the columns of the first of them for all pixels.
 */
export function noiseSource(mapping: Mapping, mapped: MappedMacroLayer, seed: number): NoiseSource {
  const { chip, network, layers } = mapping;
  const { layer, geometry, runs, tiles } = mapped;
  const { kernelsPerCore, kernelsPerPartition } = geometry;
  const cores = tiles.map(({ index }) => runs.find(({ tile }) => tile === index)?.core ?? 0);
  const bitLines = chip.macro.bitLinesPerPartition.value;
  return {
    deviations: noiseDeviations(chip.noise),
    seed,
    layer: layers.indexOf(mapped),
    where: [network.name, layer.name],
    bitLine: (tile, kernelInTile, column) => {
      const kernel = (cores[tile] ?? 0) * kernelsPerCore + kernelInTile;
      const partition = Math.floor(kernel / kernelsPerPartition);
      const place = (kernel % kernelsPerPartition) * geometry.columnsPerKernel + column;
      return partition * bitLines + place;
    },
    rows: chip.macro.wordLines.value,
  };
}

function checkNumbers(program: IdealProgram, where: readonly string[]): void {
  const { words, kernel, output } = program;
  const codes = words.blocks * kernel.height * kernel.width;
  if (output.channels <= maxNumbers && codes <= maxNumbers) return;
  throw new CimError('mapping', {
    what: `has ${output.channels} kernels and ${codes} group places; read noise supports at most ${maxNumbers} of each`,
    where,
    todo: 'simulate it without noise',
  });
}

/** One draw per column, order (tile, kernel in tile, column). */
function columnDraws(
  program: IdealProgram,
  source: NoiseSource,
  stream: number,
  deviation: number,
): Int32Array {
  const { kernelsPerTile, tileStarts } = program;
  const columns = program.columns.factors.length;
  const word = randomWords(source.seed, stream);
  const quantiles = fixedTable(deviation);
  const draws = new Int32Array((tileStarts.length - 1) * kernelsPerTile * columns);
  let to = 0;
  for (let tile = 0; tile < tileStarts.length - 1; tile++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++)
      for (let column = 0; column < columns; column++)
        draws[to++] = quantiles[word(source.bitLine(tile, kernel, column)) >>> 16] as number;
  return draws;
}

/** One draw per cell that holds a 1, order (group, kernel in tile, column, word line). */
function cellDraws(program: IdealProgram, source: NoiseSource): Int8Array {
  const { kernelsPerTile, wordLinesOn, tileStarts } = program;
  const columns = program.columns.factors.length;
  const groups = tileStarts.at(-1) ?? 0;
  const draws = new Int8Array(groups * kernelsPerTile * columns * wordLinesOn);
  const slots = Math.floor(source.rows / wordLinesOn);
  const drawColumn = columnCells(program, source, draws);
  for (let tile = 0; tile < tileStarts.length - 1; tile++) {
    const first = tileStarts[tile] as number;
    const last = tileStarts[tile + 1] as number;
    for (let group = first; group < last; group++)
      for (let kernel = 0; kernel < kernelsPerTile; kernel++)
        for (let column = 0; column < columns; column++) {
          const firstRow = ((group - first) % slots) * wordLinesOn;
          const firstCell = source.bitLine(tile, kernel, column) * source.rows + firstRow;
          drawColumn(group * kernelsPerTile + kernel, column, firstCell);
        }
  }
  return draws;
}

/** Draws the cells of one column of (group, kernel), which begin at number `firstCell` of the chip's cells. */
function columnCells(
  program: IdealProgram,
  source: NoiseSource,
  draws: Int8Array,
): (kernel: number, column: number, firstCell: number) => void {
  const { wordLinesOn, weights, columns } = program;
  const word = randomWords(source.seed, streams.cell);
  const quantiles = fixedTable(source.deviations.cell * fixedPointUnit);
  return (kernel, column, firstCell) => {
    const to = (kernel * columns.factors.length + column) * wordLinesOn;
    for (let line = 0; line < wordLinesOn; line++)
      if (cellOf(columns, weights[kernel * wordLinesOn + line] as number, column) === 1) {
        const drawn = quantiles[word(firstCell + line) >>> 16] as number;
        draws[to + line] = clamp(drawn, -127, 127);
      }
  };
}

const fixedTable = remembered(normalQuantiles);
const readTable = remembered((deviation) => Int16Array.from(normalQuantiles(deviation)));

/** `make`, which takes a few milliseconds, with its latest results kept: the layers of a chip share them. */
function remembered<T>(make: (deviation: number) => T): (deviation: number) => T {
  const results = new Map<number, T>();
  return (deviation) => {
    const result = results.get(deviation) ?? make(deviation);
    results.delete(deviation);
    results.set(deviation, result);
    const [oldest] = results.keys();
    if (results.size > 4 && oldest !== undefined) results.delete(oldest);
    return result;
  };
}

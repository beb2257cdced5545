// A macro program in the memory of a machine: what its kernels read, laid out as they read it.

import { adcUnits, fixedPointUnit } from '../core/adc-table.ts';
import { largestSum, type MacroProgram, offsetPerMacroOp } from '../simulate/macro-program.ts';
import { longestList } from '../simulate/sum-bounds.ts';
import {
  firstWords,
  readsOfWords,
  storedCodes,
  wordDistance,
  wordMap,
} from '../simulate/word-map.ts';
import { largestByte, largestLevel, largestShort, levelsOfSums, type Way } from './choose-way.ts';
import { type Fields, layerBytes, layerFields, roomFields } from './fields.ts';
import type { Kernels } from './kernels.ts';
import {
  analogPixels,
  bitLinesOf,
  eightsOf,
  foursOf,
  inLanes,
  padded,
  paddedColumns,
  phaseFours,
  tilesOf,
  vector,
} from './layer-sizes.ts';
import { prepareNoise } from './prepare-noise.ts';
import type { Writer } from './writer.ts';

type LayerFields = Fields<typeof layerFields>;

/** Parts of the room that kernels work in, and the bytes that a layer needs of each. */
export type Room = Fields<typeof roomFields>;

/** A layer in a machine's memory. */
export interface HeldLayer {
  readonly program: MacroProgram;
  readonly way: Way;
  /** Address of its structure. */
  readonly address: number;
  /** Everything that it holds, its structure included. */
  readonly blocks: readonly number[];
  readonly room: Room;
  /** Structure and table of its requantizer; undefined: sums are the result. */
  readonly requantizer: number | undefined;
}

/**
 * Lays out a program.
 * @throws {CimError} (memory) when there is no room for it
 */
export function prepareLayer(
  program: MacroProgram,
  way: Way,
  kernels: Kernels,
  writer: Writer,
): Omit<HeldLayer, 'requantizer' | 'blocks'> {
  const weights = writer.put(inLanes(program.weights, program.wordLinesOn));
  const values: LayerFields = {
    ...sizesOf(program),
    ...listsOf(program, writer),
    ...readoutOf(program, way, writer),
    ...prepareNoise(program, way, writer),
    ...phasesOf(program, writer),
    weights,
    pairs: way === 'dot' || way === 'dotLessClips' ? writer.room(pairBytes(program)) : 0,
    nibbles: hasNibbles(way) ? writer.room(nibbleBytes(program)) : 0,
    cells: way === 'general' ? writer.room(cellBytes(program)) : 0,
    mixed: writer.room(mixedBytes(program, way)),
    ...unplaced,
  };
  const address = writer.structure(layerFields, values, layerBytes - 4 * layerFields.length);
  const held = writer.put(program.columns.cells);
  if (values.pairs) kernels.packPairs(address);
  if (values.nibbles) kernels.packNibbles(address, held);
  if (values.cells) kernels.packCells(address, held);
  if (values.mixed) packMixed(kernels, { address, held, way }, program, writer);
  writer.drop(held);
  writer.drop(weights);
  return { program, way, address, room: roomOf(program) };
}

/** Bytes of a list of all groups of a tile, with their number in front. */
const listBytes = (program: MacroProgram): number => 8 * (longestList(program) + 1);

function packMixed(
  kernels: Kernels,
  { address, held, way }: { readonly address: number; readonly held: number; readonly way: Way },
  { noise }: MacroProgram,
  writer: Writer,
): void {
  const errors = writer.put(noise?.cellErrors);
  if (way === 'analog') kernels.packEights(address, held, errors);
  else kernels.packMixed(address, held, errors);
  writer.drop(errors);
}

const hasNibbles = (way: Way): boolean =>
  way !== 'dot' && way !== 'analog' && way !== 'wideAnalog' && way !== 'general';
const pairBytes = (program: MacroProgram): number =>
  2 * program.codes.length * 8 * eightsOf(program) * padded(program.wordLinesOn);
const nibbleBytes = (program: MacroProgram): number =>
  program.codes.length * bitLinesOf(program) * foursOf(program);
const eightsBytes = (program: MacroProgram): number =>
  program.codes.length * 8 * eightsOf(program) * paddedColumns(program) * 4 * foursOf(program) * 2;
const mixedBytes = (program: MacroProgram, way: Way): number =>
  way === 'analog' ? eightsBytes(program) : way === 'wideAnalog' ? 2 * cellBytes(program) : 0;
const cellBytes = (program: MacroProgram): number =>
  program.codes.length *
  program.kernelsPerTile *
  program.columns.factors.length *
  padded(program.wordLinesOn);

/** Addresses that are known when the layer runs. */
const unplaced = Object.fromEntries(roomFields.map((name) => [name, 0])) as Room;

function roomOf(program: MacroProgram): Room {
  const { paddedHeight, paddedWidth } = wordMap(program);
  const words = paddedHeight * paddedWidth * program.words.blocks;
  const codes = storedCodes(program).length;
  const kernels = 8 * eightsOf(program);
  const lanes = padded(program.wordLinesOn);
  return {
    words: words * lanes,
    wordPairs: 2 * words * lanes,
    wordBits: 8 * words * foursOf(program),
    zeroPhases: words,
    clipPhases: words,
    // Tables of fours of word lines, or digits of 16 bits with phases in fours; 16 sums of eight kernels.
    tables: Math.max(
      codes * Math.max(program.phases * foursOf(program) * vector, 8 * phaseFours(program) * lanes),
      paddedColumns(program) * foursOf(program) * 16 * vector,
    ),
    // Of an ADC by any table one for each phase.
    flags: codes * program.phases,
    // Codes of columns in bytes, or their read noise and two random vectors.
    list: Math.max(program.phases * listBytes(program), 10 * vector * (paddedColumns(program) + 1)),
    // Four pixels of dot products and a tile to spare; values of 64 bits of one tile; eight kernels of some pixels.
    totals: Math.max(
      4 * kernels * (4 * tilesOf(program) + 1),
      8 * kernels,
      2 * vector * analogPixels,
    ),
    work: Math.max(4 * bitLinesOf(program), 2 * lanes, 4 * analogPixels),
  };
}

/** Sizes of a layer and its windows. */
function sizesOf(program: MacroProgram) {
  const { input, patch, words, kernel, output } = program;
  const { paddedHeight, paddedWidth } = wordMap(program);
  return {
    inputHeight: input.height,
    inputWidth: input.width,
    inputChannels: input.channels,
    patchHeight: patch.height,
    patchWidth: patch.width,
    patchStrideY: patch.strides[0],
    patchStrideX: patch.strides[1],
    patchTop: patch.pads[0],
    patchLeft: patch.pads[1],
    patchDilationY: patch.dilations[0],
    patchDilationX: patch.dilations[1],
    padCode: program.padCode,
    wordsHeight: words.height,
    wordsWidth: words.width,
    blocks: words.blocks,
    mapHeight: paddedHeight,
    mapWidth: paddedWidth,
    borderTop: kernel.pads[0],
    borderLeft: kernel.pads[1],
    lines: program.wordLinesOn,
    lanes: padded(program.wordLinesOn),
    phases: program.phases,
    bitsPerPhase: program.inputBitsPerPhase,
    pixels: output.height * output.width,
    // Known when it runs.
    firstPixel: 0,
    endPixel: 0,
    kernels: output.channels,
    kernelsPerTile: program.kernelsPerTile,
    tiles: tilesOf(program),
    columns: program.columns.factors.length,
    bitLines: bitLinesOf(program),
  };
}

/** Group lists, and what belongs to kernels and pixels. */
function listsOf(program: MacroProgram, writer: Writer) {
  const { codes, columns, output, kernelsPerTile } = program;
  const stored = storedCodes(program);
  const numbers = new Map(stored.map(({ code }, number) => [code, number]));
  const bitLines = bitLinesOf(program);
  const masks = new Uint8Array(tilesOf(program) * bitLines);
  for (let tile = 0; tile < tilesOf(program); tile++)
    for (let line = 0; line < kernelsPerTile * columns.factors.length; line++)
      if (tile * kernelsPerTile + (line % kernelsPerTile) < output.channels)
        masks[tile * bitLines + line] = 255;
  return {
    bases: writer.put(firstWords(program, 1)),
    tileStarts: writer.put(program.tileStarts),
    distances: writer.put(codes.map((code) => wordDistance(program, code))),
    codes: writer.put(codes),
    slots: writer.put(codes.map((code) => numbers.get(code) ?? 0)),
    storedCodes: stored.length,
    storedDistances: writer.put(
      Uint32Array.from(stored, ({ code }) => wordDistance(program, code)),
    ),
    wordReads: writer.put(readsOfWords(program)),
    bias: writer.put(program.bias),
    factors: writer.put(Int32Array.from(columns.factors)),
    masks: writer.put(masks),
    accumulatorBits: program.accumulatorBits,
  };
}

/** The ADC as a way of reading asks for it. */
function readoutOf(program: MacroProgram, way: Way, writer: Writer) {
  const { adc } = program;
  const { step } = adcUnits(adc);
  const table = way === 'table' ? levelsOfSums(program) : new Int32Array(1);
  const largest =
    way === 'table' ? table.reduce((a, b) => Math.max(a, b), 0) : adc.values.length - 1;
  const isWide = largest > largestByte;
  // Saturated reads are counted in bytes too: one per phase and macro-op.
  const together = (largestAdded: number, most = largestByte): number =>
    Math.max(
      1,
      Math.min(Math.floor(most / Math.max(1, largestAdded)), Math.floor(255 / program.phases)),
    );
  const levels = levelBlocks(table);
  return {
    levels: writer.put(levels),
    levelBlocks: levels.length / (2 * vector),
    wideLevels: Number(isWide),
    levelOfZero: table[0] as number,
    largest: Math.min(largest, largestByte),
    low: Math.ceil(adc.low / 256),
    high: Math.ceil(adc.high / 256),
    together: together(largest, isWide && way === 'table' ? largestLevel : largestByte),
    togetherExcess: together(largestSum(program) - largest),
    listBytes: listBytes(program),
    step,
    offset: offsetPerMacroOp(program),
    thresholds: writer.put(adc.thresholds),
    values: writer.put(adc.values),
    thresholdCount: adc.thresholds.length,
    analogLow: adc.low,
    analogHigh: adc.high,
    adcOffset: adc.values[0] ?? 0,
    pixelsAtOnce: analogPixels,
    ...divisionBy(step, adc.values.length),
  };
}

/** Levels by sum as look-ups of 16 want them: see `Layer.levels`. */
function levelBlocks(levels: Int32Array): Uint8Array {
  const largest = levels.length - 1;
  const perBlock = vector - 1;
  const count = Math.max(1, Math.ceil(largest / perBlock));
  const blocks = new Uint8Array(2 * vector * count);
  for (let block = 0; block < count; block++)
    for (let more = 0; more < vector; more++) {
      const levelAt = (sum: number): number => levels[Math.min(sum, largest)] as number;
      const before = block === 0 ? 0 : levelAt(perBlock * block);
      const level = levelAt(perBlock * block + more);
      const at = 2 * vector * block + more;
      blocks[at] = level - before;
      blocks[at + vector] = (level >> 8) - (before >> 8);
    }
  return blocks;
}

/**
 * How sums of 0 ... 32767 are divided by `step`. A factor of 16 bits that exceeds 2^shift / step by so little that no quotient of 15 bits
 * changes; a step of one unit takes none.
 */
function divisionBy(step: number, codes: number) {
  const top = Math.min(largestShort, step * codes - 1);
  const bits = Math.ceil(Math.log2(step));
  if (step === fixedPointUnit) return { top, stepFactor: 0, stepShift: 8 };
  return { top, stepFactor: Math.floor(2 ** (15 + bits) / step) + 1, stepShift: 15 + bits };
}

/** What a code counts in each phase of each column, and which phases there are. */
function phasesOf(program: MacroProgram, writer: Writer) {
  const { columns, phases, inputBitsPerPhase } = program;
  const weights = Int32Array.from({ length: 4 * phaseFours(program) }, (_, phase) =>
    phase < phases ? 2 ** (phase * inputBitsPerPhase) : 0,
  );
  return {
    phaseFactors: writer.put(
      Int32Array.from(columns.factors.flatMap((factor) => [...weights].map((one) => one * factor))),
    ),
    columnFactors: writer.put(
      Int16Array.from(
        { length: 8 * paddedColumns(program) },
        (_, place) => columns.factors[place >> 3] ?? 0,
      ),
    ),
    phaseMasks: writer.put(weights.map((weight) => (weight === 0 ? 0 : -1))),
  };
}

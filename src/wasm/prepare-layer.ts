// A macro program in the memory of a machine: what its kernels read, laid out as they read it.

import { adcUnits } from '../core/adc-table.ts';
import { largestSum, type MacroProgram, offsetPerMacroOp } from '../simulate/macro-program.ts';
import { longestList } from '../simulate/sum-bounds.ts';
import {
  firstWords,
  readsOfWords,
  storedCodes,
  wordDistance,
  wordMap,
} from '../simulate/word-map.ts';
import { type Way, levelsOfSums } from './choose-way.ts';
import { type Fields, layerEvents, layerFields, roomFields } from './fields.ts';
import type { Kernels } from './kernels.ts';
import {
  bitLinesOf,
  eightsOf,
  foursOf,
  inLanes,
  padded,
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
    nibbles:
      way === 'dot' || way === 'analog' || way === 'general'
        ? 0
        : writer.room(nibbleBytes(program)),
    cells: way === 'general' ? writer.room(cellBytes(program)) : 0,
    mixed: way === 'analog' ? writer.room(2 * cellBytes(program)) : 0,
    ...unplaced,
  };
  const address = writer.structure(layerFields, values, 8 * layerEvents.length);
  const held = writer.put(program.columns.cells);
  if (values.pairs) kernels.packPairs(address);
  if (values.nibbles) kernels.packNibbles(address, held);
  if (values.cells) kernels.packCells(address, held);
  if (values.mixed) packMixed(kernels, { address, held }, program, writer);
  writer.drop(held);
  writer.drop(weights);
  return { program, way, address, room: roomOf(program) };
}

/** Bytes of a list of all groups of a tile, with their number in front. */
const listBytes = (program: MacroProgram): number => 8 * (longestList(program) + 1);
function packMixed(
  kernels: Kernels,
  { address, held }: { readonly address: number; readonly held: number },
  { noise }: MacroProgram,
  writer: Writer,
): void {
  const errors = writer.put(noise?.cellErrors);
  kernels.packMixed(address, held, errors);
  writer.drop(errors);
}

const pairBytes = (program: MacroProgram): number =>
  2 * program.codes.length * 8 * eightsOf(program) * padded(program.wordLinesOn);
const nibbleBytes = (program: MacroProgram): number =>
  program.codes.length * bitLinesOf(program) * foursOf(program);
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
  const columns = program.columns.factors.length;
  const kernels = 8 * eightsOf(program);
  const lanes = padded(program.wordLinesOn);
  return {
    words: words * lanes,
    wordPairs: 2 * words * lanes,
    zeroPhases: words,
    clipPhases: words,
    // Tables of fours of word lines, or digits of 16 bits with phases in fours.
    tables:
      codes * Math.max(program.phases * foursOf(program) * vector, 8 * phaseFours(program) * lanes),
    flags: codes,
    list: Math.max(program.phases * listBytes(program), 10 * vector * columns),
    // Four pixels of dot products and a tile to spare; values of 64 bits of one tile.
    totals: Math.max(4 * kernels * (4 * tilesOf(program) + 1), 8 * kernels),
    work: Math.max(4 * bitLinesOf(program), 2 * lanes),
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
  const reached = way === 'table' ? levelsOfSums(program) : new Int32Array();
  const levels = new Uint8Array(padded(reached.length));
  levels.set(reached);
  const largest =
    way === 'table' ? reached.reduce((a, b) => Math.max(a, b), 0) : adc.values.length - 1;
  // Saturated reads are counted in bytes too: one per phase and macro-op.
  const together = (largestAdded: number): number =>
    Math.max(1, Math.floor(255 / Math.max(largestAdded, program.phases)));
  return {
    levels: writer.put(levels),
    levelVectors: levels.length / vector,
    largest: Math.min(largest, 255),
    low: Math.ceil(adc.low / 256),
    high: Math.ceil(adc.high / 256),
    together: together(largest),
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
  };
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
    phaseMasks: writer.put(weights.map((weight) => (weight === 0 ? 0 : -1))),
  };
}

// Noise of every kind as analog-mac.wgsl takes it, behind the weights.

import { fixedPointUnit, uniformAdc } from '../core/adc-table.ts';
import { binaryBits } from '../core/columns.ts';
import type { MacroProgram, NoiseProgram } from '../simulate/macro-program.ts';
import { kernelSlots } from './tile-weights.ts';

/** Weight bits, and bytes of a bit line's cells, for which the kernel has room. */
const bitLanes = 8;
const cellBytes = 16;
/** What is added to the error of a cell, so that bytes without a sign can be multiplied. */
const cellBias = 128;

/** The tables, each in 32-bit words. */
export interface AnalogTables {
  /** Order (tile, kernel padded to 2), eight offsets in 1/256 unit, less that of the ADC, and eight gains in 1/65536. */
  readonly columns: Int32Array;
  /** Read noise in 1/256 unit by 16 random bits, two numbers per word; empty without read noise. */
  readonly quantiles: Uint32Array;
  /** Errors of cells plus 128 as bytes, order (group, kernel, eight weight bits, 16 word lines); empty without any. */
  readonly cellErrors: Uint32Array;
}

/** Whether a program has {@link analogTables}: it has noise and the bits of two's complement, and its ADC is uniform with step 1. */
export const hasAnalogTables = ({ noise, adc, columns }: MacroProgram): boolean =>
  noise !== undefined &&
  uniformAdc(adc)?.step === fixedPointUnit &&
  binaryBits(columns) !== undefined;

/** The {@link AnalogTables} of a program; undefined where {@link hasAnalogTables} is false. */
export function analogTables(program: MacroProgram): AnalogTables | undefined {
  const { noise } = program;
  if (!noise || !hasAnalogTables(program)) return undefined;
  const { readQuantiles } = noise;
  return {
    columns: columnTable(program, noise),
    quantiles: readQuantiles
      ? new Uint32Array(readQuantiles.buffer, readQuantiles.byteOffset, readQuantiles.length / 2)
      : new Uint32Array(),
    cellErrors: noise.cellErrors ? cellTable(program, noise.cellErrors) : new Uint32Array(),
  };
}

function columnTable(program: MacroProgram, noise: NoiseProgram): Int32Array {
  const { kernelsPerTile } = program;
  const weightBits = program.columns.factors.length;
  const adcOffset = uniformAdc(program.adc)?.offset ?? 0;
  const slots = kernelSlots(program, 2);
  const tiles = program.tileStarts.length - 1;
  const table = new Int32Array(tiles * slots * 2 * bitLanes);
  for (let tile = 0; tile < tiles; tile++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++)
      for (let bit = 0; bit < weightBits; bit++) {
        const column = (tile * kernelsPerTile + kernel) * weightBits + bit;
        const to = (tile * slots + kernel) * 2 * bitLanes + bit;
        table[to] = (noise.columnOffsets[column] as number) - adcOffset;
        table[to + bitLanes] = noise.columnGains[column] as number;
      }
  return table;
}

function cellTable(program: MacroProgram, errors: Int8Array): Uint32Array {
  const { codes, kernelsPerTile, wordLinesOn } = program;
  const weightBits = program.columns.factors.length;
  const slots = kernelSlots(program, 2);
  const bytes = new Uint8Array(codes.length * slots * bitLanes * cellBytes).fill(cellBias);
  let from = 0;
  for (let group = 0; group < codes.length; group++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++)
      for (let bit = 0; bit < weightBits; bit++) {
        const to = ((group * slots + kernel) * bitLanes + bit) * cellBytes;
        for (let line = 0; line < wordLinesOn; line++)
          bytes[to + line] = (errors[from++] as number) + cellBias;
      }
  return new Uint32Array(bytes.buffer);
}

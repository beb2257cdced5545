// Measures on a device which shape of the tiled kernels is fastest there.

import { fixedPointUnit, uniformTable } from '../core/adc-table.ts';
import { twosComplement } from '../core/columns.ts';
import { CimError } from '../core/errors.ts';
import { smallest } from '../core/extremes.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { randomWord } from '../core/random.ts';
import { onePixel, symmetricWindow } from '../core/window.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { candidateShapes, type KernelShape } from './kernel-shape.ts';

/** What a shape took. */
export interface ShapeTime {
  readonly shape: KernelShape;
  /** Milliseconds of the layer as dot products, and bit line by bit line: the least of a few repetitions. */
  readonly dotProduct: number;
  readonly bitLines: number;
}

/** How to measure. */
export interface TuneOptions {
  /** Opens a GPU backend with these options, on a device of its own. */
  readonly open: (shape: KernelShape, shortcuts: boolean) => Promise<MacroBackend>;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** False: no further shape is measured. Always true by default; the first one is measured in any case. */
  readonly hasTime?: () => boolean;
  /** Called after each shape, with its number and how many there are. */
  readonly onShape?: (time: ShapeTime, number: number, of: number) => void;
}

const repetitions = 5;
const images = 8;
const side = 16;
const channels = 64;
const kernelsPerTile = 16;

/**
 * Measures every shape on one layer: 64 -> 64, 3 x 3, 16 x 16 outputs, 8-bit weights and inputs, MARS's macro.
 * @throws {CimError} (simulation) when a shape gives other sums than the first, which would be a defect of the driver
 */
export async function tuneShapes(options: TuneOptions): Promise<readonly ShapeTime[]> {
  const times: ShapeTime[] = [];
  const stage: Stage = { ...options, program: tuningLayer(), images: tuningImages() };
  let expected: Int32Array | undefined;
  for (const shape of candidateShapes) {
    if (times.length > 0 && options.hasTime?.() === false) break;
    const [dotProduct, sums] = await timeLayer(stage, shape, true);
    const [bitLines, others] = await timeLayer(stage, shape, false);
    expected ??= sums;
    if (!sameNumbers(expected, sums) || !sameNumbers(expected, others))
      throw new CimError('simulation', {
        what: `workgroups of ${shape.workgroup}, subgroups ${shape.subgroups ? 'on' : 'off'}, sums by ${shape.sums}, give other sums`,
        where: 'tune',
        todo: 'use another adapter, and report it',
      });
    times.push({ shape, dotProduct, bitLines });
    options.onShape?.({ shape, dotProduct, bitLines }, times.length, candidateShapes.length);
  }
  return times;
}

/** The shape with the least time for both ways together, each relative to the fastest. */
export function fastestShape(times: readonly ShapeTime[]): KernelShape | undefined {
  const least = (way: 'dotProduct' | 'bitLines'): number =>
    smallest(times.map((time) => time[way]));
  const [dot, bit] = [least('dotProduct'), least('bitLines')];
  const cost = (time: ShapeTime): number => time.dotProduct / dot + time.bitLines / bit;
  return times.toSorted((a, b) => cost(a) - cost(b))[0]?.shape;
}

interface Stage extends TuneOptions {
  readonly program: MacroProgram;
  readonly images: FeatureMap;
}

async function timeLayer(
  { open, now, program, images: own }: Stage,
  shape: KernelShape,
  shortcuts: boolean,
): Promise<readonly [number, Int32Array]> {
  await using backend = await open(shape, shortcuts);
  const layer = await backend.prepare(program);
  let least = Infinity;
  let sums: Int32Array = new Int32Array();
  for (let i = 0; i <= repetitions; i++) {
    const input = backend.upload(own);
    const start = now();
    const result = backend.runMacro(layer, input, undefined);
    sums = await backend.download(result);
    // The first run compiles.
    if (i > 0) least = Math.min(least, now() - start);
    backend.release(input);
    backend.release(result);
  }
  backend.release(layer);
  return [least, sums];
}

const sameNumbers = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

const word = (counter: number): number => randomWord(1, 0x7e57, counter);

const tuningImages = (): FeatureMap => ({
  images,
  height: side,
  width: side,
  channels,
  bits: 8,
  data: Uint8Array.from({ length: images * side * side * channels }, (_, i) => word(i) & 255),
});

function tuningLayer(): MacroProgram {
  const blocks = channels / 16;
  const codes = blocks * 9;
  const tiles = channels / kernelsPerTile;
  return {
    name: 'tuning layer',
    input: { height: side, width: side, channels },
    patch: onePixel,
    padCode: 0,
    words: { height: side, width: side, blocks },
    kernel: symmetricWindow(3, 3, { padding: 1 }),
    output: { height: side, width: side, channels },
    wordLinesOn: 16,
    inputBits: 8,
    inputBitsPerPhase: 2,
    phases: 4,
    columns: twosComplement(8),
    adc: uniformTable({ bits: 6, step: fixedPointUnit, offset: 0 }),
    accumulatorBits: 24,
    kernelsPerTile,
    tileStarts: Uint32Array.from({ length: tiles + 1 }, (_, tile) => tile * codes),
    codes: Uint32Array.from({ length: tiles * codes }, (_, group) => group % codes),
    weights: Int8Array.from({ length: tiles * codes * kernelsPerTile * 16 }, (_, i) => word(i)),
    bias: new Int32Array(channels),
    requantize: undefined,
    noise: undefined,
  };
}

// Programs whose bit lines all carry the same sum, so that what noise does to them can be told from it.

import { uniformTable } from '../../src/core/adc-table.ts';
import { twosComplement } from '../../src/core/columns.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import { onePixel } from '../../src/core/window.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import {
  type IdealProgram,
  noiseProgram,
  type NoiseSource,
} from '../../src/simulate/noise-program.ts';

/** Sizes of a flat program; one kernel, group and pixel, and 8 bits of both, unless told. */
export interface FlatOptions {
  readonly kernels?: number;
  readonly groups?: number;
  readonly pixels?: number;
  readonly bits?: number;
  /** Kernels of a tile; all of them unless told. Every tile has all groups. */
  readonly kernelsPerTile?: number;
}

/** A 1x1 layer on 16 word lines, every weight -1: a 1 in every cell. */
export function flatProgram(options: FlatOptions = {}): IdealProgram {
  const { kernels = 1, groups = 1, pixels = 1, bits = 8, kernelsPerTile = kernels } = options;
  const tiles = Math.ceil(kernels / kernelsPerTile);
  return {
    name: 'flat',
    input: { height: 1, width: pixels, channels: 16 * groups },
    patch: onePixel,
    padCode: 0,
    words: { height: 1, width: pixels, blocks: groups },
    kernel: onePixel,
    output: { height: 1, width: pixels, channels: kernels },
    wordLinesOn: 16,
    inputBits: bits,
    inputBitsPerPhase: 2,
    phases: bits / 2,
    columns: twosComplement(bits),
    adc: uniformTable({ bits: 6, step: 256, offset: 0 }),
    accumulatorBits: 32,
    kernelsPerTile,
    tileStarts: Uint32Array.from({ length: tiles + 1 }, (_, tile) => tile * groups),
    codes: Uint32Array.from({ length: tiles * groups }, (_, group) => group % groups),
    weights: new Int8Array(tiles * groups * kernelsPerTile * 16).fill(-1),
    bias: new Int32Array(kernels),
    requantize: undefined,
  };
}

/** `program` with noise; seed 1, layer 0, every column a bit line of its own, unless told. */
export function withNoise(
  program: IdealProgram,
  deviations: Partial<NoiseSource['deviations']>,
  source: Partial<NoiseSource> = {},
): MacroProgram & { readonly noise: NonNullable<MacroProgram['noise']> } {
  const noise = noiseProgram(program, {
    deviations: { read: 0, offset: 0, gain: 0, cell: 0, ...deviations },
    seed: 1,
    layer: 0,
    where: ['flat'],
    bitLine: (tile, kernel, bit) =>
      (tile * program.kernelsPerTile + kernel) * program.columns.factors.length + bit,
    rows: 1024,
    ...source,
  });
  if (!noise) throw new Error('no noise was asked for');
  return { ...program, noise };
}

/** Inputs for a flat program that give every bit line the sum 30 in every phase: 15 word lines drive digit 2. */
export function flatInput({ input, inputBits }: IdealProgram, images = 1): FeatureMap {
  const { height, width, channels } = input;
  const twos = 0b10101010 & (2 ** inputBits - 1);
  const length = images * height * width * channels;
  const data = Uint8Array.from({ length }, (_, i) => (i % 16 === 0 ? 0 : twos));
  return { images, height, width, channels, bits: inputBits, data };
}

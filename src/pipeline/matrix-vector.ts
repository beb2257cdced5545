// One matrix-vector product on the macro model: test vectors for other simulators, and for ours.

import { z } from 'zod';
import { largestNoise, type NoiseDeviations } from '../chips/noise-spec.ts';
import { fixedPointUnit, uniformTable } from '../core/adc-table.ts';
import { twosComplement } from '../core/columns.ts';
import { CimError } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { checkSchema } from '../core/schema-fault.ts';
import { onePixel } from '../core/window.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { defaultSeed, type IdealProgram, noiseProgram } from '../simulate/noise-program.ts';

/** A case as it is written in a file. */
export interface MatrixVectorCase {
  /** Word lines that are on at once, 1 ... 64; inputs beyond them go to further groups. */
  readonly wordLinesOn: number;
  /** 1, 2 or 4. */
  readonly inputBitsPerPhase: number;
  /** 1 ... 8 bits; step and offset in unit discharges, kept to 1/256. */
  readonly adc: { readonly bits: number; readonly step: number; readonly offset: number };
  /** 2 ... 8, two's complement. */
  readonly weightBits: number;
  /** 1 ... 8, unsigned. */
  readonly inputBits: number;
  /** One row of weights per output. */
  readonly weights: readonly (readonly number[])[];
  /** One row of inputs per batch entry. */
  readonly inputs: readonly (readonly number[])[];
  /**
   * Deviations of the noise, as `noise` of a chip: `read` and `offset` 0 ... 16 unit discharges, `gain` and `cell` shares,
   * 0 ... 0.25; 0 by default. Every row of weights has bit lines of its own, every group rows of cells of its own.
   */
  readonly noise?: { readonly [kind in keyof NoiseDeviations]?: number | undefined } | undefined;
  /** Of the noise, 0 ... 2^32 - 1; 1 by default. Batch entries are images 0, 1, ... */
  readonly seed?: number | undefined;
}

/** The answer to a case. */
export interface MatrixVectorResult {
  /** One row per batch entry, one number per row of weights. */
  readonly outputs: readonly (readonly number[])[];
  readonly saturatedReads: number;
  readonly columnReads: number;
}

const deviation = (kind: keyof NoiseDeviations): z.ZodOptional<z.ZodNumber> =>
  z.number().min(0).max(largestNoise[kind]).optional();

const caseSchema = z.strictObject({
  wordLinesOn: z.int().min(1).max(64),
  inputBitsPerPhase: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  adc: z.strictObject({
    bits: z.int().min(1).max(8),
    step: z
      .number()
      .min(1 / fixedPointUnit)
      .max(64),
    offset: z.number().min(-1024).max(1024),
  }),
  weightBits: z.int().min(2).max(8),
  inputBits: z.int().min(1).max(8),
  weights: z.array(z.array(z.int()).min(1).max(65536)).min(1).max(65536),
  inputs: z.array(z.array(z.int()).min(1).max(65536)).min(1).max(65536),
  noise: z
    .strictObject({
      read: deviation('read'),
      offset: deviation('offset'),
      gain: deviation('gain'),
      cell: deviation('cell'),
    })
    .optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional(),
});

/**
 * Checks a value that should be a {@link MatrixVectorCase}.
 * @param where name of the file, for errors
 * @throws {CimError} (input) naming the field: out of range, ragged, not an integer
 */
export function checkMatrixVectorCase(value: unknown, where: string): MatrixVectorCase {
  const one = checkSchema(
    caseSchema,
    value,
    ({ path, what, todo }) => new CimError('input', { what, where: [where, path], todo }),
  );
  const length = one.weights[0]?.length ?? 0;
  const lowest = -(2 ** (one.weightBits - 1));
  checkRows(one.weights, { name: 'weights', length, low: lowest, high: -lowest - 1, where });
  checkRows(one.inputs, { name: 'inputs', length, low: 0, high: 2 ** one.inputBits - 1, where });
  return one;
}

/** Computes a case on a backend. */
export async function matrixVector(
  one: MatrixVectorCase,
  backend: MacroBackend,
  where: string,
): Promise<MatrixVectorResult> {
  const ideal = caseProgram(one);
  const program: MacroProgram = { ...ideal, noise: caseNoise(one, ideal, where) };
  const images = one.inputs.length;
  const channels = program.input.channels;
  const data = Uint8Array.from(one.inputs.flat());
  const map: FeatureMap = { images, height: 1, width: 1, channels, bits: one.inputBits, data };
  const prepared = await backend.prepare(program);
  const input = backend.upload(map);
  const result = backend.runMacro(prepared, input, undefined);
  const flat = await backend.download(result);
  const { saturatedReads } = await backend.takeEvents(prepared);
  backend.release(prepared);
  backend.release(input);
  backend.release(result);
  const outputs = one.inputs.map((_, i) =>
    Array.from(flat.subarray(i * one.weights.length, (i + 1) * one.weights.length)),
  );
  const reads = program.codes.length * one.weights.length * one.weightBits * program.phases;
  return { outputs, saturatedReads, columnReads: images * reads };
}

function caseNoise(
  { noise = {}, seed = defaultSeed }: MatrixVectorCase,
  program: IdealProgram,
  where: string,
): MacroProgram['noise'] {
  const { read = 0, offset = 0, gain = 0, cell = 0 } = noise;
  return noiseProgram(program, {
    deviations: { read, offset, gain, cell },
    seed,
    layer: 0,
    where: [where, 'noise'],
    bitLine: (_, kernel, column) => kernel * program.columns.factors.length + column,
    rows: program.words.blocks * program.wordLinesOn,
  });
}

function caseProgram(one: MatrixVectorCase): IdealProgram {
  const { wordLinesOn, weightBits, weights } = one;
  const channels = weights[0]?.length ?? 0;
  const kernels = weights.length;
  const blocks = Math.ceil(channels / wordLinesOn);
  const stored = new Int8Array(blocks * kernels * wordLinesOn);
  weights.forEach((row, kernel) =>
    row.forEach((weight, channel) => {
      const group = Math.floor(channel / wordLinesOn);
      stored[(group * kernels + kernel) * wordLinesOn + (channel % wordLinesOn)] = weight;
    }),
  );
  return {
    name: 'matrix-vector product',
    input: { height: 1, width: 1, channels },
    patch: onePixel,
    padCode: 0,
    words: { height: 1, width: 1, blocks },
    kernel: onePixel,
    output: { height: 1, width: 1, channels: kernels },
    wordLinesOn,
    inputBits: one.inputBits,
    inputBitsPerPhase: one.inputBitsPerPhase,
    phases: Math.ceil(one.inputBits / one.inputBitsPerPhase),
    columns: twosComplement(weightBits),
    adc: uniformTable({
      bits: one.adc.bits,
      step: Math.round(one.adc.step * fixedPointUnit),
      offset: Math.round(one.adc.offset * fixedPointUnit),
    }),
    accumulatorBits: 32,
    kernelsPerTile: kernels,
    tileStarts: Uint32Array.of(0, blocks),
    codes: Uint32Array.from({ length: blocks }, (_, block) => block),
    weights: stored,
    bias: new Int32Array(kernels),
    requantize: undefined,
  };
}

interface RowRules {
  readonly name: string;
  readonly length: number;
  readonly low: number;
  readonly high: number;
  readonly where: string;
}

function checkRows(rows: readonly (readonly number[])[], rules: RowRules): void {
  const { name, length, low, high, where } = rules;
  rows.forEach((row, r) => {
    if (row.length !== length)
      throw new CimError('input', {
        what: `has ${row.length} numbers, the first row of weights has ${length}`,
        where: [where, `${name}[${r}]`],
        todo: 'give every row the same length',
      });
    const bad = row.findIndex((value) => value < low || value > high);
    if (bad >= 0)
      throw new CimError('input', {
        what: `${row[bad]} is not in ${low} ... ${high}`,
        where: [where, `${name}[${r}][${bad}]`],
      });
  });
}

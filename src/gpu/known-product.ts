// A product that is known before it is computed: does the adapter, with its driver's compiler, compute right at all?

import { fixedPointUnit, uniformTable } from '../core/adc-table.ts';
import { twosComplement } from '../core/columns.ts';
import { CimError } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { onePixel } from '../core/window.ts';
import type { MacroBackend, MacroPath } from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';

/** Rows, columns, and what is added up: the product of two matrices of 16 x 16. */
const size = 16;
const side = 4;

/** 8-bit weights of a kernel on a word line, and inputs of a pixel: spread over their whole range. */
const weight = (kernel: number, line: number): number =>
  ((kernel * 37 + line * 101 + 11) % 255) - 127;
const input = (pixel: number, line: number): number => (pixel * 59 + line * 83 + 7) & 255;

/** The product as its definition stands. */
function product(pixel: number, kernel: number): number {
  let sum = 0;
  for (let line = 0; line < size; line++) sum += input(pixel, line) * weight(kernel, line);
  return sum;
}

/** How it is computed: with the shortcuts that are proven, and without any. */
const ways = [true, false] as const;

/**
 * Computes a known product of 16 x 16 by 16 x 16 with shortcuts and without.
 * @param open opens a backend, with its exact shortcuts or without
 * @returns the paths that were taken
 * @throws {CimError} (environment) when a number is wrong
 */
export async function checkKnownProduct(
  open: (shortcuts: boolean) => Promise<MacroBackend>,
): Promise<readonly MacroPath[]> {
  const paths: MacroPath[] = [];
  for (const shortcuts of ways) {
    await using backend = await open(shortcuts);
    const layer = await backend.prepare(program);
    const result = backend.runMacro(layer, backend.upload(inputs()), undefined);
    const sums = await backend.download(result);
    paths.push(layer.path);
    for (let pixel = 0; pixel < size; pixel++)
      for (let kernel = 0; kernel < size; kernel++)
        compare(sums[pixel * size + kernel], product(pixel, kernel), [
          `row ${pixel}, column ${kernel}`,
          layer.path,
        ]);
  }
  return paths;
}

function compare(
  actual: number | undefined,
  expected: number,
  [place = '', path = '']: readonly string[],
): void {
  if (actual !== expected)
    throw new CimError('environment', {
      what: `the adapter computes wrong: ${place} of a known product of ${size} x ${size} is ${actual}, not ${expected} (path: ${path})`,
      todo: "update the GPU's driver, or simulate without it: --backend wasm",
    });
}

const inputs = (): FeatureMap => ({
  images: 1,
  height: side,
  width: side,
  channels: size,
  bits: 8,
  data: Uint8Array.from({ length: size * size }, (_, i) => input(Math.floor(i / size), i % size)),
});

/** One tile of 16 kernels, one group of 16 word lines, and an ADC that loses nothing. */
const program: MacroProgram = {
  name: 'known product',
  input: { height: side, width: side, channels: size },
  patch: onePixel,
  padCode: 0,
  words: { height: side, width: side, blocks: 1 },
  kernel: onePixel,
  output: { height: side, width: side, channels: size },
  wordLinesOn: size,
  inputBits: 8,
  inputBitsPerPhase: 2,
  phases: 4,
  columns: twosComplement(8),
  adc: uniformTable({ bits: 6, step: fixedPointUnit, offset: 0 }),
  accumulatorBits: 24,
  kernelsPerTile: size,
  tileStarts: Uint32Array.of(0, 1),
  codes: Uint32Array.of(0),
  weights: Int8Array.from({ length: size * size }, (_, i) =>
    weight(Math.floor(i / size), i % size),
  ),
  bias: new Int32Array(size),
  requantize: undefined,
  noise: undefined,
};

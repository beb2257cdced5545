// An independent judge: what CrossSim computes for the same arrays, slices and ADC (bench/peers/crosssim_vectors.py).

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkMatrixVectorCase, matrixVector } from '../../src/pipeline/matrix-vector.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import { itLong } from '../support/long.ts';
import { suiteBackend } from '../support/suite-backend.ts';

interface Vectors {
  readonly source: string;
  readonly cases: readonly {
    readonly adc: { readonly bits: number; readonly step: number; readonly offset: number };
    readonly weights: readonly (readonly number[])[];
    readonly inputs: readonly (readonly number[])[];
    readonly outputs: readonly (readonly number[])[];
  }[];
}

const path = new URL('crosssim.json', import.meta.url);
const { source, cases } = JSON.parse(readFileSync(path, 'utf8')) as Vectors;

const outputsOn = async (
  backend: MacroBackend,
  { adc, weights, inputs }: Vectors['cases'][number],
): Promise<readonly (readonly number[])[]> => {
  const macro = { wordLinesOn: 16, inputBitsPerPhase: 2, weightBits: 8, inputBits: 8 };
  const one = checkMatrixVectorCase({ ...macro, adc, weights, inputs }, 'crosssim.json');
  return (await matrixVector(one, backend, 'crosssim.json')).outputs;
};

describe(`matrix-vector products of ${source}`, () => {
  const gpuOf = suiteBackend('lavapipe', { shortcuts: false });
  const title = ({ adc }: Vectors['cases'][number]): string =>
    `an ADC of ${adc.bits} bits with a step of ${adc.step}`;

  it.each(cases.map((one) => [title(one), one] as const))(
    'are those of the reference: %s',
    async (_, one) => {
      expect(await outputsOn(openReference(), one)).toEqual(one.outputs);
    },
  );

  it('are those of WebAssembly', async () => {
    const wasm = await openWasm({ shortcuts: false });
    for (const one of cases) expect(await outputsOn(wasm, one)).toEqual(one.outputs);
    await wasm[Symbol.asyncDispose]();
  });

  itLong('are those of the shaders', async ({ skip }) => {
    const gpu = gpuOf(skip);
    for (const one of cases.slice(0, 4)) expect(await outputsOn(gpu, one)).toEqual(one.outputs);
  });

  it('lose something at some ADCs and nothing at others, so that both are judged', () => {
    const exact = cases.map((one) => {
      const sums = one.inputs.map((input) =>
        one.weights.map((kernel) => kernel.reduce((sum, w, i) => sum + w * (input[i] ?? 0), 0)),
      );
      return JSON.stringify(sums) === JSON.stringify(one.outputs);
    });
    expect(new Set(exact)).toEqual(new Set([true, false]));
  });
});

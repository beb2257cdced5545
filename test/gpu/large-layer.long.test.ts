// The first linear layer of VGG16's classifier at 224x224, 25,088 -> 4,096, which no binding of 128 MiB holds bit by bit.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNodeGpu } from '../../src/cli/node-gpu.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import { xorshift32 } from '../../src/core/random.ts';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { uniformTable } from '../../src/core/adc-table.ts';
import type { CountedEvents } from '../../src/simulate/activity.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import { flatProgram } from '../support/flat-program.ts';

const groups = 1568;
const kernels = 4096;

/** Random weights, mostly zero inputs as after a ReLU. */
function layer(): { readonly program: MacroProgram; readonly input: FeatureMap } {
  const flat = flatProgram({ kernels, groups, kernelsPerTile: 16 });
  let word = 1;
  const next = (): number => (word = xorshift32(word));
  const weights = flat.weights.map(() => next() >>> 24);
  const channels = 16 * groups;
  const data = Uint8Array.from({ length: channels }, () => {
    const bits = next();
    return (bits & 3) === 0 ? bits >>> 24 : 0;
  });
  const bias = Int32Array.from({ length: kernels }, () => next() >> 12);
  const program = { ...flat, weights, bias, noise: undefined };
  return { program, input: { images: 1, height: 1, width: 1, channels, bits: 8, data } };
}

/** One tile as a layer of its own. */
function tileOf(program: MacroProgram, tile: number): MacroProgram {
  const perTile = groups * 16 * program.wordLinesOn;
  return {
    ...program,
    output: { ...program.output, channels: 16 },
    tileStarts: Uint32Array.of(0, groups),
    codes: program.codes.subarray(0, groups),
    weights: program.weights.subarray(tile * perTile, (tile + 1) * perTile),
    bias: program.bias.subarray(16 * tile, 16 * (tile + 1)),
  };
}

async function run(
  backend: MacroBackend,
  program: MacroProgram,
  input: FeatureMap,
): Promise<{ readonly sums: Int32Array; readonly events: CountedEvents }> {
  const prepared = await backend.prepare(program);
  const held = backend.upload(input);
  const result = backend.runMacro(prepared, held, undefined);
  const sums = await backend.download(result);
  const events = await backend.takeEvents(prepared);
  for (const one of [held, result, prepared]) backend.release(one);
  return { sums, events };
}

describe('a linear layer 25,088 -> 4,096', () => {
  const { program, input } = layer();
  let backend: GpuBackend | undefined;
  beforeAll(async () => {
    const { gpu, description } = await openNodeGpu();
    const { device } = await openDevice(gpu);
    backend = await openGpuBackend(device, description);
  });
  afterAll(async () => {
    await backend?.[Symbol.asyncDispose]();
  });

  it.each([
    ['6-bit ADC', { bits: 6, step: 256, offset: 0 }],
    ['4-bit ADC', { bits: 4, step: 256, offset: 0 }],
    ['4-bit ADC of step 3.2 and offset -1.5', { bits: 4, step: 819, offset: -384 }],
    ['8-bit ADC of step 0.25, whose codes exceed 32 bits', { bits: 8, step: 64, offset: 0 }],
  ])(
    'has the sums of the reference: %s',
    async (_, adc) => {
      const one = { ...program, adc: uniformTable(adc) };

      const { sums, events } = await run(backend!, one, input);

      for (const tile of [0, 100, 255]) {
        const expected = await run(openReference(), tileOf(one, tile), input);
        expect(sums.slice(16 * tile, 16 * (tile + 1))).toEqual(expected.sums);
        // Inputs are the same for all tiles.
        expect(events.zeroPhaseReads).toBe(256 * expected.events.zeroPhaseReads);
      }
      expect(events.saturatedReads > 0).toBe(adc.bits === 4 && adc.step === 256);
    },
    1_800_000,
  );
});

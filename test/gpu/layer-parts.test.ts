// Layers in parts give the numbers of whole ones: kernel tiles apart, and group lists apart.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNodeGpu } from '../../src/cli/node-gpu.ts';
import { uniformAdc, uniformTable } from '../../src/core/adc-table.ts';
import { choosePath } from '../../src/gpu/choose-path.ts';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { layerParts } from '../../src/gpu/layer-parts.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import { caught } from '../support/caught.ts';
import { flatInput, flatProgram } from '../support/flat-program.ts';
import { everyNth, itLong } from '../support/long.ts';
import { runCase } from '../support/run-case.ts';
import { randomCase, type RandomCase } from '../../src/measure/random-program.ts';

const anything = { binding: Infinity, codes: 2 ** 31 - 1 };

describe('the parts of a layer', () => {
  const program: MacroProgram = {
    ...flatProgram({ kernels: 40, groups: 10, kernelsPerTile: 16 }),
    noise: undefined,
  };
  const bytes = { perGroup: 100, perTile: 10, fixed: 50 };

  it('are one where everything fits', () => {
    const { parts, wide } = layerParts(program, anything, bytes, 8);

    expect(wide).toBe(false);
    expect(parts).toMatchObject([{ firstKernel: 0, allKernels: 40, program }]);
  });

  it('are as many tiles as a binding holds', () => {
    // Two tiles take 50 + 2 * (10 + 10 * 100) bytes.
    const { parts, wide } = layerParts(program, { ...anything, binding: 2070 }, bytes, 8);

    expect(wide).toBe(false);
    expect(parts.map((part) => part.firstKernel)).toEqual([0, 32]);
    expect(parts.map((part) => part.program.output.channels)).toEqual([32, 8]);
    expect(layerParts(program, { ...anything, binding: 2069 }, bytes, 8).parts).toHaveLength(3);
  });

  it('are as many tiles as a dispatch has workgroups for', () => {
    expect(layerParts(program, anything, bytes, 32768).parts).toHaveLength(3);
    expect(layerParts(program, anything, bytes, 32767).parts).toHaveLength(2);
  });

  it('are stretches of the group lists where a binding does not hold one tile', () => {
    const { parts, wide } = layerParts(program, { ...anything, binding: 470 }, bytes, 8);

    expect(wide).toBe(true);
    const stretches = [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ].flatMap((codes) => [0, 16, 32].map((kernel) => [kernel, codes]));
    // Of the last stretch two tiles fit: 50 + 2 * (10 + 2 * 100) bytes.
    const last = [
      [0, [8, 9, 8, 9]],
      [32, [8, 9]],
    ];
    expect(parts.map((part) => [part.firstKernel, [...part.program.codes]])).toEqual([
      ...stretches,
      ...last,
    ]);
  });

  it('are stretches whose codes 32 bits hold', () => {
    // A group reaches 48 * 2^7 * 85 = 522240.
    const { parts, wide } = layerParts(program, { ...anything, codes: 1_566_720 }, bytes, 8);

    expect(wide).toBe(true);
    expect(parts.map((part) => part.program.codes.length)).toEqual([9, 9, 9, 3]);
    expect(layerParts(program, { ...anything, codes: 5_222_400 }, bytes, 8).wide).toBe(false);
    expect(layerParts(program, { ...anything, codes: 5_222_399 }, bytes, 8).wide).toBe(true);
  });

  it('cannot be smaller than one group, which is said with what helps', () => {
    const error = caught(() => layerParts(program, { ...anything, binding: 159 }, bytes, 8));

    expect(error).toMatchObject({ kind: 'memory' });
    expect(error.message).toMatch(/^flat: the 16 kernels that run together.*fewer macros per core/);
  });
});

/** Bytes of weights that a binding is to hold, beside the table of read noise with its 128 KiB. */
const weightBytes = ({ noise }: MacroProgram): number => (noise ? 10240 : 2048);
const smallBinding = (program: MacroProgram): number =>
  weightBytes(program) + (program.noise?.readQuantiles ? 2 ** 17 + 64 : 0);

/** The first case of each kind whose weights exceed that, however a kernel holds them. */
const kinds = new Map<string, RandomCase>();
for (const style of ['mars', 'any'] as const)
  for (let seed = 0; seed < 150; seed++) {
    const one = randomCase(seed, 'random', style);
    const { noise, codes, kernelsPerTile } = one.program;
    const step = uniformAdc(one.program.adc)?.step;
    const isAnalog = style === 'mars' && noise?.cellErrors && step === 256;
    const perKernel = isAnalog ? 160 : 8;
    if (codes.length * kernelsPerTile * perKernel <= weightBytes(one.program)) continue;
    const path = choosePath(one.program, { shortcuts: true, packedDotProducts: true });
    const tables = noise && [noise.readQuantiles, noise.cellErrors].map((table) => !!table);
    const kind = [style, path, ...(tables ?? []), ...(isAnalog ? ['analog'] : [])].join(' ');
    if (!kinds.has(kind)) kinds.set(kind, one);
  }
const cases = [...kinds].map(([kind, one]) => ({ kind, one }));

/** A backend with small limits, and the sizes of the weights that it made buffers for. */
interface Small {
  readonly backend: GpuBackend;
  readonly weights: number[];
}

async function openSmall(limits: { binding?: number; codes?: number }): Promise<Small> {
  const { gpu, description } = await openNodeGpu();
  const { device } = await openDevice(gpu);
  const weights: number[] = [];
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    if (/eights$|Planes$/.test(descriptor.label ?? '')) weights.push(descriptor.size);
    return create(descriptor);
  };
  const backend = await openGpuBackend(device, description, { limits });
  return { backend, weights };
}

describe('a backend whose limits are small', () => {
  const opened = new Map<string, Promise<Small>>();
  const open = (limits: { binding?: number; codes?: number }): Promise<Small> => {
    const key = JSON.stringify(limits);
    const small = opened.get(key) ?? openSmall(limits);
    opened.set(key, small);
    return small;
  };
  afterAll(async () => {
    for (const small of opened.values()) await (await small).backend[Symbol.asyncDispose]();
  });

  it.each(everyNth(2, cases))(
    'equals the reference in parts by bindings: $kind',
    async ({ one }) => {
      const binding = smallBinding(one.program);
      const { backend, weights } = await open({ binding });
      weights.length = 0;

      expect(await runCase(backend, one)).toEqual(await runCase(openReference(), one));
      expect(weights.length).toBeGreaterThan(1);
      expect(Math.max(...weights)).toBeLessThanOrEqual(binding);
    },
  );

  it.each(cases.filter(({ one }) => one.program.noise === undefined))(
    'equals the reference in parts by sums: $kind',
    async ({ one }) => {
      const { backend } = await open({ codes: 2 ** 16 });

      expect(await runCase(backend, one)).toEqual(await runCase(openReference(), one));
    },
  );
});

describe('sums beyond 32 bits', () => {
  let backend: GpuBackend | undefined;
  beforeAll(async () => {
    const { gpu, description } = await openNodeGpu();
    const { device } = await openDevice(gpu);
    backend = await openGpuBackend(device, description);
  });
  afterAll(async () => {
    await backend?.[Symbol.asyncDispose]();
  });

  /** 1600 groups of 16 weights 127 and -128 in two kernels; all inputs at their largest. */
  function long(change: Partial<MacroProgram>): RandomCase {
    const flat = flatProgram({ kernels: 2, groups: 1600 });
    const weights = flat.weights.map((_, i) => (Math.floor(i / 16) % 2 === 0 ? 127 : -128));
    const program: MacroProgram = { ...flat, weights, noise: undefined, ...change };
    const input = flatInput(flat);
    input.data.fill(255);
    return { title: 'long', program, input, firstImage: 0, residual: undefined };
  }

  it('of codes stand for the dot product at a fine step', async () => {
    // Codes are up to 192, four of them a unit: 127 * 85 * 192 * 1600 = 3.3e9 for the first kernel.
    const adc = uniformTable({ bits: 8, step: 64, offset: 0 });
    const one = long({ adc, bias: Int32Array.of(5, -7) });
    const values = Int32Array.of(5 + 1600 * 16 * 255 * 127, -7 - 1600 * 16 * 255 * 128);

    const events = { saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };
    expect(await runCase(openReference(), one)).toEqual({ values, events });
    expect(await runCase(backend!, one)).toEqual({ values, events });
  });

  itLong('of what codes stand for are clamped to the accumulator and counted', async () => {
    // Code 1 stands for 40 unit discharges, and an offset: 127 * 85 * 40 * 1600 = 6.9e8, which bias makes too large.
    for (const [accumulatorBits, offset] of [
      [31, 0],
      [32, 3000],
      [32, -3000],
    ] as const) {
      const adc = uniformTable({ bits: 8, step: 40 * 256, offset });
      const bias = Int32Array.of(2 ** 31 - 1, -(2 ** 31) + 1);
      const one = long({ adc, accumulatorBits, bias });

      const expected = await runCase(openReference(), one);
      expect(expected).toMatchObject({ events: { overflowedSums: 2 } });
      expect(await runCase(backend!, one)).toEqual(expected);
    }
  });

  it('of a lossless dot product are those of its exact integers', async () => {
    const one = long({});
    const values = Int32Array.of(1600 * 16 * 255 * 127, -1600 * 16 * 255 * 128);

    expect(await runCase(openReference(), one)).toMatchObject({ values });
    expect(await runCase(backend!, one)).toMatchObject({ values });
  });
});

// Counts of bits give the sums of the reference in every kernel that reads bit lines in tiles. Fields, which are the
// default, have all other tests of the GPU.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNodeGpu } from '../../src/cli/node-gpu.ts';
import { choosePath } from '../../src/gpu/choose-path.ts';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { defaultShape, type KernelShape } from '../../src/gpu/kernel-shape.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { type RandomCase, randomCase } from '../../src/measure/random-program.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { tries } from '../support/long.ts';
import { runCase } from '../support/run-case.ts';

/** The first cases of each path and noise, with MARS's digits of 2 bits. */
const kinds = new Map<string, RandomCase[]>();
for (let seed = 0; seed < 150; seed++) {
  const one = randomCase(seed, 'random', 'mars');
  const { noise, inputBitsPerPhase } = one.program;
  if (inputBitsPerPhase !== 2) continue;
  const path = choosePath(one.program, { shortcuts: true, packedDotProducts: true });
  if (path === 'dot product') continue;
  const kind = [path, noise?.readQuantiles && 'read', noise?.cellErrors && 'cells'];
  const same = kinds.get(kind.join(' ')) ?? [];
  if (same.length < tries(1, 3)) kinds.set(kind.join(' '), [...same, one]);
}
const cases = [...kinds.values()].flat();

describe('sums of digits by counts of bits', () => {
  let backend: GpuBackend | undefined;
  beforeAll(async () => {
    const { gpu, description } = await openNodeGpu();
    const { device, packedDotProducts } = await openDevice(gpu);
    const shape: KernelShape = { ...defaultShape, sums: 'counts' };
    backend = await openGpuBackend(device, description, { shape, packedDotProducts });
  });
  afterAll(async () => {
    await backend?.[Symbol.asyncDispose]();
  });

  it('are met by every kernel that reads bit lines', () => {
    expect(kinds.size).toBeGreaterThan(3);
  });

  it.each(cases)('are those of the reference: $title', async (one) => {
    expect(await runCase(backend!, one)).toEqual(await runCase(openReference(), one));
  });
});

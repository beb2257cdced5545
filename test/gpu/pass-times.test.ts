// Times of passes on the device, where the adapter has timestamps.

import { describe, expect, it } from 'vitest';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { runCase } from '../../src/measure/run-case.ts';
import { adapterKinds, tryAdapter } from '../support/adapters.ts';
import { flatInput, flatProgram } from '../support/flat-program.ts';

const program = { ...flatProgram({ kernels: 16 }), noise: undefined };
const one = { program, input: flatInput(program), firstImage: 0, residual: undefined };

async function open(
  kind: (typeof adapterKinds)[number],
  skip: (why: string) => never,
  timestamps: boolean,
): Promise<GpuBackend> {
  const found = await tryAdapter(kind);
  if (typeof found === 'string') return skip(found);
  const { device } = await openDevice(found.gpu, { timestamps });
  if (timestamps && !device.features.has('timestamp-query')) {
    device.destroy();
    return skip(`${kind} has no timestamps`);
  }
  return await openGpuBackend(device, found.description, { timestamps });
}

describe.each(adapterKinds)('on %s', (kind) => {
  it('are told of every pass, once', async ({ skip }) => {
    await using backend = await open(kind, skip, true);

    expect(backend.takePassTimes()).toBeUndefined();
    await runCase(backend, one);
    await runCase(backend, one);

    const times = backend.takePassTimes()!;
    expect(times.passes).toBe(4);
    expect(['input-words', 'exact-mac']).toContain(times.longest!.kernel);
    expect(times.longest!.seconds).toBeLessThanOrEqual(times.seconds);
    expect(times.seconds).toBeGreaterThan(0);
    expect(times.step).toBeGreaterThan(0);
    expect(backend.takePassTimes()).toBeUndefined();
  });

  it('are not told where a batch has more passes than times, and again after it', async ({
    skip,
  }) => {
    await using backend = await open(kind, skip, true);
    const layer = await backend.prepare(program);
    const held = backend.upload(one.input);
    for (let run = 0; run < 1030; run++) backend.release(backend.runMacro(layer, held, undefined));
    await backend.takeEvents(layer);

    expect(backend.takePassTimes()).toBeUndefined();
    await runCase(backend, one);
    expect(backend.takePassTimes()).toMatchObject({ passes: 2 });
  });

  it('are not told unless asked for', async ({ skip }) => {
    await using backend = await open(kind, skip, false);

    await runCase(backend, one);

    expect(backend.takePassTimes()).toBeUndefined();
  });
});

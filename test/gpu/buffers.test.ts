// A backend gives back every buffer that a simulation took, and reuses instead of growing.

import { describe, expect, it } from 'vitest';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { openNodeGpu } from '../../src/cli/node-gpu.ts';
import { SimulationError } from '../../src/core/errors.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { mapped } from '../support/mapped.ts';
import { tourNetwork } from '../support/small-networks.ts';

async function open(): Promise<GpuBackend> {
  const { gpu, description } = await openNodeGpu();
  const { device } = await openDevice(gpu);
  return await openGpuBackend(device, description);
}

/** A mapping and images for it. */
function job(
  count: number,
): Parameters<typeof simulate> extends [infer M, infer I, ...unknown[]] ? [M, I] : never {
  const mapping = mapped(tourNetwork());
  const { height, width, channels } = mapping.network.input;
  const data = Uint8Array.from(
    { length: count * height * width * channels },
    (_, i) => (i * 31) & 255,
  );
  return [mapping, { images: count, height, width, channels, bits: 8, data }];
}

describe('the GPU backend', () => {
  it('holds nothing more after a simulation than before the second one', async () => {
    await using backend = await open();
    const [mapping, images] = job(7);
    await simulate(mapping, images, { backend, batch: 3 });
    const { live, peakBytes } = backend.pool;

    const run = await simulate(mapping, images, { backend, batch: 3 });

    expect(run.images).toBe(7);
    expect(backend.pool.live).toBe(live);
    expect(backend.pool.peakBytes).toBe(peakBytes);
  });

  it('holds nothing more after a simulation that was cancelled', async () => {
    await using backend = await open();
    const [mapping, images] = job(7);
    await simulate(mapping, images, { backend, batch: 3 });
    const { live } = backend.pool;
    const signal = { aborted: false };

    const run = simulate(mapping, images, {
      backend,
      batch: 3,
      signal,
      onProgress: () => (signal.aborted = true),
    });

    await expect(run).rejects.toMatchObject({ name: 'CancelledError' });
    expect(backend.pool.live).toBe(live);
  });

  it('ends a simulation whose device is lost with one error, and does not hang', async () => {
    const { gpu, description } = await openNodeGpu();
    const { device } = await openDevice(gpu);
    const backend = await openGpuBackend(device, description);
    const [mapping, images] = job(7);
    device.destroy();

    await expect(simulate(mapping, images, { backend })).rejects.toBeInstanceOf(SimulationError);
  });

  it('refuses a buffer that the adapter cannot bind, naming the limit', async () => {
    await using backend = await open();

    expect(() => backend.pool.take(2 ** 40, 'too large')).toThrow(
      /too large: .*maxStorageBufferBindingSize/,
    );
  });
});

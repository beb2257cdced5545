// A device that is lost ends a simulation with one error of ours, at whatever moment, and the next one goes on a new device.

import { describe, expect, it } from 'vitest';
import { openNodeGpu } from '../../src/cli/node-gpu.ts';
import { CimError } from '../../src/core/errors.ts';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { mapped } from '../support/mapped.ts';
import { tourNetwork } from '../support/small-networks.ts';

const mapping = mapped(tourNetwork());
const { height, width, channels } = mapping.network.input;
const size = height * width * channels;
const data = Uint8Array.from({ length: 6 * size }, (_, i) => (i * 31) & 255);
const images = { images: 6, height, width, channels, bits: 8, data };

async function open(): Promise<{ device: GPUDevice; backend: GpuBackend }> {
  const { gpu, description } = await openNodeGpu();
  const { device } = await openDevice(gpu);
  return { device, backend: await openGpuBackend(device, description) };
}

/** `backend`, whose device is lost when `method` is called for the `count`-th time. */
function losing(
  { device, backend }: { device: GPUDevice; backend: GpuBackend },
  method: keyof MacroBackend,
  count: number,
): MacroBackend {
  let calls = 0;
  return new Proxy(backend, {
    get: (target, key) => {
      const found: unknown = Reflect.get(target, key);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]): unknown => {
        if (key === method) calls += 1;
        if (key === method && calls === count) device.destroy();
        return Reflect.apply(found, target, args);
      };
    },
  });
}

const moments: readonly (readonly [string, keyof MacroBackend, number])[] = [
  ['while layers are prepared', 'prepare', 3],
  ['before the first batch is uploaded', 'upload', 1],
  ['in the middle of a batch', 'runMacro', 4],
  ['before outputs are read back', 'download', 1],
  ['between two batches', 'upload', 2],
  ['before events are read', 'takeEvents', 2],
];

describe('a device that is lost', () => {
  it.for(moments)('%s ends the simulation with one error', async ([, method, count]) => {
    const opened = await open();
    const backend = losing(opened, method, count);

    const run = simulate(mapping, images, { backend, batch: 2 });

    await expect(run).rejects.toBeInstanceOf(CimError);
    await expect(run).rejects.toThrow(/device/);
    await using next = (await open()).backend;
    const again = await simulate(mapping, images, { backend: next, batch: 2 });
    expect(again.images).toBe(6);
  });
});

// A backend gives back every buffer that a simulation took, and reuses instead of growing.

import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../src/gpu/buffer-pool.ts';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { openNodeGpu } from '../../src/cli/node-gpu.ts';
import { type CimError } from '../../src/core/errors.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { caught, caughtEventually } from '../support/caught.ts';
import { mapped } from '../support/mapped.ts';
import { tourNetwork } from '../support/small-networks.ts';

async function open(maxMemory?: number): Promise<GpuBackend> {
  const { gpu, description } = await openNodeGpu();
  const { device } = await openDevice(gpu);
  return await openGpuBackend(device, description, { maxMemory });
}

/** A mapping and images for it. */
function job(
  count: number,
  settings: readonly string[] = [],
): Parameters<typeof simulate> extends [infer M, infer I, ...unknown[]] ? [M, I] : never {
  const mapping = mapped(tourNetwork(), { settings });
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

    await expect(run).rejects.toMatchObject({ kind: 'cancelled' });
    expect(backend.pool.live).toBe(live);
  });

  it('ends a simulation whose device is lost with one error, and does not hang', async () => {
    const { gpu, description } = await openNodeGpu();
    const { device } = await openDevice(gpu);
    const backend = await openGpuBackend(device, description);
    const [mapping, images] = job(7);
    device.destroy();

    await expect(simulate(mapping, images, { backend })).rejects.toMatchObject({
      kind: 'simulation',
    });
  });

  it('refuses a buffer that the adapter cannot bind, naming the limit', async () => {
    await using backend = await open();

    expect(() => backend.pool.take(2 ** 40, 'too large')).toThrow(
      /too large: .*maxStorageBufferBindingSize/,
    );
  });
});

/** A device that makes buffers of nothing but their size, and counts those that are not destroyed. */
function fakeDevice(largest = 2 ** 30): { device: GPUDevice; bytes: () => number } {
  const alive = new Set<{ readonly size: number }>();
  const createBuffer = ({ size }: GPUBufferDescriptor): object => {
    const data = new ArrayBuffer(size);
    const buffer = {
      size,
      getMappedRange: () => data,
      unmap: () => undefined,
      destroy: () => alive.delete(buffer),
    };
    alive.add(buffer);
    return buffer;
  };
  const limits = { maxStorageBufferBindingSize: largest, maxBufferSize: largest };
  const device = { limits, createBuffer } as unknown as GPUDevice;
  return { device, bytes: () => [...alive].reduce((sum, { size }) => sum + size, 0) };
}

describe('a pool of buffers', () => {
  it('rounds sizes up to eighths of a power of two, and to 16 bytes', () => {
    const pool = new BufferPool(fakeDevice().device);
    const sizes = [0, 1, 17, 1024, 1025, 1200, 2047, 2049, 9000];

    const rounded = sizes.map((bytes) => pool.take(bytes, 'a').size);

    expect(rounded).toEqual([16, 16, 32, 1024, 1152, 1280, 2048, 2304, 9216]);
  });

  it('wastes at most an eighth, and never gives less than asked', () => {
    const pool = new BufferPool(fakeDevice().device);

    for (let bytes = 200; bytes < 100_000; bytes = Math.ceil(bytes * 1.03)) {
      const { size } = pool.take(bytes, 'a');
      expect(size).toBeGreaterThanOrEqual(bytes);
      expect(size).toBeLessThanOrEqual(Math.ceil((bytes * 9) / 8 / 16) * 16);
    }
  });

  it('takes no more than needed where the rounded size exceeds the adapter', () => {
    const pool = new BufferPool(fakeDevice(1100).device);

    expect(pool.take(1030, 'a').size).toBe(1040);
    expect(caught(() => pool.take(1101, 'a'))).toMatchObject({ kind: 'memory' });
  });

  it('gives up what waits before it refuses, and then names limit and numbers', () => {
    const { device, bytes } = fakeDevice();
    const pool = new BufferPool(device, 4096);
    pool.give(pool.take(2048, 'a'));
    pool.forgetRecorded();

    const taken = pool.take(4096, 'b');
    expect(bytes()).toBe(4096);

    const error = caught(() => pool.take(16, 'c'));
    expect(error).toMatchObject({ kind: 'memory' });
    expect(error.message).toMatch(
      /^c: needs 16 bytes beside the 4096 in use.* 4096 allowed.*--max-memory/,
    );
    pool.give(taken);
    expect(pool.live).toBe(0);
    expect(pool.peakBytes).toBe(4096);
  });

  it('says of weights what helps, which is not fewer images', () => {
    const pool = new BufferPool(fakeDevice(1024).device, 4096);
    const [large, small] = [new Uint8Array(2048), new Uint8Array(1024)];
    const limited = (owner: 'layer' | 'batch'): CimError =>
      caught(() => {
        for (;;) pool.takeFilled(small, 0, 'fc.weights', owner);
      });

    expect(caught(() => pool.takeFilled(large, 0, 'fc.weights', 'layer')).message).toMatch(
      /^fc.weights: a buffer of 2048 bytes.*1024.*; use an adapter with more memory.*--backend reference/,
    );
    expect(limited('layer').message).toMatch(/; allow more \(--max-memory\): the weights/);
    expect(limited('batch').message).toMatch(/; allow more .*fewer images per batch$/);
  });

  it('says so where a device has no memory for a mapped buffer, which it throws at once', () => {
    const { device } = fakeDevice();
    device.createBuffer = () => {
      throw new RangeError('size is too large when mappedAtCreation == true');
    };
    const pool = new BufferPool(device);

    const error = caught(() => pool.takeFilled(new Uint8Array(64), 0, 'fc.weights', 'layer'));

    expect(error).toMatchObject({ kind: 'memory' });
    expect(error.message).toMatch(/^fc.weights: there is no memory for a buffer of 64 bytes/);
    expect(pool.peakBytes).toBe(0);
  });

  it('keeps what recorded commands use until they are submitted or discarded', () => {
    const { device, bytes } = fakeDevice();
    const pool = new BufferPool(device, 4096);
    pool.give(pool.take(2048, 'a'));

    expect(caught(() => pool.take(4096, 'b'))).toMatchObject({ kind: 'memory' });
    expect(bytes()).toBe(2048);

    pool.forgetRecorded();
    expect(pool.take(4096, 'b').size).toBe(4096);
  });

  it('takes a larger one that waits where the limit permits no new one', () => {
    const pool = new BufferPool(fakeDevice().device, 4096);
    const [large, small] = [pool.take(2048, 'a'), pool.take(1536, 'b')];
    pool.give(large);
    pool.give(small);

    expect(pool.take(1024, 'c')).toBe(small);
    expect(pool.take(1024, 'd')).toBe(large);
  });

  it('gives back what was taken before an error, and nothing older', () => {
    const pool = new BufferPool(fakeDevice().device, 4096);
    const older = pool.take(1024, 'older');
    const filled: GPUBuffer[] = [];

    const error = caught(() =>
      pool.giveBackOnError(() => {
        pool.take(1024, 'a');
        filled.push(pool.takeFilled(new Uint8Array(16), 0, 'filled', 'batch'));
        return pool.take(2 ** 20, 'b');
      }),
    );

    expect(error).toMatchObject({ kind: 'memory' });
    expect(pool.live).toBe(2);
    for (const buffer of [older, ...filled]) pool.give(buffer);
    expect(pool.live).toBe(0);
  });
});

describe('simulate with a limit of device memory', () => {
  const shortcuts = [
    ['dot products', []],
    ['clips corrected', ['adc.bits=5']],
    ['read noise', ['noise.read=0.2']],
  ] as const;

  it.each(shortcuts)(
    'gives the same bytes in smaller batches and keeps to the limit: %s',
    async (_, settings) => {
      const [mapping, images] = job(24, settings);
      await using free = await open();
      const expected = await simulate(mapping, images, { backend: free, batch: 24 });
      const limit = Math.round(0.5 * free.pool.peakBytes);
      await using tight = await open(limit);
      const steps: number[] = [];

      const run = await simulate(mapping, images, {
        backend: tight,
        batch: 24,
        onProgress: ({ done }) => steps.push(done),
      });

      expect(run.outputs).toEqual(expected.outputs);
      expect(run.activity).toEqual(expected.activity);
      expect(steps.length).toBeGreaterThan(1);
      expect(steps.at(-1)).toBe(24);
      expect(tight.pool.peakBytes).toBeLessThanOrEqual(limit);
      expect(run.peakMemory).toBe(tight.pool.peakBytes);
    },
  );

  it('ends with one error that names the limit where no image fits, and works afterwards', async () => {
    const [mapping, images] = job(3);
    await using backend = await open(20_000);
    const { live } = backend.pool;

    const error = await caughtEventually(() => simulate(mapping, images, { backend }));

    expect(error).toMatchObject({ kind: 'memory' });
    expect(error.message).toMatch(/20000 allowed/);
    expect(backend.pool.live).toBe(live);
    const held = backend.upload({ ...images, bits: 8 });
    expect([...(await backend.download(held))]).toEqual([...images.data]);
    backend.release(held);
    expect(backend.pool.live).toBe(live);
  });

  it('does so too where the weights fit and the image does not', async () => {
    const [mapping, images] = job(3);
    await using one = await open();
    await simulate(mapping, images, { backend: one, batch: 1 });
    await using backend = await open(one.pool.peakBytes - 20_000);
    const { live } = backend.pool;

    const error = await caughtEventually(() => simulate(mapping, images, { backend }));

    expect(error).toMatchObject({ kind: 'memory' });
    expect(backend.pool.live).toBe(live);
  });
});

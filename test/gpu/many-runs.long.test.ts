// Three hundred simulations in one process: buffers and pipelines of the device do not become more.

import { expect, it } from 'vitest';
import { openNodeGpu } from '../../src/cli/node-gpu.ts';
import { openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { mapped } from '../support/mapped.ts';
import { tourNetwork } from '../support/small-networks.ts';

/** Counts, from now on, the buffers of `device` that are not destroyed and the pipelines that were made. */
function countOn(device: GPUDevice): { readonly buffers: number; readonly pipelines: number } {
  const counts = { buffers: 0, pipelines: 0 };
  const createBuffer = device.createBuffer.bind(device);
  const createPipeline = device.createComputePipelineAsync.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    counts.buffers += 1;
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      counts.buffers -= 1;
      return destroy();
    };
    return buffer;
  };
  device.createComputePipelineAsync = async (descriptor) => {
    counts.pipelines += 1;
    return await createPipeline(descriptor);
  };
  return counts;
}

it('300 simulations in one process hold what the second one held', async () => {
  const { gpu, description } = await openNodeGpu();
  const { device } = await openDevice(gpu);
  const counts = countOn(device);
  await using backend = await openGpuBackend(device, description);
  const mappings = [[], ['adc.bits=4'], ['noise.read=0.2']].map((settings) =>
    mapped(tourNetwork(), { settings }),
  );
  const { height, width, channels } = mappings[0]!.network.input;
  const data = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 31) & 255);
  const image = { images: 1, height, width, channels, bits: 8, data };
  const round = async (): Promise<void> => {
    for (const mapping of mappings) await simulate(mapping, image, { backend });
  };
  await round();
  await round();
  const [held, live] = [{ ...counts }, backend.pool.live];
  expect(held.buffers).toBeGreaterThan(live);

  for (let runs = 6; runs < 300; runs += 3) await round();

  expect(counts).toEqual(held);
  expect(backend.pool.live).toBe(live);
});

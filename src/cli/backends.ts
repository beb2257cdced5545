// Opens the backend that a command asks for.

import { openGpuBackend } from '../gpu/gpu-backend.ts';
import { openDevice } from '../gpu/open-gpu.ts';
import { openReference } from '../reference/reference-backend.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { type NodeGpu, openNodeGpu } from './node-gpu.ts';
import { tunedShape } from './tuning-cache.ts';

/**
 * Opens a backend that runs in this process.
 * @param maxMemory most bytes of device memory; no limit but the device's by default
 * @throws {CimError} (environment) when there is no adapter
 */
export async function openBackend(
  name: 'gpu' | 'reference',
  maxMemory?: number,
): Promise<MacroBackend> {
  if (name === 'reference') return openReference();
  const found = await openNodeGpu();
  const { device, packedDotProducts } = await openDevice(found.gpu);
  const adapter = adapterName(found);
  const shape = tunedShape(adapter);
  return await openGpuBackend(device, adapter, { packedDotProducts, maxMemory, shape });
}

/** Adapter and driver, as reports and the cache of `mars tune` name them. */
export const adapterName = ({ description, driver }: NodeGpu): string =>
  driver === '' ? description : `${description}, ${driver}`;

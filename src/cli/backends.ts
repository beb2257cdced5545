// Opens the backend that a command asks for.

import { openGpuBackend } from '../gpu/gpu-backend.ts';
import { openDevice } from '../gpu/open-gpu.ts';
import { openReference } from '../reference/reference-backend.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { openNodeGpu } from './node-gpu.ts';

/**
 * Opens a backend that runs in this process.
 * @param maxMemory most bytes of device memory; no limit but the device's by default
 * @throws {EnvironmentError} when there is no adapter
 */
export async function openBackend(
  name: 'gpu' | 'reference',
  maxMemory?: number,
): Promise<MacroBackend> {
  if (name === 'reference') return openReference();
  const { gpu, description, driver } = await openNodeGpu();
  const { device, packedDotProducts } = await openDevice(gpu);
  const named = driver === '' ? description : `${description}, ${driver}`;
  return await openGpuBackend(device, named, { packedDotProducts, maxMemory });
}

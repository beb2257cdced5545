// The GPU backend of a host, with or without its exact shortcuts.

import { openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import type { Host } from './question.ts';

/** How column reads may be computed. */
interface GpuOptions {
  /** False: every one of them, also where an integer dot product gives the same. Default true. */
  readonly shortcuts?: boolean;
}

/** Opens the GPU backend. The caller disposes it. */
export async function openGpuOf(
  host: Host,
  { shortcuts = true }: GpuOptions = {},
): Promise<MacroBackend> {
  const { device, packedDotProducts } = await openDevice(host.gpu);
  return await openGpuBackend(device, host.adapter.name, { shortcuts, packedDotProducts });
}

// The GPU backend of a host, with or without its exact shortcuts.

import { openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import type { Host } from './question.ts';

/** Whether {@link openGpuBackend} heeds `shortcuts: false`. */
export const canForbidShortcuts: boolean = false;

interface GpuOptions {
  /** False: every column read is computed, also where an integer dot product gives the same. Default true. */
  readonly shortcuts?: boolean;
}

const open: (device: GPUDevice, name: string, options: GpuOptions) => Promise<MacroBackend> =
  openGpuBackend;

/** Opens the GPU backend. The caller disposes it. */
export async function openGpuOf(host: Host, options: GpuOptions = {}): Promise<MacroBackend> {
  const { device } = await openDevice(host.gpu);
  return await open(device, host.adapter.name, options);
}

// The backends of a host, with or without their exact shortcuts.

import { GpuBackend, type GpuBackendOptions, openGpuBackend } from '../gpu/gpu-backend.ts';
import { openDevice } from '../gpu/open-gpu.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { openWasm } from '../wasm/wasm-backend.ts';
import type { BackendName, Host } from './question.ts';

/** How a backend may compute. */
export interface BackendOptions extends Pick<GpuBackendOptions, 'limits' | 'shape'> {
  /** False: every one of them, also where an integer dot product gives the same. Default true. */
  readonly shortcuts?: boolean;
}

/** Opens the GPU backend, which tells times on the device where the adapter can. The caller disposes it. */
export async function openGpuOf(host: Host, options: BackendOptions = {}): Promise<GpuBackend> {
  const { device, packedDotProducts } = await openDevice(host.gpu, { timestamps: true });
  const timed = { packedDotProducts, timestamps: true };
  const { shape } = host;
  return await openGpuBackend(device, host.adapter.name, { shape, ...options, ...timed });
}

/** Seconds that the passes of a backend took on its device since this was last asked; undefined where nobody tells. */
export const takeDeviceSeconds = (backend: MacroBackend): number | undefined =>
  backend instanceof GpuBackend ? backend.takePassTimes()?.seconds : undefined;

/** Opens a backend: the GPU, or WebAssembly on one thread, whose rates are those of a CPU second. The caller disposes it. */
export const openBackendOf = (
  host: Host,
  name: BackendName,
  options: BackendOptions = {},
): Promise<MacroBackend> =>
  name === 'gpu' ? openGpuOf(host, options) : openWasm({ shortcuts: options.shortcuts });

/** What a row's key says of its backend: nothing where there is only the GPU, as in results before there were others. */
export const backendKey = (
  name: BackendName,
  all: readonly BackendName[],
): { readonly backend?: BackendName } =>
  all.length === 1 && name === 'gpu' ? {} : { backend: name };

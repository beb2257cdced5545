// The backends of a host, with or without their exact shortcuts.

import { openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import type { BackendName, Host } from './question.ts';

/** How column reads may be computed. */
interface BackendOptions {
  /** False: every one of them, also where an integer dot product gives the same. Default true. */
  readonly shortcuts?: boolean;
}

/** Opens the GPU backend. The caller disposes it. */
export async function openGpuOf(
  host: Host,
  { shortcuts = true }: BackendOptions = {},
): Promise<MacroBackend> {
  const { device, packedDotProducts } = await openDevice(host.gpu);
  return await openGpuBackend(device, host.adapter.name, { shortcuts, packedDotProducts });
}

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

// Opens the backend that a command asks for, or the best one there is.

import { CimError, hasKind } from '../core/errors.ts';
import { type GpuBackendOptions, openGpuBackend } from '../gpu/gpu-backend.ts';
import { openDevice } from '../gpu/open-gpu.ts';
import { openReference } from '../reference/reference-backend.ts';
import type { LentBackend } from '../pipeline/run-job.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { type NodeGpu, openNodeGpu } from './node-gpu.ts';
import type { BackendName } from './options.ts';
import { tunedShape } from './tuning-cache.ts';
import { openNodeWasm } from './wasm-threads.ts';

/** What a command asks for. */
export interface BackendOptions {
  /** Max. bytes of device memory; no limit but the device's by default. */
  readonly maxMemory?: number | undefined;
  /** Threads of WebAssembly; one per processor by default. */
  readonly threads?: number | undefined;
}

/** A backend that runs in this process. The caller disposes it. */
export interface OpenBackend {
  readonly backend: MacroBackend;
  /** Why it was taken, where nobody asked for it. */
  readonly choice?: string;
  /** Opens WebGPU on a software adapter, to compare with; undefined: there is none. */
  readonly openCheck?: () => Promise<LentBackend>;
}

/**
 * Opens a backend that runs in this process. `auto` is a real GPU where there is one, else WebAssembly.
 * @throws {CimError} (environment) when what was asked for is not there
 */
export async function openBackend(
  name: Exclude<BackendName, 'browser'>,
  options: BackendOptions = {},
): Promise<OpenBackend> {
  const { maxMemory, threads } = options;
  if (name === 'auto') return await openBest(options);
  if (name === 'reference') return { backend: openReference() };
  if (name === 'wasm') return { backend: await openNodeWasm({ maxMemory, threads }) };
  return { backend: await openGpuOf(await openNodeGpu(), maxMemory) };
}

async function openBest({ maxMemory, threads }: BackendOptions): Promise<OpenBackend> {
  const found = await findGpu();
  if (found?.kind === 'gpu')
    return { backend: await openGpuOf(found, maxMemory), choice: 'there is a GPU' };
  try {
    const backend = await openNodeWasm({ maxMemory, threads });
    if (!found) return { backend, choice: 'there is no WebGPU adapter here' };
    return {
      backend,
      choice: `there is no GPU here: ${found.description} is a software adapter`,
      openCheck: async () => {
        const gpu = await openGpuOf(found, maxMemory);
        return { backend: gpu, [Symbol.asyncDispose]: () => gpu[Symbol.asyncDispose]() };
      },
    };
  } catch (error) {
    if (!hasKind(error, 'environment')) throw error;
    if (!found) return { backend: openReference(), choice: error.what };
    return { backend: await openGpuOf(found, maxMemory), choice: error.what };
  }
}

/** WebGPU on whatever adapter there is; undefined where none opens. */
async function findGpu(): Promise<NodeGpu | undefined> {
  try {
    return await openNodeGpu();
  } catch (error) {
    if (error instanceof CimError) return undefined;
    throw error;
  }
}

const openGpuOf = async (found: NodeGpu, maxMemory: number | undefined): Promise<MacroBackend> =>
  await openDefaultGpu(found, { maxMemory });

/** WebGPU on an adapter that was found, with the shape that `mars tune` kept for it. The caller disposes it. */
export async function openDefaultGpu(
  found: NodeGpu,
  options: Pick<GpuBackendOptions, 'maxMemory' | 'shortcuts'>,
): Promise<MacroBackend> {
  const { device, packedDotProducts } = await openDevice(found.gpu);
  const adapter = adapterName(found);
  const shape = tunedShape(adapter);
  return await openGpuBackend(device, adapter, { ...options, packedDotProducts, shape });
}

/** Adapter and driver, as reports and the cache of `mars tune` name them. */
export const adapterName = ({ description, driver }: NodeGpu): string =>
  driver === '' ? description : `${description}, ${driver}`;

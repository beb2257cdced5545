// The backend of a page: a real GPU if there is one, else WebAssembly on a few workers, else plain loops. All give the same
// numbers.

import { hasKind } from '../../core/errors.ts';
import { isSoftware } from '../../gpu/adapter.ts';
import type { GpuBackend } from '../../gpu/gpu-backend.ts';
import { adapterText, openDevice, openGpu } from '../../gpu/open-gpu.ts';
import type { LentBackend } from '../../pipeline/run-job.ts';
import { openReference } from '../../reference/reference-backend.ts';
import type { MacroBackend } from '../../simulate/macro-backend.ts';
import { useWasmConvolutions } from '../../wasm/convolutions.ts';
import type { ThreadMessage } from '../../wasm/thread.ts';
import type { OpenThread } from '../../wasm/thread-link.ts';
import { openWasm } from '../../wasm/wasm-backend.ts';

/** A backend of a page. Its owner disposes it. */
export interface PageBackend extends AsyncDisposable {
  readonly backend: MacroBackend;
  /** Why it was taken. */
  readonly choice: string;
  /** Lends WebGPU on a software adapter, to compare with; undefined: there is none. */
  readonly openCheck?: () => Promise<LentBackend>;
  /** Images that it can simulate while a person waits. */
  readonly maxImages: number;
}

/** Images that the reference can do while a person waits. */
const referenceImages = 5;
/** More workers than this gain little, and each has a memory of its own. */
const maxThreads = 4;

/** Opens the best backend that this browser has. */
export async function openPageBackend(): Promise<PageBackend> {
  // Older browsers have no navigator.gpu, whatever the types say.
  const { gpu } = navigator as { readonly gpu?: GPU };
  const adapter = gpu && (await adapterKind(gpu));
  if (gpu && adapter?.isGpu) return onGpu(await openGpu(gpu), 'there is a GPU');
  const software = gpu && adapter ? { gpu, name: adapter.name } : undefined;
  try {
    const backend = await openWorkers();
    // Not where a GPU simulates: the page's policy may forbid WebAssembly there.
    await useWasmConvolutions();
    if (!software) return { ...withoutGpu(backend), choice: 'there is no WebGPU here' };
    return beside(backend, software);
  } catch (error) {
    if (!hasKind(error, 'environment')) throw error;
    if (software) return onGpu(await openGpu(software.gpu), error.what);
    return { ...withoutGpu(openReference()), choice: error.what, maxImages: referenceImages };
  }
}

const onGpu = (backend: GpuBackend, choice: string): PageBackend => ({
  backend,
  choice,
  maxImages: Infinity,
  [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
});

const withoutGpu = (backend: MacroBackend): Omit<PageBackend, 'choice'> => ({
  backend,
  maxImages: Infinity,
  [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
});

/** WebAssembly, with a software adapter of WebGPU to compare with: it stays open, for its kernels compile for seconds. */
function beside(
  backend: MacroBackend,
  { gpu, name }: { readonly gpu: GPU; readonly name: string },
): PageBackend {
  let opened: Promise<GpuBackend> | undefined;
  return {
    ...withoutGpu(backend),
    choice: `there is no GPU here: ${name} is a software adapter`,
    openCheck: async () => {
      opened ??= openGpu(gpu);
      const check = await opened;
      return {
        backend: check,
        [Symbol.asyncDispose]: () => {
          check.rest();
          return Promise.resolve();
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await backend[Symbol.asyncDispose]();
      await (await opened)?.[Symbol.asyncDispose]();
    },
  };
}

/** What WebGPU runs on; undefined where it has no adapter. */
async function adapterKind(
  gpu: GPU,
): Promise<{ readonly isGpu: boolean; readonly name: string } | undefined> {
  try {
    const { adapter, device } = await openDevice(gpu);
    device.destroy();
    return { isGpu: !isSoftware(adapter), name: adapterText(adapter) };
  } catch (error) {
    if (hasKind(error, 'environment')) return undefined;
    throw error;
  }
}

/** WebAssembly on workers; where none can be had (a sandboxed frame, a policy that forbids them), in this thread. */
async function openWorkers(): Promise<MacroBackend> {
  const threads = Math.min(maxThreads, navigator.hardwareConcurrency || 1);
  try {
    return await openWasm({ threads, openThread: openWorker });
  } catch (error) {
    if (hasKind(error, 'environment')) throw error;
    return await openWasm();
  }
}

const openWorker: OpenThread = ({ onMessage, onDeath }) => {
  const worker = new Worker(new URL('./wasm-worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<ThreadMessage>) => onMessage(data));
  worker.addEventListener('error', ({ message }) => onDeath(message));
  worker.addEventListener('messageerror', () => onDeath('its message cannot be read'));
  return {
    post: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
  };
};

// The WebAssembly backend on threads of Node.

import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { useWasmConvolutions } from '../wasm/convolutions.ts';
import type { ThreadMessage } from '../wasm/thread.ts';
import type { OpenThread } from '../wasm/thread-link.ts';
import { openWasm, type WasmOptions } from '../wasm/wasm-backend.ts';
// oxlint-disable-next-line import/default -- the bundler makes it: tools/bundled-text.ts
import threadCode from './wasm-thread.ts?bundled';

/** Starts a thread of Node. */
const openNodeThread: OpenThread = ({ onMessage, onDeath }) => {
  const worker = new Worker(threadCode, { eval: true });
  let isEnded = false;
  worker.on('message', (message: ThreadMessage) => onMessage(message));
  worker.on('error', ({ message }) => onDeath(message));
  worker.on('exit', (code) => {
    if (!isEnded) onDeath(`exit code ${code}`);
  });
  // Threads that wait keep no process alive.
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (isWaiting) => (isWaiting ? worker.ref() : worker.unref()),
    end: () => {
      isEnded = true;
      void worker.terminate();
    },
  };
};

/** Most threads that are taken unasked: each has a memory of its own. */
const maxThreads = 16;
/** Threads by default: one per processor that this process may use, which `processes` like it share. */
export const defaultThreads = (processes = 1): number =>
  Math.min(maxThreads, Math.max(1, Math.floor(availableParallelism() / processes)));

/**
 * Opens the backend on threads. The caller disposes it (`await using`).
 * @param options `threads` is the number of processors, at most 16, by default
 * @throws {CimError} (environment) when this Node has no WebAssembly with SIMD
 */
export async function openNodeWasm(
  options: Omit<WasmOptions, 'openThread'> = {},
): Promise<MacroBackend> {
  useRelaxedSimd();
  const { threads = defaultThreads() } = options;
  return await openWasm({ ...options, threads, openThread: openNodeThread });
}

/** Has forward passes in real arithmetic convolve in WebAssembly, where this Node has it: the same numbers, sooner. */
export async function useFastConvolutions(): Promise<void> {
  useRelaxedSimd();
  await useWasmConvolutions();
}

/** Node 20 has relaxed SIMD, which later versions have without asking, behind a flag of V8. */
export function useRelaxedSimd(): void {
  if (process.versions.node.startsWith('20.'))
    setFlagsFromString('--experimental-wasm-relaxed-simd');
}

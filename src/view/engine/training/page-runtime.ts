// ONNX Runtime as its web package gives it: WebAssembly, from files beside the page. Its 14 MB lie there packed with
// gzip, since not every server packs what it sends.

import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import { unpack } from '../bundled-data.ts';
import { fetchBytes } from '../fetch-bytes.ts';
import wasmUrl from './ort-wasm-simd-threaded.wasm.gz?url';
import { CimError } from '../../../core/errors.ts';
import type { OnnxRuntime, RuntimeSession } from '../../../train/autodiff/runtime.ts';

/** Version and build, as network files tell what they were made with. */
export const runtimeName = 'onnxruntime-web 1.30.0 (wasm)';

/** The empty module. */
const nothing = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/**
 * Loads ONNX Runtime. Its sessions come back to the event loop before each run, so that messages are heard.
 * @param threads more than one only where the page is cross-origin isolated
 * @throws {CimError} (environment) when the page's policy forbids WebAssembly, or its files are not there
 */
export async function loadRuntime(threads: number): Promise<OnnxRuntime> {
  checkPolicy();
  const { env, InferenceSession, Tensor } = await import('onnxruntime-web/wasm');
  env.logLevel = 'error';
  env.wasm.numThreads = threads;
  env.wasm.wasmPaths = { mjs: absolute(glueUrl) };
  env.wasm.wasmBinary = await unpack(
    await fetchBytes([absolute(wasmUrl)], 'serve the whole folder that was built'),
  );
  return {
    Tensor,
    InferenceSession: {
      create: async (model) => {
        try {
          return pausing(await InferenceSession.create(model, { executionProviders: ['wasm'] }));
        } catch (cause) {
          throw notLoaded(cause);
        }
      },
    },
  };
}

const absolute = (url: string): string => new URL(url, globalThis.location.href).href;

function checkPolicy(): void {
  try {
    void new WebAssembly.Module(nothing);
  } catch (cause) {
    throw new CimError('environment', {
      what: 'training needs WebAssembly, which this page’s content security policy forbids',
      todo: "serve the page and its scripts with script-src 'self' 'wasm-unsafe-eval'",
      cause,
    });
  }
}

const notLoaded = (cause: unknown): CimError =>
  new CimError('environment', {
    what: `ONNX Runtime does not load: ${firstLine(cause)}`,
    where: absolute(wasmUrl),
    todo: 'serve the whole folder that was built',
    cause,
  });

const firstLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';

/** Runs in WebAssembly block their thread, and awaiting their result alone lets no message in. */
function pausing(session: RuntimeSession): RuntimeSession {
  return {
    run: async (inputs) => {
      await pause();
      return session.run(inputs);
    },
    release: () => session.release(),
  };
}

/** Ends after the messages that are waiting. Timers would be slowed down in pages that are not seen. */
function pause(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

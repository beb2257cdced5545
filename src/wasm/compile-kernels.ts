// Compiles the kernels of src/wasm/assembly, once for all threads.

import { CimError } from '../core/errors.ts';
import type { KernelModule } from './kernels.ts';

let compiled: Promise<KernelModule> | undefined;

/**
 * The kernels, compiled once; a module can be sent to threads.
 * @throws {CimError} (environment) when this runtime has no WebAssembly with SIMD, or a page's policy forbids it
 */
export function compileKernels(): Promise<KernelModule> {
  if (compiled) return compiled;
  // The same kernels twice: relaxed instructions are faster, exact as they are used, and not everywhere.
  const compiling = compileWasm([
    () => import('./assembly/index.ts?wasm-relaxed'),
    () => import('./assembly/index.ts?wasm'),
  ]);
  compiled = compiling;
  // A later call may have better luck with the network.
  compiling.catch(() => {
    compiled = undefined;
  });
  return compiling;
}

/**
 * The first of some modules that this runtime validates.
 * @param candidates each gives a module's bytes as base64
 * @throws {CimError} (environment) as {@link compileKernels}
 */
export async function compileWasm(
  candidates: readonly (() => Promise<{ readonly default: string }>)[],
): Promise<KernelModule> {
  if (typeof WebAssembly === 'undefined') throw noSimd();
  for (const load of candidates) {
    const bytes = Uint8Array.from(atob((await load()).default), (character) =>
      character.charCodeAt(0),
    );
    if (!WebAssembly.validate(bytes)) continue;
    try {
      return await WebAssembly.compile(bytes);
    } catch (cause) {
      throw new CimError('environment', {
        what: `WebAssembly cannot be compiled: ${cause instanceof Error ? cause.message : String(cause)}`,
        todo: "let the page's policy allow it: script-src 'self' 'wasm-unsafe-eval'",
        cause,
      });
    }
  }
  throw noSimd();
}

const noSimd = (): CimError =>
  new CimError('environment', {
    what: 'there is no WebAssembly with SIMD here',
    todo: 'use Node 20 or a browser of 2023 or later, or --backend reference for a small job',
  });

// The kernels of src/wasm/assembly, compiled once in each thread.

import { assert, CimError } from '../core/errors.ts';
import { layerEvents, layerFields, poolFields, requantizerFields } from './fields.ts';

/** What src/wasm/assembly/index.ts exports. Numbers that are addresses count bytes. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  firstFree(): number;
  layerBytes(): number;
  requantizerBytes(): number;
  poolBytes(): number;
  packPairs(layer: number): void;
  packNibbles(layer: number, held: number): void;
  packCells(layer: number, held: number): void;
  packMixed(layer: number, held: number, errors: number): void;
  runDot(layer: number, image: number, clipped: number, sums: number): void;
  runBitLines(layer: number, image: number, readout: number, sums: number): void;
  runNoisy(layer: number, image: number, pixel: number, sums: number): void;
  runAnalog(layer: number, image: number, pixel: number, sums: number): void;
  runGeneral(layer: number, image: number, pixel: number, sums: number): void;
  requantizeImage(requantizer: number, sums: number, added: number, to: number): void;
  poolImage(pool: number, image: number, to: number): void;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * A machine of its own: kernels with a memory.
 * @throws {CimError} (environment) when this runtime has no WebAssembly with SIMD, or a page's policy forbids it
 */
export async function openKernels(): Promise<Kernels> {
  compiled ??= compile();
  const instance = new WebAssembly.Instance(await compiled, {});
  const kernels = instance.exports as unknown as Kernels;
  const sizes = [
    [kernels.layerBytes(), 4 * layerFields.length + 8 * layerEvents.length],
    [kernels.requantizerBytes(), 4 * requantizerFields.length],
    [kernels.poolBytes(), 4 * poolFields.length],
  ];
  for (const [assembly, here] of sizes) assert(assembly === here, 'fields are those of assembly');
  return kernels;
}

async function compile(): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined') throw noSimd();
  // The same kernels twice: relaxed instructions are faster, exact as they are used, and not everywhere.
  for (const load of [
    () => import('./assembly/index.ts?wasm-relaxed'),
    () => import('./assembly/index.ts?wasm'),
  ]) {
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

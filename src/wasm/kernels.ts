// The kernels of src/wasm/assembly, as TypeScript sees them.

import { assert } from '../core/errors.ts';
import { convFields, layerBytes, poolFields, requantizerFields } from './fields.ts';

/** Kernels that are compiled, a WebAssembly.Module: not every runtime's types have that name. */
export type KernelModule = object;

/** A linear memory: a WebAssembly.Memory. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB. */
  grow(pages: number): number;
}

/** What src/wasm/assembly/index.ts exports. Numbers that are addresses count bytes. */
export interface Kernels {
  readonly memory: LinearMemory;
  firstFree(): number;
  layerBytes(): number;
  requantizerBytes(): number;
  poolBytes(): number;
  convBytes(): number;
  packPairs(layer: number): void;
  packNibbles(layer: number, held: number): void;
  packCells(layer: number, held: number): void;
  packMixed(layer: number, held: number, errors: number): void;
  packEights(layer: number, held: number, errors: number): void;
  runDot(layer: number, image: number, clipped: number, sums: number): void;
  runBitLines(layer: number, image: number, sums: number): void;
  runTable(layer: number, image: number, sums: number): void;
  runNoisy(layer: number, image: number, pixel: number, sums: number): void;
  runAnalog(layer: number, image: number, pixel: number, sums: number): void;
  runWideAnalog(layer: number, image: number, pixel: number, sums: number): void;
  runGeneral(layer: number, image: number, pixel: number, sums: number): void;
  requantizeImage(
    requantizer: number,
    sums: number,
    added: number,
    to: number,
    first: number,
    end: number,
  ): void;
  convolveImage(conv: number): void;
  poolImage(pool: number, image: number, to: number): void;
}

/** Kernels with a memory of their own. */
export function openKernels(module: KernelModule): Kernels {
  const instance = new WebAssembly.Instance(module as WebAssembly.Module, {});
  const kernels = instance.exports as unknown as Kernels;
  const sizes = [
    [kernels.layerBytes(), layerBytes],
    [kernels.requantizerBytes(), 4 * requantizerFields.length],
    [kernels.poolBytes(), 4 * poolFields.length],
    [kernels.convBytes(), 4 * convFields.length],
  ];
  for (const [assembly, here] of sizes) assert(assembly === here, 'fields are those of assembly');
  return kernels;
}

// WebGPU: `import { openGpu } from 'mars-cim/gpu'`. Its types name no type of WebGPU's: which libraries have those
// differs between versions of TypeScript, and Node has none of them.

import type { MacroBackend } from '../simulate/macro-backend.ts';
import type { KernelShape } from './kernel-shape.ts';
import * as opener from './open-gpu.ts';

export { type AdapterDescription, type AnyAdapter, describeAdapter } from './adapter.ts';
export { candidateShapes, defaultShape, type KernelShape } from './kernel-shape.ts';
export { fastestShape, type ShapeTime, type TuneOptions, tuneShapes } from './tune-shapes.ts';

/** A `GPU` object by what is used of it: `navigator.gpu` of a browser, or what `create` of the package `webgpu` makes. */
export interface AnyGpu {
  /** As of WebGPU. */
  requestAdapter(options?: {
    powerPreference?: 'low-power' | 'high-performance';
  }): Promise<object | null>;
  /** As of WebGPU. */
  readonly wgslLanguageFeatures: {
    /** As of WebGPU. */
    has(feature: string): boolean;
  };
}

/** How to open a backend. */
export interface GpuOptions {
  /** Max. bytes of device memory; no limit but the device's by default. */
  readonly maxMemory?: number | undefined;
  /** How the tiled kernels are cut; {@link defaultShape} by default. It changes no number. */
  readonly shape?: KernelShape | undefined;
  /** False: every bit line is read on its own, also where a dot product is proven to give the same. True by default. */
  readonly shortcuts?: boolean;
}

/**
 * Opens the GPU backend. The caller disposes it (`await using`).
 * @throws {CimError} (environment) when there is no adapter
 */
export const openGpu = (gpu: AnyGpu, options?: GpuOptions): Promise<MacroBackend> =>
  opener.openGpu(gpu as GPU, options);

// What can run macro layers: the reference in plain loops, and the GPU. Same numbers, bit for bit.
/// <reference lib="esnext.disposable" preserve="true" />

import type { PoolLayer } from '../compress/compressed-network.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import type { StopSignal } from '../core/progress.ts';
import type { CountedEvents } from './activity.ts';
import type { MacroProgram } from './macro-program.ts';

/**
 * How column reads are computed. All give the same numbers: `bit lines`, each on its own; `dot product`, none, because
 * codes that lose nothing add up to it; `dot product, clips corrected`, only those that an ADC could clip, or all in
 * batches where most could be clipped.
 */
export type MacroPath = 'bit lines' | 'dot product' | 'dot product, clips corrected';

/**
 * `MacroBackend.readsPerBatch` of software adapters, so that no kernel runs for a second: SwiftShader does 0.4 G column
 * reads/s, or 5 G that a dot product replaces.
 */
export const softwareReads: MacroBackend['readsPerBatch'] = {
  'bit lines': 1e8,
  'dot product, clips corrected': 4e8,
  'dot product': 1e9,
};

/** A program that the backend has taken over. Made by one backend, of use to no other. */
export interface PreparedLayer {
  readonly program: MacroProgram;
  readonly path: MacroPath;
}

/** A feature map, or the sums of the last layer, held by the backend. */
export interface HeldMap {
  readonly images: number;
  /** Number of the first of them in the whole run, whatever the batches: read noise depends on it. */
  readonly firstImage: number;
}

/**
 * Runs macro layers and pools. The owner of the backend disposes it.
 *
 * `Layer` and `Map` are what a backend knows of its own layers and maps; whoever uses one only hands them back.
 */
export interface MacroBackend<
  Layer extends PreparedLayer = PreparedLayer,
  Map extends HeldMap = HeldMap,
> {
  readonly name: 'reference' | 'gpu' | 'wasm';
  /** Threads that share the images of a batch; 1 where one device runs them all. */
  readonly imagesTogether: number;
  /** Column reads that it does in about a quarter of a second: batches take as many unless told otherwise. */
  readonly readsPerBatch: Readonly<Record<MacroPath, number>>;
  /** Device and driver, for reports. */
  readonly device: string;
  /** Most bytes of device memory so far; undefined where there is no device. */
  readonly peakMemory: number | undefined;
  /**
   * Takes over a program: uploads weights, compiles kernels. Several may be prepared at once.
   * @throws {CimError} (memory) when its weights do not fit the device
   */
  prepare(program: MacroProgram): Promise<Layer>;
  /** Takes over a feature map whose values are below 2^bits. `firstImage`, 0 by default, as in {@link HeldMap}. */
  upload(map: FeatureMap, firstImage?: number): Map;
  /** Runs a macro layer; `residual` where its program has one. Gives a feature map, or sums where it has no requantize. */
  runMacro(prepared: Layer, input: Map, residual: Map | undefined): Map;
  /** Runs a pool. */
  runPool(pool: PoolLayer, input: Map): Map;
  /** Gives back what a map or a prepared layer holds. */
  release(held: Map | Layer): void;
  /**
   * Values of a map, order (image, y, x, channel): activations 0 ... 255, or sums.
   * @param signal where the backend can stop at once it does, and is of no use afterwards
   * @throws {CimError} (memory) when what it was made from did not fit the device
   */
  download(map: Map, signal?: StopSignal): Promise<Int32Array>;
  /** Between two runs: gives back what only the last one needed, and counts `peakMemory` anew. */
  rest(): void;
  /** Events counted since the last call. */
  takeEvents(prepared: Layer): Promise<CountedEvents>;
  /** Gives back everything. */
  [Symbol.asyncDispose](): Promise<void>;
}

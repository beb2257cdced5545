// What runs the macros of one layer: kernels, weights, uniforms. One file per way of doing it.

import { at } from '../../core/errors.ts';
import type { MacroPath } from '../../simulate/macro-backend.ts';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import { storageUsage, uniformUsage } from '../buffer-pool.ts';
import type { DeviceContext } from '../device-context.ts';
import type { GpuMap } from '../gpu-map.ts';
import type { SumUnits } from '../kernels/tile.ts';
import type { LayerParts } from '../layer-parts.ts';

/** Runs the macros of one layer. */
export interface LayerRunner {
  readonly path: MacroPath;
  /** Records the kernels of a batch; gives the buffer of the sums, order (image, y, x, kernel). */
  record(input: GpuMap): GPUBuffer;
}

/** One way of running the macros of a layer. */
export interface LayerWay {
  readonly path: MacroPath;
  readonly cut: LayerParts;
  /** What the sums of a wide cut stand for. */
  readonly units: SumUnits;
  /** Records the maps of the input that all parts read. */
  readonly begin: (input: GpuMap) => LayerBatch;
}

/** A batch whose maps are recorded. */
export interface LayerBatch {
  readonly maps: readonly GPUBuffer[];
  /** Records the kernels of a part, which write what its kernels have into `sums`: codes where the cut is wide. */
  readonly runPart: (part: number, sums: GPUBuffer) => void;
}

/** Maps of the input that all parts of a layer read, by name. */
type InputMaps = Readonly<Record<string, GPUBuffer>>;

/** Records the kernels of a part. */
export type PartRunner<Maps extends InputMaps> = (
  input: GpuMap,
  maps: Maps,
  sums: GPUBuffer,
) => void;

/** A {@link LayerWay} of what records its maps, and what runs each of its parts. */
export function layerWay<Maps extends InputMaps>(
  way: Omit<LayerWay, 'begin'>,
  makeMaps: (input: GpuMap) => Maps,
  parts: readonly PartRunner<Maps>[],
): LayerWay {
  return {
    ...way,
    begin: (input) => {
      const maps = makeMaps(input);
      return {
        maps: Object.values(maps),
        runPart: (part, sums) => at(parts, part)(input, maps, sums),
      };
    },
  };
}

/** Buffers that a layer holds as long as it is prepared. */
export class LayerBuffers {
  /** Uniforms by kernel and batch. */
  readonly uniforms: Map<string, GPUBuffer> = new Map<string, GPUBuffer>();
  readonly events: GPUBuffer;
  readonly #context: DeviceContext;
  readonly #layer: string;
  readonly #filled: GPUBuffer[] = [];

  constructor(context: DeviceContext, program: MacroProgram) {
    this.#context = context;
    this.#layer = program.name;
    this.events = this.filled(new Uint32Array(eventWords), 'events');
  }

  /** A buffer holding `data` as long as the layer is prepared. */
  filled(data: ArrayBufferView, binding: string, usage: number = storageUsage): GPUBuffer {
    const buffer = this.#context.pool.takeFilled(data, usage, `${this.#layer}.${binding}`, 'layer');
    this.#filled.push(buffer);
    return buffer;
  }

  /** The uniform of a kernel for a batch. */
  uniform(key: string, make: () => ArrayBuffer): GPUBuffer {
    return this.#context.uniform(this.uniforms, `${this.#layer}.${key}`, make);
  }

  /** A table for batches of that many images. */
  table(key: string, make: () => Uint32Array): GPUBuffer {
    return this.#context.uniform(this.uniforms, `${this.#layer}.${key}`, make, storageUsage);
  }

  /** A uniform that only one batch has. */
  uniformOnce(name: string, values: ArrayBuffer): GPUBuffer {
    const { pool, queue } = this.#context;
    const buffer = pool.takeFilled(values, uniformUsage, `${this.#layer}.${name}`, 'batch');
    queue.afterSubmit(() => pool.give(buffer));
    return buffer;
  }

  /** Gives back what was made for batches of some size; no recorded command may use it. */
  forgetBatches(): void {
    for (const buffer of this.uniforms.values()) this.#context.pool.give(buffer);
    this.uniforms.clear();
  }

  /** Gives everything back. */
  release(): void {
    this.forgetBatches();
    for (const buffer of this.#filled) this.#context.pool.give(buffer);
  }
}

/** Words of the counters of a layer: three events, each a lower and an upper word. */
export const eventWords = 6;

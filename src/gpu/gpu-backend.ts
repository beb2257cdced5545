// Runs macro layers on a WebGPU device. Commands of a batch go into one encoder and one submit; nothing is read back
// between layers.

import type { PoolLayer } from '../compress/compressed-network.ts';
import { assert, at } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap } from '../core/feature-map.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import {
  type MacroBackend,
  type MacroPath,
  type PreparedLayer,
  softwareReads,
} from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { type BufferPool, copySourceUsage, storageUsage } from './buffer-pool.ts';
import { choosePath, type PathOptions } from './choose-path.ts';
import { DeviceContext } from './device-context.ts';
import { type GpuMap, mapBytes, outputCount } from './gpu-map.ts';
import { defaultShape, type KernelShape } from './kernel-shape.ts';
import type { PartLimits } from './layer-parts.ts';
import { type BoundBuffers, type Kernel, type KernelOf, linearWorkgroups } from './kernel.ts';
import { pool as poolKernel, poolParams } from './kernels/pool.ts';
import { requantize, requantizeParams, requantizeTable } from './kernels/requantize.ts';
import type { PassTimes } from './pass-times.ts';
import { bitLineLayer } from './layers/bit-line-layer.ts';
import { clipLayer } from './layers/clip-layer.ts';
import { dotLayer } from './layers/dot-layer.ts';
import { generalLayer } from './layers/general-layer.ts';
import {
  eventWords,
  LayerBuffers,
  type LayerRunner,
  type LayerWay,
} from './layers/layer-runner.ts';
import { partsRunner } from './layers/parts-runner.ts';

interface GpuLayer extends PreparedLayer {
  /** The requantizer's table and scales by kernel, where it has some. */
  readonly table: GPUBuffer | undefined;
  readonly runner: LayerRunner;
  readonly buffers: LayerBuffers;
}

/** How to open a backend. */
export interface GpuBackendOptions extends Partial<PathOptions> {
  /** Most bytes that its buffers may take together; no limit but the device's by default. */
  readonly maxMemory?: number | undefined;
  /** Smaller limits than the device's, so that tests see layers in parts. */
  readonly limits?: Partial<PartLimits> | undefined;
  /** How the tiled kernels are cut; {@link defaultShape} by default. */
  readonly shape?: KernelShape | undefined;
  /** Whether passes note their times, on a device that was opened so; see {@link GpuBackend.takePassTimes}. False by default. */
  readonly timestamps?: boolean | undefined;
}

/** Runs macro layers on a device, which it owns. */
export class GpuBackend implements MacroBackend<GpuLayer, GpuMap> {
  readonly name = 'gpu';
  readonly imagesTogether = 1;
  readonly readsPerBatch: MacroBackend['readsPerBatch'] = softwareReads;
  readonly device: string;
  readonly #context: DeviceContext;
  readonly #paths: PathOptions;
  readonly #poolUniforms = new Map<string, GPUBuffer>();
  readonly #unused: GPUBuffer;
  /** Buffers of the layers that are prepared. */
  readonly #prepared = new Set<LayerBuffers>();
  /** Whether some buffer that waits to be used again may have been made without memory. */
  #isSuspect = false;
  #requantize: KernelOf<typeof requantize> | undefined;
  #pooling: KernelOf<typeof poolKernel> | undefined;

  constructor(device: GPUDevice, name: string, options: GpuBackendOptions = {}) {
    const { shortcuts = true, packedDotProducts = true, maxMemory = Infinity } = options;
    const { shape = defaultShape, limits, timestamps } = options;
    this.device = name;
    this.#paths = { shortcuts, packedDotProducts };
    this.#context = new DeviceContext(device, { maxMemory, shape, limits, timestamps });
    this.#unused = this.pool.takeFilled(
      new Uint32Array(4),
      storageUsage,
      'requantize.unused',
      'layer',
    );
  }

  get peakMemory(): number {
    return this.pool.peakBytes;
  }

  /** Its buffers; tests and benches look at the counts. */
  get pool(): BufferPool {
    return this.#context.pool;
  }

  /** Names of the kernels that it compiled so far. */
  get kernels(): readonly string[] {
    return this.#context.kernelNames;
  }

  /** What passes took on the device since this was last called; undefined where it does not tell, or none ran. */
  takePassTimes(): PassTimes | undefined {
    return this.#context.clock?.take();
  }

  /** Compiles the kernels that every network needs. Called once, by {@link openGpuBackend}. */
  async compile(): Promise<void> {
    await this.#context.queue.scoped('compile', async () => {
      [this.#requantize, this.#pooling] = await Promise.all([
        this.#context.kernel(requantize, {}),
        this.#context.kernel(poolKernel, {}),
      ]);
    });
  }

  async prepare(program: MacroProgram): Promise<GpuLayer> {
    const path = choosePath(program, this.#paths);
    return await this.#context.queue.scoped(`prepare ${program.name}`, async () => {
      const buffers = new LayerBuffers(this.#context, program);
      try {
        const runner = await this.#runner(program, path, buffers);
        const values = program.requantize && requantizeTable(program.requantize);
        const table = values && buffers.filled(values, 'table');
        this.#prepared.add(buffers);
        return { program, path, buffers, runner, table };
      } catch (error) {
        buffers.release();
        throw error;
      }
    });
  }

  upload(map: FeatureMap, firstImage = 0): GpuMap {
    if (this.#isSuspect) this.pool.destroyWaiting();
    this.#isSuspect = false;
    return this.#recording(() => this.#upload(map, firstImage));
  }

  runMacro(prepared: GpuLayer, input: GpuMap, residual: GpuMap | undefined): GpuMap {
    return this.#recording(() => this.#runMacro(prepared, input, residual));
  }

  runPool(layer: PoolLayer, input: GpuMap): GpuMap {
    return this.#recording(() => this.#runPool(layer, input));
  }

  #upload(map: FeatureMap, firstImage: number): GpuMap {
    const { images, height, width, channels } = map;
    const bytes = mapBytes(map, images);
    const buffer = this.pool.take(bytes, 'upload');
    const staging = this.pool.takeFilled(map.data, copySourceUsage, 'upload.staging', 'batch');
    const { queue } = this.#context;
    queue.encoder.copyBufferToBuffer(staging, 0, buffer, 0, bytes);
    queue.afterSubmit(() => this.pool.give(staging));
    const shape = { height, width, channels };
    return { images, firstImage, shape, kind: 'activations', buffer };
  }

  #runMacro(layer: GpuLayer, input: GpuMap, residual: GpuMap | undefined): GpuMap {
    const { program, runner, buffers, table } = layer;
    const { images, firstImage } = input;
    const { output: shape } = program;
    const sums = runner.record(input);
    const { requantize: finish } = program;
    if (!finish) return { images, firstImage, shape, kind: 'sums', buffer: sums };
    const count = outputCount(shape, images);
    const stored = this.pool.take(mapBytes(shape, images), `${program.name}.activations`);
    const uniform = buffers.uniform(`requantize ${images}`, () =>
      requantizeParams(finish, shape, residual?.shape, count),
    );
    const addend = residual?.buffer ?? this.#unused;
    const lookedUp = table ?? this.#unused;
    const bound = { params: uniform, sums, residual: addend, table: lookedUp, activations: stored };
    this.#run(this.#requantize, bound, Math.ceil(count / 4));
    this.pool.give(sums);
    return { images, firstImage, shape, kind: 'activations', buffer: stored };
  }

  #runPool(layer: PoolLayer, input: GpuMap): GpuMap {
    const { images, firstImage, buffer } = input;
    const shape = layer.outputShape;
    const count = images * activationsPerImage(shape);
    const stored = this.pool.take(mapBytes(shape, images), `${layer.name}.activations`);
    const key = JSON.stringify([
      layer.kind,
      layer.window,
      layer.countIncludePad,
      layer.inputShape,
      images,
    ]);
    const uniform = this.#context.uniform(this.#poolUniforms, key, () => poolParams(layer, count));
    const bound = { params: uniform, input: buffer, activations: stored };
    this.#run(this.#pooling, bound, Math.ceil(count / 4));
    return { images, firstImage, shape, kind: 'activations', buffer: stored };
  }

  release(held: GpuMap | GpuLayer): void {
    if ('program' in held) {
      const { buffers } = held;
      this.#prepared.delete(buffers);
      buffers.release();
    } else this.pool.give(held.buffer);
  }

  async download({ images, shape, kind, buffer }: GpuMap): Promise<Int32Array> {
    const count = outputCount(shape, images);
    if (kind === 'sums') return new Int32Array(await this.#read(buffer, 4 * count));
    const bytes = await this.#read(buffer, mapBytes(shape, images));
    return Int32Array.from(new Uint8Array(bytes).subarray(0, count));
  }

  async takeEvents({ buffers: { events } }: GpuLayer): Promise<CountedEvents> {
    const words = new Uint32Array(await this.#context.queue.read(events, 4 * eventWords, true));
    const count = (event: number): number =>
      at(words, 2 * event + 1) * 2 ** 32 + at(words, 2 * event);
    return { saturatedReads: count(0), zeroPhaseReads: count(1), overflowedSums: count(2) };
  }

  /** Between two runs: keeps compiled kernels alone, and counts peakMemory anew, as if just opened. */
  rest(): void {
    for (const buffer of this.#poolUniforms.values()) this.pool.give(buffer);
    this.#poolUniforms.clear();
    this.pool.destroyWaiting();
    this.pool.forgetPeak();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#context.destroy();
    return Promise.resolve();
  }

  async #runner(
    program: MacroProgram,
    path: MacroPath,
    buffers: LayerBuffers,
  ): Promise<LayerRunner> {
    const way = await this.#way(program, path, buffers);
    return await partsRunner(this.#context, program, buffers, way);
  }

  async #way(program: MacroProgram, path: MacroPath, buffers: LayerBuffers): Promise<LayerWay> {
    if (path === 'dot product') return await dotLayer(this.#context, program, buffers);
    if (path !== 'bit lines') return await clipLayer(this.#context, program, buffers);
    const tiled = await bitLineLayer(
      this.#context,
      program,
      buffers,
      this.#paths.packedDotProducts,
    );
    return tiled ?? (await generalLayer(this.#context, program, buffers));
  }

  async #read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      return await this.#context.queue.read(buffer, bytes);
    } catch (error) {
      // A buffer that was made without memory is not usable, and nothing says which one it was.
      this.#isSuspect = true;
      this.#forgetBatches();
      throw error;
    }
  }

  /** Records commands. Where that fails, nothing is left of them. */
  #recording<T>(record: () => T): T {
    try {
      return this.pool.giveBackOnError(record);
    } catch (error) {
      this.#context.queue.discard();
      this.#forgetBatches();
      throw error;
    }
  }

  /** The next batch has another size after an error: what was made for this one would only take memory. */
  #forgetBatches(): void {
    for (const buffers of this.#prepared) buffers.forgetBatches();
  }

  #run<Name extends string>(
    kernel: Kernel<Name> | undefined,
    buffers: BoundBuffers<NoInfer<Name>>,
    invocations: number,
  ): void {
    assert(kernel !== undefined, 'kernels are compiled before they run');
    this.#context.run(kernel, buffers, linearWorkgroups(invocations));
  }
}

/**
 * Opens a backend on `device`, which it owns from then on.
 * @param name device and driver, for reports
 * @param options by default shortcuts are taken wherever they are proven
 */
export async function openGpuBackend(
  device: GPUDevice,
  name: string,
  options: GpuBackendOptions = {},
): Promise<GpuBackend> {
  const backend = new GpuBackend(device, name, options);
  await backend.compile();
  return backend;
}

// Runs macro layers on a WebGPU device. Commands of a batch go into one encoder and one submit; nothing is read back
// between layers.

import type { PoolLayer } from '../compress/compressed-network.ts';
import { assert, at, SimulationError } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap, type Shape } from '../core/feature-map.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import type { HeldMap, MacroBackend, PreparedLayer } from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { BufferPool, copySourceUsage, storageUsage, uniformUsage } from './buffer-pool.ts';
import { CommandQueue } from './command-queue.ts';
import { compileKernel, dispatch, type Kernel, type KernelSource } from './kernel.ts';
import {
  inputPhases,
  inputPhasesBytes,
  inputPhasesConstants,
  inputPhasesInvocations,
  inputPhasesParams,
} from './kernels/input-phases.ts';
import {
  macroMac,
  macroMacConstants,
  macroMacInvocations,
  macroMacParams,
} from './kernels/macro-mac.ts';
import { pool as poolKernel, poolParams } from './kernels/pool.ts';
import { requantize, requantizeParams } from './kernels/requantize.ts';
import type { UniformScalar } from './uniform-layout.ts';

interface GpuMap extends HeldMap {
  readonly shape: Shape;
  readonly kind: 'activations' | 'sums';
  readonly buffer: GPUBuffer;
}

interface GpuLayer extends PreparedLayer {
  readonly inputPhases: Kernel;
  readonly macroMac: Kernel;
  readonly weightPlanes: GPUBuffer;
  readonly tileStarts: GPUBuffer;
  readonly codes: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly events: GPUBuffer;
  /** Uniforms by kernel and batch size. */
  readonly uniforms: Map<string, GPUBuffer>;
}

const eventWords = 6;

/** Runs macro layers on a device, which it owns. */
export class GpuBackend implements MacroBackend {
  readonly name = 'gpu';
  readonly device: string;
  /** Its buffers; tests and benches look at the counts. */
  readonly pool: BufferPool;
  readonly #gpu: GPUDevice;
  readonly #queue: CommandQueue;
  readonly #kernels = new Map<string, Promise<Kernel>>();
  readonly #poolUniforms = new Map<string, GPUBuffer>();
  #requantize: Kernel | undefined;
  #pooling: Kernel | undefined;
  readonly #noResidual: GPUBuffer;

  constructor(device: GPUDevice, name: string) {
    this.device = name;
    this.#gpu = device;
    this.pool = new BufferPool(device);
    this.#queue = new CommandQueue(device);
    this.#noResidual = this.pool.takeFilled(
      new Uint32Array(4),
      storageUsage,
      'requantize.residual',
    );
  }

  /** Compiles the kernels that every network needs. Called once, by {@link openGpuBackend}. */
  async compile(): Promise<void> {
    await this.#queue.scoped('compile', async () => {
      [this.#requantize, this.#pooling] = await Promise.all([
        this.#kernel(requantize, {}),
        this.#kernel(poolKernel, {}),
      ]);
    });
  }

  async prepare(program: MacroProgram): Promise<GpuLayer> {
    if (program.noise)
      throw new SimulationError({
        what: 'the GPU backend has no noise',
        where: program.name,
        todo: 'use --backend reference',
      });
    const filled = (data: ArrayBufferView, binding: string): GPUBuffer =>
      this.pool.takeFilled(data, storageUsage, `${program.name}.${binding}`);
    return await this.#queue.scoped(`prepare ${program.name}`, async () => ({
      program,
      inputPhases: await this.#kernel(inputPhases, inputPhasesConstants(program)),
      macroMac: await this.#kernel(macroMac, macroMacConstants(program)),
      weightPlanes: filled(program.weightPlanes, 'weightPlanes'),
      tileStarts: filled(program.tileStarts, 'tileStarts'),
      codes: filled(program.codes, 'codes'),
      bias: filled(program.bias, 'bias'),
      events: filled(new Uint32Array(eventWords), 'events'),
      uniforms: new Map(),
    }));
  }

  upload(map: FeatureMap, firstImage = 0): GpuMap {
    const { images, height, width, channels } = map;
    const bytes = mapBytes(map, images);
    const buffer = this.pool.take(bytes, 'upload');
    const staging = this.pool.takeFilled(map.data, copySourceUsage, 'upload.staging');
    this.#queue.encoder.copyBufferToBuffer(staging, 0, buffer, 0, bytes);
    this.#queue.afterSubmit(() => this.pool.give(staging));
    const shape = { height, width, channels };
    return { images, firstImage, shape, kind: 'activations', buffer };
  }

  runMacro(prepared: PreparedLayer, input: HeldMap, residual: HeldMap | undefined): GpuMap {
    const layer = prepared as GpuLayer;
    const { program } = layer;
    const { images, firstImage } = input;
    const { output: shape } = program;
    const sums = this.#sums(layer, input as GpuMap);
    const { requantize: finish } = program;
    if (!finish) return { images, firstImage, shape, kind: 'sums', buffer: sums };
    const added = residual as GpuMap | undefined;
    const count = macroMacInvocations(program, images);
    const stored = this.pool.take(mapBytes(shape, images), `${program.name}.activations`);
    const uniform = this.#uniform(layer.uniforms, `requantize ${images}`, () =>
      requantizeParams(finish, shape, added?.shape, count),
    );
    const buffers = [uniform, sums, added?.buffer ?? this.#noResidual, stored];
    this.#run(this.#requantize, buffers, Math.ceil(count / 4));
    this.pool.give(sums);
    return { images, firstImage, shape, kind: 'activations', buffer: stored };
  }

  runPool(layer: PoolLayer, input: HeldMap): GpuMap {
    const { images, firstImage, buffer } = input as GpuMap;
    const shape = layer.outputShape;
    const count = images * activationsPerImage(shape);
    const stored = this.pool.take(mapBytes(shape, images), `${layer.name}.activations`);
    const key = `pool ${layer.kind} ${layer.size} ${JSON.stringify(layer.inputShape)} ${images}`;
    const uniform = this.#uniform(this.#poolUniforms, key, () => poolParams(layer, count));
    this.#run(this.#pooling, [uniform, buffer, stored], Math.ceil(count / 4));
    return { images, firstImage, shape, kind: 'activations', buffer: stored };
  }

  release(held: HeldMap | PreparedLayer): void {
    if (!('program' in held)) return this.pool.give((held as GpuMap).buffer);
    const { weightPlanes, tileStarts, codes, bias, events, uniforms } = held as GpuLayer;
    const buffers = [weightPlanes, tileStarts, codes, bias, events, ...uniforms.values()];
    for (const buffer of buffers) this.pool.give(buffer);
  }

  async download(map: HeldMap): Promise<Int32Array> {
    const { images, shape, kind, buffer } = map as GpuMap;
    const count = images * activationsPerImage(shape);
    if (kind === 'sums') return new Int32Array(await this.#queue.read(buffer, 4 * count));
    const bytes = await this.#queue.read(buffer, mapBytes(shape, images));
    return Int32Array.from(new Uint8Array(bytes).subarray(0, count));
  }

  async takeEvents(prepared: PreparedLayer): Promise<CountedEvents> {
    const { events } = prepared as GpuLayer;
    const words = new Uint32Array(await this.#queue.read(events, 4 * eventWords, true));
    const count = (event: number): number =>
      at(words, 2 * event + 1) * 2 ** 32 + at(words, 2 * event);
    return { saturatedReads: count(0), zeroPhaseReads: count(1), overflowedSums: count(2) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.pool.destroy();
    this.#gpu.destroy();
    return Promise.resolve();
  }

  /** Input phases, then the macros; gives the buffer of the sums. */
  #sums(layer: GpuLayer, input: GpuMap): GPUBuffer {
    const { program, uniforms } = layer;
    const { images } = input;
    const planes = this.pool.take(inputPhasesBytes(program, images), `${program.name}.planes`);
    const phases = this.#uniform(uniforms, `input-phases ${images}`, () =>
      inputPhasesParams(program, images),
    );
    this.#run(
      layer.inputPhases,
      [phases, input.buffer, planes],
      inputPhasesInvocations(program, images),
    );
    const count = macroMacInvocations(program, images);
    const sums = this.pool.take(4 * count, `${program.name}.sums`);
    const params = this.#uniform(uniforms, `macro-mac ${images}`, () =>
      macroMacParams(program, images),
    );
    const { weightPlanes, tileStarts, codes, bias, events } = layer;
    this.#run(
      layer.macroMac,
      [params, planes, weightPlanes, tileStarts, codes, bias, sums, events],
      count,
    );
    this.pool.give(planes);
    return sums;
  }

  #run(kernel: Kernel | undefined, buffers: readonly GPUBuffer[], invocations: number): void {
    assert(kernel !== undefined, 'kernels are compiled before they run');
    const pass = this.#queue.encoder.beginComputePass({ label: kernel.name });
    dispatch(this.#gpu, pass, kernel, { buffers, invocations });
    pass.end();
  }

  #uniform(cache: Map<string, GPUBuffer>, key: string, make: () => ArrayBuffer): GPUBuffer {
    const buffer = cache.get(key) ?? this.pool.takeFilled(make(), uniformUsage, key);
    cache.set(key, buffer);
    return buffer;
  }

  #kernel<F extends Readonly<Record<string, UniformScalar>>>(
    source: KernelSource<F>,
    constants: Record<string, number>,
  ): Promise<Kernel> {
    const key = `${source.name} ${JSON.stringify(constants)}`;
    const kernel = this.#kernels.get(key) ?? compileKernel(this.#gpu, source, constants);
    this.#kernels.set(key, kernel);
    return kernel;
  }
}

/**
 * Opens a backend on `device`, which it owns from then on.
 * @param name device and driver, for reports
 */
export async function openGpuBackend(device: GPUDevice, name: string): Promise<GpuBackend> {
  const backend = new GpuBackend(device, name);
  await backend.compile();
  return backend;
}

/** Bytes of a stored feature map: whole words. */
const mapBytes = (shape: Shape, images: number): number =>
  Math.ceil((images * activationsPerImage(shape)) / 4) * 4;

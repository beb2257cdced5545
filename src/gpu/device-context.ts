// A device with what every kernel needs: buffers, the queue of commands, compiled kernels.

import { BufferPool, uniformUsage } from './buffer-pool.ts';
import { CommandQueue } from './command-queue.ts';
import {
  type Bindings,
  type BoundBuffers,
  compileKernel,
  dispatch,
  type IndirectWorkgroups,
  type Kernel,
  type KernelSource,
  type Workgroups,
} from './kernel.ts';
import type { KernelShape } from './kernel-shape.ts';
import type { PartLimits } from './layer-parts.ts';
import { PassClock, timestampFeature } from './pass-times.ts';
import type { UniformScalar } from './uniform-layout.ts';

/** Lanes that tell each other words: see shaders/lib/eight-lanes.wgsl. */
const lanesNeeded = 8;

/** Largest magnitude of codes that 32 bits hold, whatever their sign. */
const largestCodes = 2 ** 31 - 1;

/** What a device is used for. */
export interface ContextOptions {
  /** Max. bytes of all buffers together. */
  readonly maxMemory: number;
  readonly shape: KernelShape;
  /** Of parts, where those of the device are higher. */
  readonly limits?: Partial<PartLimits> | undefined;
  /** Whether passes note their times on the device. False by default. */
  readonly timestamps?: boolean | undefined;
}

/** Owns a device. */
export class DeviceContext {
  readonly pool: BufferPool;
  readonly queue: CommandQueue;
  /** Whether kernels let the lanes of a subgroup share what they load. */
  readonly subgroups: boolean;
  readonly #device: GPUDevice;
  readonly #sums: KernelShape['sums'];
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  /** Invocations of a workgroup of the tiled kernels. */
  readonly workgroup: number;

  /** What a part of a layer may take. */
  readonly limits: PartLimits;

  /** Times of the passes on the device; undefined where nobody asked, or the device has none. */
  readonly clock: PassClock | undefined;

  constructor(
    device: GPUDevice,
    { maxMemory, shape, limits = {}, timestamps = false }: ContextOptions,
  ) {
    this.#device = device;
    this.clock =
      timestamps && device.features.has(timestampFeature) ? new PassClock(device) : undefined;
    this.pool = new BufferPool(device, maxMemory);
    this.limits = {
      binding: Math.min(limits.binding ?? Infinity, this.pool.largest),
      codes: limits.codes ?? largestCodes,
    };
    const forget = (): void => this.pool.forgetRecorded();
    this.queue = new CommandQueue(device, forget, this.clock);
    this.workgroup = shape.workgroup;
    this.#sums = shape.sums;
    this.subgroups =
      shape.subgroups &&
      device.features.has('subgroups') &&
      (device.adapterInfo.subgroupMinSize ?? 0) >= lanesNeeded;
  }

  /** Compiles a kernel, or finds it compiled. */
  async kernel<F extends Readonly<Record<string, UniformScalar>>, B extends Bindings>(
    source: KernelSource<F, B>,
    constants: Readonly<Record<string, number>>,
  ): Promise<Kernel<keyof B & string>> {
    const { name, subgroupCode } = source;
    const all = source.constants.includes('FIELD_SUMS')
      ? { ...constants, FIELD_SUMS: Number(this.#sums === 'fields') }
      : constants;
    const key = `${name} ${JSON.stringify(all)}`;
    const code = this.subgroups && subgroupCode !== undefined ? subgroupCode : source.code;
    const bindings: readonly (keyof B & string)[] = Object.keys(source.bindings);
    const pipeline = this.#pipelines.get(key) ?? compileKernel(this.#device, { name, code }, all);
    this.#pipelines.set(key, pipeline);
    return { name, bindings, pipeline: await pipeline };
  }

  /** Names of the kernels that were compiled. */
  get kernelNames(): readonly string[] {
    return [...new Set([...this.#pipelines.keys()].map((key) => key.split(' ', 1)[0] ?? ''))];
  }

  /** Records one dispatch. */
  run<Name extends string>(
    kernel: Kernel<Name>,
    buffers: BoundBuffers<NoInfer<Name>>,
    workgroups: Workgroups | IndirectWorkgroups,
  ): void {
    const { encoder } = this.queue;
    const timestampWrites = this.clock?.next(kernel.name);
    const pass = encoder.beginComputePass({
      label: kernel.name,
      ...(timestampWrites && { timestampWrites }),
    });
    dispatch(this.#device, pass, kernel, { buffers, workgroups });
    pass.end();
  }

  /** The buffer of `key` in `cache`, made on first use: a uniform unless `usage` says otherwise. */
  uniform(
    cache: Map<string, GPUBuffer>,
    key: string,
    make: () => ArrayBuffer | Uint32Array,
    usage: GPUBufferUsageFlags = uniformUsage,
  ): GPUBuffer {
    const buffer = cache.get(key) ?? this.pool.takeFilled(make(), usage, key, 'batch');
    cache.set(key, buffer);
    return buffer;
  }

  /** Destroys all buffers and the device. */
  destroy(): void {
    this.pool.destroy();
    this.clock?.destroy();
    this.#device.destroy();
  }
}

// One compute pipeline with its buffers: what the roofline's kernels need, and no more.

import { PassClock, timestampFeature } from '../gpu/pass-times.ts';

/** A kernel as text. */
export interface ProgramSource {
  readonly code: string;
  readonly entryPoint: string;
  /** Values of its overrides. */
  readonly constants?: Readonly<Record<string, number>>;
}

/** A compiled kernel and the buffers made for it. */
export interface Program {
  /** A uniform of so many 32-bit words. */
  uniform(words: number): GPUBuffer;
  storage(bytes: number): GPUBuffer;
  storageOf(data: Uint32Array): GPUBuffer;
  /** Runs `groups` workgroups on buffers in the order of their bindings, and waits for the end. */
  run(buffers: readonly GPUBuffer[], groups: number): Promise<void>;
  /** Seconds of the runs on the device since this was last asked; undefined where it does not tell. */
  takeSeconds(): number | undefined;
  /** The first bytes of a buffer. */
  read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer>;
  destroy(): void;
}

/** GPUBufferUsage and GPUMapMode as numbers: the globals are not everywhere. */
const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 };
const mapRead = 0x1;

/**
 * Compiles a kernel.
 * @throws {Error} when it does not compile on this device
 */
export async function openProgram(device: GPUDevice, source: ProgramSource): Promise<Program> {
  const { code, entryPoint, constants = {} } = source;
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: entryPoint, code });
  const compute = { module, entryPoint, constants };
  const [pipeline] = await Promise.allSettled([
    device.createComputePipelineAsync({ label: entryPoint, layout: 'auto', compute }),
  ]);
  const error = await device.popErrorScope();
  if (pipeline.status === 'rejected' || error)
    throw new Error(`${entryPoint} does not compile: ${error?.message ?? 'no pipeline'}`);
  const buffers: GPUBuffer[] = [];
  const make = (size: number, flags: number): GPUBuffer => {
    const buffer = device.createBuffer({ label: entryPoint, size, usage: flags });
    buffers.push(buffer);
    return buffer;
  };
  const clock = device.features.has(timestampFeature) ? new PassClock(device) : undefined;
  const storage = (bytes: number): GPUBuffer =>
    make(bytes, usage.storage | usage.copySource | usage.copyTarget);
  return {
    uniform: (words) => make(Math.max(16, 4 * words), usage.uniform | usage.copyTarget),
    storage,
    storageOf: (data) => {
      const buffer = storage(data.byteLength);
      device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
      return buffer;
    },
    run: async (bound, groups) => {
      const encoder = device.createCommandEncoder({ label: entryPoint });
      const timestampWrites = clock?.next(entryPoint);
      const pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
      pass.setPipeline(pipeline.value);
      const entries = bound.map((buffer, binding) => ({ binding, resource: { buffer } }));
      const layout = pipeline.value.getBindGroupLayout(0);
      pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
      pass.dispatchWorkgroups(groups);
      pass.end();
      const readTimes = clock?.record(encoder);
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      await readTimes?.();
    },
    takeSeconds: () => clock?.take()?.seconds,
    read: async (buffer, bytes) => {
      const staging = device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(mapRead);
      const copy = staging.getMappedRange().slice(0);
      staging.destroy();
      return copy;
    },
    destroy: () => {
      for (const buffer of buffers) buffer.destroy();
      clock?.destroy();
    },
  };
}

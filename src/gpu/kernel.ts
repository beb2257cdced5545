// One compute kernel: its shader text, its bindings, its pipelines. A pipeline is made once per set of constants.

import { SimulationError } from '../core/errors.ts';
import type { UniformLayout, UniformScalar } from './uniform-layout.ts';

/** What a kernel is, before there is a device. */
export interface KernelSource<F extends Readonly<Record<string, UniformScalar>>> {
  /** The name of the file; the entry point is the same with underscores. */
  readonly name: string;
  readonly code: string;
  readonly params: UniformLayout<F>;
  /** Storage bindings from 1 on; binding 0 is the uniform. */
  readonly bindings: readonly { readonly name: string; readonly access: 'read' | 'read_write' }[];
  /** Names of the overrides that the host sets. */
  readonly constants: readonly string[];
}

/** A compiled kernel. */
export interface Kernel {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
}

/** Invocations of one workgroup: `WORKGROUP` of shaders/lib/linear-index.wgsl. */
const workgroup = 64;
/** The least that WebGPU promises for maxComputeWorkgroupsPerDimension. */
const workgroupsPerDimension = 65535;

/**
 * Compiles a kernel.
 * @throws {SimulationError} with the compiler's messages
 */
export async function compileKernel<F extends Readonly<Record<string, UniformScalar>>>(
  device: GPUDevice,
  source: KernelSource<F>,
  constants: Readonly<Record<string, number>>,
): Promise<Kernel> {
  const { name, code } = source;
  const module = device.createShaderModule({ label: name, code });
  try {
    const pipeline = await device.createComputePipelineAsync({
      label: name,
      layout: 'auto',
      compute: { module, entryPoint: name.replaceAll('-', '_'), constants },
    });
    return { name, pipeline };
  } catch (cause) {
    const { messages } = await module.getCompilationInfo();
    const lines = messages.map((message) => `line ${message.lineNum}: ${message.message}`);
    const reason = cause instanceof Error ? cause.message : 'unknown reason';
    throw new SimulationError({
      what: `does not compile: ${[...lines, reason].join('; ').replaceAll('\n', ' ')}`,
      where: ['kernel', name],
      cause,
    });
  }
}

/** Records one dispatch of `invocations` into `pass`; buffers in the order of the bindings, uniform first. */
export function dispatch(
  device: GPUDevice,
  pass: GPUComputePassEncoder,
  kernel: Kernel,
  run: { readonly buffers: readonly GPUBuffer[]; readonly invocations: number },
): void {
  const group = device.createBindGroup({
    label: kernel.name,
    layout: kernel.pipeline.getBindGroupLayout(0),
    entries: run.buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const workgroups = Math.ceil(run.invocations / workgroup);
  const columns = Math.min(workgroups, workgroupsPerDimension);
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(columns, Math.ceil(workgroups / columns));
}

// One compute kernel: its shader text, its bindings, its pipelines. A pipeline is made once per set of constants.

import { SimulationError } from '../core/errors.ts';
import type { UniformLayout, UniformScalar } from './uniform-layout.ts';

/** What a kernel is, before there is a device. */
export interface KernelSource<F extends Readonly<Record<string, UniformScalar>>> {
  /** The name of the file; the entry point is the same with underscores. */
  readonly name: string;
  readonly code: string;
  /** The same kernel for adapters with subgroups of at least eight lanes. */
  readonly subgroupCode?: string;
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

/** Workgroups of a dispatch. */
export type Workgroups = readonly [number, number, number];

/** Workgroups that the device itself decided on: three words from `offset` bytes on. */
export interface IndirectWorkgroups {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/** Invocations of one workgroup: `WORKGROUP` of shaders/lib/linear-index.wgsl. */
const workgroup = 64;
/** The least that WebGPU promises for maxComputeWorkgroupsPerDimension. */
const workgroupsPerDimension = 65535;

/** Workgroups for kernels whose invocations have one number each, as linear_index() reads them. */
export function linearWorkgroups(invocations: number): Workgroups {
  const workgroups = Math.max(1, Math.ceil(invocations / workgroup));
  const columns = Math.min(workgroups, workgroupsPerDimension);
  return [columns, Math.ceil(workgroups / columns), 1];
}

/** Folds `count` workgroups into two dimensions: rows and layers of rows. */
export function foldedRows(count: number): { readonly rows: number; readonly layers: number } {
  const rows = Math.min(count, workgroupsPerDimension);
  return { rows, layers: Math.ceil(count / rows) };
}

/** The two texts of a kernel that uses subgroups where there are any; see shaders/lib/eight-lanes.wgsl. */
export function withAndWithoutSubgroups(texts: {
  readonly plain: string;
  readonly lanes: string;
  readonly code: string;
}): { readonly code: string; readonly subgroupCode: string } {
  const builtin = /^ *@builtin\(subgroup_invocation_id\) subgroup_lane: u32,\n/m;
  return {
    code: texts.plain + texts.code.replace(builtin, ''),
    subgroupCode: `enable subgroups;\n${texts.lanes}${texts.code}`,
  };
}

/**
 * Compiles a kernel.
 * @throws {SimulationError} with the compiler's messages
 */
export async function compileKernel(
  device: GPUDevice,
  source: { readonly name: string; readonly code: string },
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

/** Records one dispatch into `pass`; buffers in the order of the bindings, uniform first. */
export function dispatch(
  device: GPUDevice,
  pass: GPUComputePassEncoder,
  kernel: Kernel,
  run: {
    readonly buffers: readonly GPUBuffer[];
    readonly workgroups: Workgroups | IndirectWorkgroups;
  },
): void {
  const group = device.createBindGroup({
    label: kernel.name,
    layout: kernel.pipeline.getBindGroupLayout(0),
    entries: run.buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(0, group);
  const { workgroups } = run;
  if ('buffer' in workgroups) pass.dispatchWorkgroupsIndirect(workgroups.buffer, workgroups.offset);
  else pass.dispatchWorkgroups(...workgroups);
}

// One compute kernel: its shader text, its bindings, its pipelines. A pipeline is made once per set of constants.

import { CimError } from '../core/errors.ts';
import type { UniformLayout, UniformScalar } from './uniform-layout.ts';

/** The storage bindings of a kernel by their names in the shader, in the order of their numbers, from 1 on. */
export type Bindings = Readonly<Record<string, 'read' | 'read_write'>>;

/** What a kernel is, before there is a device. */
export interface KernelSource<
  F extends Readonly<Record<string, UniformScalar>>,
  B extends Bindings = Bindings,
> {
  /** The name of the file; the entry point is the same with underscores. */
  readonly name: string;
  readonly code: string;
  /** The same kernel for adapters with subgroups of at least eight lanes. */
  readonly subgroupCode?: string;
  readonly params: UniformLayout<F>;
  /** Binding 0 is the uniform. */
  readonly bindings: B;
  /** Names of the overrides that the host sets. */
  readonly constants: readonly string[];
}

/** A compiled kernel with storage bindings of these names. */
export interface Kernel<Name extends string = string> {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  /** In the order of their numbers, from 1 on. */
  readonly bindings: readonly Name[];
}

/** The kernel that a source becomes. */
export type KernelOf<Source> =
  Source extends KernelSource<infer _, infer B> ? Kernel<keyof B & string> : never;

/** A buffer for each binding of a kernel; `params` is its uniform. */
export type BoundBuffers<Name extends string> = Readonly<Record<Name | 'params', GPUBuffer>>;

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
 * @throws {CimError} (simulation) with the compiler's messages
 */
export async function compileKernel(
  device: GPUDevice,
  source: { readonly name: string; readonly code: string },
  constants: Readonly<Record<string, number>>,
): Promise<GPUComputePipeline> {
  const { name, code } = source;
  const module = device.createShaderModule({ label: name, code });
  try {
    return await device.createComputePipelineAsync({
      label: name,
      layout: 'auto',
      compute: { module, entryPoint: name.replaceAll('-', '_'), constants },
    });
  } catch (cause) {
    const { messages } = await module.getCompilationInfo();
    const lines = messages.map((message) => `line ${message.lineNum}: ${message.message}`);
    const reason = cause instanceof Error ? cause.message : 'unknown reason';
    throw new CimError('simulation', {
      what: `does not compile: ${[...lines, reason].join('; ').replaceAll('\n', ' ')}`,
      where: ['kernel', name],
      cause,
    });
  }
}

/** Records one dispatch into `pass`. */
export function dispatch<Name extends string>(
  device: GPUDevice,
  pass: GPUComputePassEncoder,
  kernel: Kernel<Name>,
  run: {
    readonly buffers: BoundBuffers<NoInfer<Name>>;
    readonly workgroups: Workgroups | IndirectWorkgroups;
  },
): void {
  const group = device.createBindGroup({
    label: kernel.name,
    layout: kernel.pipeline.getBindGroupLayout(0),
    entries: (['params', ...kernel.bindings] as const).map((name, binding) => ({
      binding,
      resource: { buffer: run.buffers[name] },
    })),
  });
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(0, group);
  const { workgroups } = run;
  if ('buffer' in workgroups) pass.dispatchWorkgroupsIndirect(workgroups.buffer, workgroups.offset);
  else pass.dispatchWorkgroups(...workgroups);
}

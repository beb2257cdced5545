// Host side of shaders/add-part.wgsl.

import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import wide from '../../../shaders/lib/wide.wgsl?raw';
import code from '../../../shaders/add-part.wgsl?raw';
import { outputCount } from '../gpu-map.ts';
import type { KernelSource } from '../kernel.ts';
import type { LayerPart } from '../layer-parts.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';

const fields = {
  invocations: 'u32',
  kernels: 'u32',
  all_kernels: 'u32',
  first_kernel: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('AddPartParams', fields);

const bindings = {
  sums: 'read',
  totals: 'read_write',
} as const;

/** The kernel; see the shader's header. */
export const addPart: KernelSource<typeof fields, typeof bindings> = {
  name: 'add-part',
  code: linearIndex + wide + code,
  params,
  bindings,
  constants: [],
};

/** The uniform of a part for a batch. */
export const addPartParams = (
  { program, firstKernel, allKernels }: LayerPart,
  images: number,
): ArrayBuffer =>
  params.pack({
    invocations: outputCount(program.output, images),
    kernels: program.output.channels,
    all_kernels: allKernels,
    first_kernel: firstKernel,
  });

// Host side of shaders/finish-sums.wgsl.

import events from '../../../shaders/lib/events.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import wide from '../../../shaders/lib/wide.wgsl?raw';
import code from '../../../shaders/finish-sums.wgsl?raw';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import { outputCount } from '../gpu-map.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
import type { SumUnits } from './tile.ts';

const fields = {
  invocations: 'u32',
  kernels: 'u32',
  kernels_per_tile: 'u32',
  step: 'u32',
  offset: 'i32',
  accumulator_bits: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('FinishSumsParams', fields);

const bindings = {
  totals: 'read',
  tile_starts: 'read',
  bias: 'read',
  sums: 'read_write',
  events: 'read_write',
} as const;

/** The kernel; see the shader's header. */
export const finishSums: KernelSource<typeof fields, typeof bindings> = {
  name: 'finish-sums',
  code: linearIndex + wide + events + code,
  params,
  bindings,
  constants: [],
};

/** The uniform for a batch. */
export const finishSumsParams = (
  program: MacroProgram,
  images: number,
  { step, offset }: SumUnits,
): ArrayBuffer =>
  params.pack({
    invocations: outputCount(program.output, images),
    kernels: program.output.channels,
    kernels_per_tile: program.kernelsPerTile,
    step,
    offset,
    accumulator_bits: program.accumulatorBits,
  });

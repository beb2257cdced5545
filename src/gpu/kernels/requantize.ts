// Host side of shaders/requantize.wgsl.

import bytes from '../../../shaders/lib/bytes.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import scale from '../../../shaders/lib/scale.wgsl?raw';
import code from '../../../shaders/requantize.wgsl?raw';
import { tableEntries } from '../../compress/activation-table.ts';
import type { Shape } from '../../core/feature-map.ts';
import { codeRange } from '../../compress/stored-codes.ts';
import type { RequantizeProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';

const fields = {
  invocations: 'u32',
  count: 'u32',
  multiplier: 'i32',
  shift: 'i32',
  low: 'i32',
  high: 'i32',
  zero: 'i32',
  fraction: 'u32',
  height: 'u32',
  width: 'u32',
  channels: 'u32',
  has_residual: 'u32',
  residual_stride: 'u32',
  residual_offset: 'u32',
  residual_height: 'u32',
  residual_width: 'u32',
  residual_channels: 'u32',
  residual_multiplier: 'i32',
  residual_shift: 'i32',
  residual_signed: 'u32',
  residual_zero: 'i32',
  has_table: 'u32',
  has_kernels: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('RequantizeParams', fields);

const bindings = {
  sums: 'read',
  residual: 'read',
  table: 'read',
  activations: 'read_write',
} as const;

/** The kernel; see the shader's header. */
export const requantize: KernelSource<typeof fields, typeof bindings> = {
  name: 'requantize',
  code: linearIndex + bytes + scale + code,
  params,
  bindings,
  constants: [],
};

/** The uniform for a batch of `count` activations. */
export function requantizeParams(
  program: RequantizeProgram,
  output: Shape,
  residualShape: Shape | undefined,
  count: number,
): ArrayBuffer {
  const { residual, scale, table, fraction = 0 } = program;
  const added = residual ?? noResidual;
  const shape = residualShape ?? { height: 0, width: 0, channels: 0 };
  return params.pack({
    invocations: Math.ceil(count / 4),
    count,
    multiplier: scale.multiplier,
    shift: scale.shift,
    ...codeRange(program),
    fraction,
    height: output.height,
    width: output.width,
    channels: output.channels,
    has_residual: residual ? 1 : 0,
    residual_stride: added.stride,
    residual_offset: added.channelOffset,
    residual_height: shape.height,
    residual_width: shape.width,
    residual_channels: shape.channels,
    residual_multiplier: added.scale.multiplier,
    residual_shift: added.scale.shift,
    residual_signed: added.signed ? 1 : 0,
    residual_zero: added.zero ?? 0,
    has_table: table ? 1 : 0,
    has_kernels: program.kernels ? 1 : 0,
  });
}

/** The table and the scales by kernel, as the shader reads them; undefined where a layer has neither. */
export function requantizeTable({ table, kernels }: RequantizeProgram): Uint8Array | undefined {
  if (!kernels) return table;
  const bytes = new Uint8Array(tableEntries + kernels.byteLength);
  if (table) bytes.set(table);
  bytes.set(new Uint8Array(kernels.buffer, kernels.byteOffset, kernels.byteLength), tableEntries);
  return bytes;
}

const noResidual: NonNullable<RequantizeProgram['residual']> = {
  stride: 0,
  channelOffset: 0,
  scale: { multiplier: 0, shift: 0 },
  signed: false,
};

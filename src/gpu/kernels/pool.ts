// Host side of shaders/pool.wgsl.

import bytes from '../../../shaders/lib/bytes.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import code from '../../../shaders/pool.wgsl?raw';
import type { PoolLayer } from '../../compress/compressed-network.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
import { windowParams } from './window-params.ts';

const fields = {
  invocations: 'u32',
  count: 'u32',
  height: 'u32',
  width: 'u32',
  channels: 'u32',
  input_height: 'u32',
  input_width: 'u32',
  window_height: 'u32',
  window_width: 'u32',
  stride_y: 'u32',
  stride_x: 'u32',
  pad_top: 'u32',
  pad_left: 'u32',
  dilation_y: 'u32',
  dilation_x: 'u32',
  is_mean: 'u32',
  count_include_pad: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('PoolParams', fields);

const bindings = {
  input: 'read',
  activations: 'read_write',
} as const;

/** The kernel; see the shader's header. */
export const pool: KernelSource<typeof fields, typeof bindings> = {
  name: 'pool',
  code: linearIndex + bytes + code,
  params,
  bindings,
  constants: [],
};

/** The uniform for a batch of `count` activations. */
export function poolParams(layer: PoolLayer, count: number): ArrayBuffer {
  const { inputShape: input, outputShape: output, window } = layer;
  return params.pack({
    invocations: Math.ceil(count / 4),
    count,
    height: output.height,
    width: output.width,
    channels: output.channels,
    input_height: input.height,
    input_width: input.width,
    window_height: window.height,
    window_width: window.width,
    ...windowParams(window),
    is_mean: layer.kind === 'averagePool' ? 1 : 0,
    count_include_pad: layer.countIncludePad ? 1 : 0,
  });
}

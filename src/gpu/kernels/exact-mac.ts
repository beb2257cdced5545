// Host side of shaders/exact-mac.wgsl.

import code from '../../../shaders/exact-mac.wgsl?raw';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { dotKernels, kernelSlots } from '../tile-weights.ts';
import { wordMap } from '../../simulate/word-map.ts';
import { type TileFields, tileParams, tileTexts, type Tiling } from './tile.ts';

const bindings = {
  words: 'read',
  weights: 'read',
  tile_starts: 'read',
  offsets: 'read',
  bias: 'read',
  sums: 'read_write',
  events: 'read_write',
  first_words: 'read',
} as const;

/** The kernel; see the shader's header. */
export const exactMac: KernelSource<TileFields, typeof bindings> = {
  name: 'exact-mac',
  ...tileTexts('', code),
  params: tileParams,
  bindings,
  constants: ['TILE_WORKGROUP', 'CHUNKS', 'KERNEL_SLOTS', 'FINISH'],
};

/** How the kernel cuts a layer. */
export const exactTiling = (program: MacroProgram, workgroup: number): Tiling => ({
  workgroup,
  pixels: 2,
  kernels: dotKernels,
  slots: kernelSlots(program, dotKernels),
});

/** Values of the overrides; `finish`: whether codes become sums here. */
export const exactMacConstants = (
  program: MacroProgram,
  tiling: Tiling,
  finish: boolean,
): Record<string, number> => ({
  TILE_WORKGROUP: tiling.workgroup,
  CHUNKS: wordMap(program).chunks,
  KERNEL_SLOTS: tiling.slots,
  FINISH: finish ? 1 : 0,
});

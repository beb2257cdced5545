// Host side of shaders/exact-mac.wgsl.

import code from '../../../shaders/exact-mac.wgsl?raw';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { dotKernels, kernelSlots } from '../tile-weights.ts';
import { wordMap } from '../word-map.ts';
import { type TileFields, tileParams, tileTexts, type Tiling } from './tile.ts';

/** The kernel; see the shader's header. */
export const exactMac: KernelSource<TileFields> = {
  name: 'exact-mac',
  ...tileTexts('', code),
  params: tileParams,
  bindings: [
    { name: 'words', access: 'read' },
    { name: 'weights', access: 'read' },
    { name: 'tile_starts', access: 'read' },
    { name: 'offsets', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'sums', access: 'read_write' },
    { name: 'events', access: 'read_write' },
    { name: 'first_words', access: 'read' },
  ],
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

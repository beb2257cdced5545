// Host side of shaders/clip-mac.wgsl.

import code from '../../../shaders/clip-mac.wgsl?raw';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { type TileFields, tileParams, tileTexts, type Tiling } from './tile.ts';
import { bitLineConstants, bitLineLibraries, bitLineTiling } from './tiled-mac.ts';

/** The kernel; see the shader's header. */
export const clipMac: KernelSource<TileFields> = {
  name: 'clip-mac',
  ...tileTexts(bitLineLibraries, code),
  params: tileParams,
  bindings: [
    { name: 'words', access: 'read' },
    { name: 'weights', access: 'read' },
    { name: 'tile_starts', access: 'read' },
    { name: 'groups', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'flags', access: 'read' },
    { name: 'sums', access: 'read_write' },
    { name: 'events', access: 'read_write' },
  ],
  constants: bitLineConstants,
};

/** How the kernel cuts a layer: small workgroups, because one pixel that could clip makes all of them look. */
export const clipTiling = (program: MacroProgram): Tiling => bitLineTiling(program, 8);

// Host side of shaders/clip-mac.wgsl.

import code from '../../../shaders/clip-mac.wgsl?raw';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { type TileFields, tileParams, tileTexts, type Tiling } from './tile.ts';
import { bitLineConstants, bitLineLibraries, bitLineTiling } from './tiled-mac.ts';

const bindings = {
  words: 'read',
  weights: 'read',
  tile_starts: 'read',
  groups: 'read',
  bias: 'read',
  flags: 'read',
  sums: 'read_write',
  events: 'read_write',
} as const;

/** The kernel; see the shader's header. */
export const clipMac: KernelSource<TileFields, typeof bindings> = {
  name: 'clip-mac',
  ...tileTexts(bitLineLibraries, code),
  params: tileParams,
  bindings,
  constants: bitLineConstants,
};

/** How the kernel cuts a layer: small workgroups, because one pixel that could clip makes all of them look. */
export const clipTiling = (program: MacroProgram): Tiling => bitLineTiling(program, 8);

// Host side of shaders/clip-flags.wgsl.

import adc from '../../../shaders/lib/tiled-adc.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import code from '../../../shaders/clip-flags.wgsl?raw';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
import { storedCodes, wordMap } from '../../simulate/word-map.ts';
import { clipTiling } from './clip-mac.ts';
import { pixelTiles } from './tile.ts';
import { tiledAdcConstants } from './tiled-mac.ts';

const fields = {
  invocations: 'u32',
  tile_pixels: 'u32',
  pixels: 'u32',
  output_width: 'u32',
  output_pixels: 'u32',
  padded_width: 'u32',
  padded_pixels: 'u32',
  blocks: 'u32',
  stride_y: 'u32',
  stride_x: 'u32',
  codes: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('ClipFlagsParams', fields);

const bindings = {
  words: 'read',
  stored: 'read',
  flags: 'read_write',
  choice: 'read_write',
} as const;

/** The kernel; see the shader's header. */
export const clipFlags: KernelSource<typeof fields, typeof bindings> = {
  name: 'clip-flags',
  code: linearIndex + adc + code,
  params,
  bindings,
  constants: ['PHASES', ...tiledAdcConstants],
};

/** (pixel tile, index code) of a batch. */
export const clipFlagsInvocations = (program: MacroProgram, images: number): number =>
  pixelTiles(program, images, clipTiling(program)) * storedCodes(program).length;

/** The uniform for a batch. */
export function clipFlagsParams(program: MacroProgram, images: number): ArrayBuffer {
  const { output, words, kernel } = program;
  const { paddedHeight, paddedWidth } = wordMap(program);
  const tiling = clipTiling(program);
  return params.pack({
    invocations: clipFlagsInvocations(program, images),
    tile_pixels: tiling.workgroup * tiling.pixels,
    pixels: images * output.height * output.width,
    output_width: output.width,
    output_pixels: output.height * output.width,
    padded_width: paddedWidth,
    padded_pixels: paddedHeight * paddedWidth,
    blocks: words.blocks,
    stride_y: kernel.strides[0],
    stride_x: kernel.strides[1],
    codes: storedCodes(program).length,
  });
}

// Host side of shaders/noisy-mac.wgsl.

import noise from '../../../shaders/lib/noise.wgsl?raw';
import tileNoise from '../../../shaders/lib/tile-noise.wgsl?raw';
import code from '../../../shaders/noisy-mac.wgsl?raw';
import type { KernelSource } from '../kernel.ts';
import { type TileFields, tileParams, tileTexts } from './tile.ts';
import { type BitLineBindings, bitLineConstants, bitLineLibraries, tiledMac } from './tiled-mac.ts';

/** The kernel; see the shader's header. It binds what {@link tiledMac} binds. */
export const noisyMac: KernelSource<TileFields, BitLineBindings> = {
  name: 'noisy-mac',
  ...tileTexts(bitLineLibraries + noise + tileNoise, code),
  params: tileParams,
  bindings: tiledMac.bindings,
  constants: [...bitLineConstants, 'NOISE_LEVELS'],
};

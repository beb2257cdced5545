// Dot products instead of column reads, where that is proven to give the same: see choosePath().

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { DeviceContext } from '../device-context.ts';
import { outputCount, type GpuMap } from '../gpu-map.ts';
import { linearWorkgroups } from '../kernel.ts';
import { clipFlags, clipFlagsInvocations, clipFlagsParams } from '../kernels/clip-flags.ts';
import { clipMac, clipTiling } from '../kernels/clip-mac.ts';
import { exactMac, exactMacConstants, exactTiling } from '../kernels/exact-mac.ts';
import { packTileParams, tileWorkgroups } from '../kernels/tile.ts';
import { bitLineValues, tiledAdcConstants } from '../kernels/tiled-mac.ts';
import { bitLineWeights, dotWeights } from '../tile-weights.ts';
import { wordDistance } from '../word-map.ts';
import { groupTable, noNoise } from './group-table.ts';
import type { LayerBuffers, LayerRunner } from './layer-runner.ts';
import { wordMaps, type WordMaps } from './word-maps.ts';

/** Compiles what {@link LayerRunner} needs for a layer whose column reads lose nothing, or only what is clipped. */
export async function dotLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
  path: 'dot product' | 'dot product, clips corrected',
): Promise<LayerRunner> {
  const clips = path === 'dot product, clips corrected';
  const tiling = exactTiling(program);
  const [maps, mac] = await Promise.all([
    wordMaps(context, program, buffers),
    context.kernel(exactMac, exactMacConstants(program, !clips)),
  ]);
  const weights = buffers.filled(dotWeights(program), 'dotWeights');
  const tileStarts = buffers.filled(program.tileStarts, 'tileStarts');
  const distances = program.codes.map((code) => wordDistance(program, code));
  const offsets = buffers.filled(distances, 'offsets');
  const bias = buffers.filled(program.bias, 'bias');
  const lists = { tileStarts, bias };
  const correct = clips
    ? await clipCorrection(context, program, buffers, { maps, lists })
    : undefined;
  return {
    path,
    record: (input) => {
      const { images } = input;
      const words = maps.make('bytes', input);
      const sums = context.pool.take(
        4 * outputCount(program.output, images),
        `${program.name}.sums`,
      );
      const params = buffers.uniform(`exact-mac ${images}`, () =>
        packTileParams(program, images, tiling, noNoise),
      );
      context.run(
        mac,
        [params, words, weights, tileStarts, offsets, bias, sums, buffers.events],
        tileWorkgroups(program, images, tiling),
      );
      context.pool.give(words);
      correct?.(input, sums);
      return sums;
    },
  };
}

interface Shared {
  readonly maps: WordMaps;
  readonly lists: { readonly tileStarts: GPUBuffer; readonly bias: GPUBuffer };
}

/** Takes off the dot products what the ADC clips. */
async function clipCorrection(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
  { maps, lists }: Shared,
): Promise<(input: GpuMap, sums: GPUBuffer) => void> {
  const tiling = clipTiling(program);
  const values = bitLineValues(program, { multiplier: 1, addend: 0, shift: 0 }, tiling);
  const flagValues = Object.fromEntries(
    Object.entries(values).filter(
      ([name]) => name === 'PHASES' || tiledAdcConstants.includes(name),
    ),
  );
  const [flag, mac] = await Promise.all([
    context.kernel(clipFlags, flagValues),
    context.kernel(clipMac, values),
  ]);
  const weights = buffers.filled(bitLineWeights(program), 'bitLineWeights');
  const groups = buffers.filled(groupTable(program, 'number of stored code'), 'groups');
  return (input, sums) => {
    const { images } = input;
    const words = maps.make('digits', input);
    const invocations = clipFlagsInvocations(program, images);
    const flags = context.pool.take(4 * invocations, `${program.name}.flags`);
    const flagParams = buffers.uniform(`clip-flags ${images}`, () =>
      clipFlagsParams(program, images),
    );
    context.run(flag, [flagParams, words, maps.stored, flags], linearWorkgroups(invocations));
    const params = buffers.uniform(`clip-mac ${images}`, () =>
      packTileParams(program, images, tiling, noNoise),
    );
    const { tileStarts, bias } = lists;
    context.run(
      mac,
      [params, words, weights, tileStarts, groups, bias, flags, sums, buffers.events],
      tileWorkgroups(program, images, tiling),
    );
    context.pool.give(words);
    context.pool.give(flags);
  };
}

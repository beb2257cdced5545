// Every column read on its own, in tiles.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { AdcProduct } from '../choose-path.ts';
import type { DeviceContext } from '../device-context.ts';
import { outputCount } from '../gpu-map.ts';
import { packTileParams, tileWorkgroups } from '../kernels/tile.ts';
import { bitLineTiling, bitLineValues, tiledMac } from '../kernels/tiled-mac.ts';
import { bitLineWeights } from '../tile-weights.ts';
import { groupTable, noNoise } from './group-table.ts';
import type { LayerBuffers, LayerRunner } from './layer-runner.ts';
import { wordMaps } from './word-maps.ts';

/** Compiles what {@link LayerRunner} needs for a layer whose digits fit the tiled kernels. */
export async function bitLineLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
  adc: AdcProduct,
): Promise<LayerRunner> {
  const tiling = bitLineTiling(program);
  const [maps, mac] = await Promise.all([
    wordMaps(context, program, buffers),
    context.kernel(tiledMac, bitLineValues(program, adc, tiling)),
  ]);
  const weights = buffers.filled(bitLineWeights(program), 'weights');
  const tileStarts = buffers.filled(program.tileStarts, 'tileStarts');
  const groups = buffers.filled(groupTable(program, 'index code'), 'groups');
  const bias = buffers.filled(program.bias, 'bias');
  return {
    path: 'bit lines',
    record: (input) => {
      const { images } = input;
      context.pool.give(maps.make('bytes', input));
      const words = maps.make('digits', input);
      const sums = context.pool.take(
        4 * outputCount(program.output, images),
        `${program.name}.sums`,
      );
      const params = buffers.uniform(`tiled-mac ${images}`, () =>
        packTileParams(program, images, tiling, noNoise),
      );
      context.run(
        mac,
        [params, words, weights, tileStarts, groups, bias, sums, buffers.events],
        tileWorkgroups(program, images, tiling),
      );
      context.pool.give(words);
      return sums;
    },
  };
}

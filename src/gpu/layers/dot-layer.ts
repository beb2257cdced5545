// Dot products instead of column reads, where no sum can exceed the highest code: see choosePath().

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { DeviceContext } from '../device-context.ts';
import { exactMac, exactMacConstants, exactTiling } from '../kernels/exact-mac.ts';
import { packTileParams, productUnits, tileWorkgroups } from '../kernels/tile.ts';
import { type LayerPart, layerParts } from '../layer-parts.ts';
import { dotWeights, dotWords } from '../tile-weights.ts';
import { firstWords, wordDistance } from '../../simulate/word-map.ts';
import { noNoise } from './group-table.ts';
import { type LayerBuffers, type LayerWay, layerWay, type PartRunner } from './layer-runner.ts';
import { wordMaps } from './word-maps.ts';

/** Compiles what {@link LayerWay} needs for a layer whose column reads lose nothing. */
export async function dotLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
): Promise<LayerWay> {
  const tiling = exactTiling(program, context.workgroup);
  const bytes = { perGroup: 4 * dotWords(program), perTile: 4, fixed: 4 };
  const cut = layerParts(program, context.limits, bytes, tiling.slots / tiling.kernels);
  const [makeWords, mac] = await Promise.all([
    wordMaps(context, program, buffers, 'bytes'),
    context.kernel(exactMac, exactMacConstants(program, tiling, !cut.wide)),
  ]);
  const partRunner = (part: LayerPart, number: number): PartRunner<Record<'words', GPUBuffer>> => {
    const { program: own } = part;
    const weights = buffers.filled(dotWeights(own), 'weights');
    const tile_starts = buffers.filled(own.tileStarts, 'tileStarts');
    const distances = own.codes.map((code) => wordDistance(own, code));
    const offsets = buffers.filled(distances, 'offsets');
    const bias = buffers.filled(own.bias, 'bias');
    const lists = { weights, tile_starts, offsets, bias, events: buffers.events };
    return ({ images }, { words }, sums) => {
      const params = buffers.uniform(`exact-mac ${number} ${images}`, () =>
        packTileParams(part, images, tiling, { noise: noNoise, units: productUnits }),
      );
      const first_words = buffers.table(`first words ${images}`, () => firstWords(program, images));
      const bound = { ...lists, params, words, sums, first_words };
      context.run(mac, bound, tileWorkgroups(own, images, tiling));
    };
  };
  return layerWay(
    { path: 'dot product', cut, units: productUnits },
    (input) => ({ words: makeWords('bytes', input) }),
    cut.parts.map(partRunner),
  );
}

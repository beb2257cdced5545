// Dot products instead of column reads, where no sum can exceed the highest code: see choosePath().

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { DeviceContext } from '../device-context.ts';
import { outputCount } from '../gpu-map.ts';
import { exactMac, exactMacConstants, exactTiling } from '../kernels/exact-mac.ts';
import { packTileParams, tileWorkgroups } from '../kernels/tile.ts';
import { dotWeights } from '../tile-weights.ts';
import { firstWords, wordDistance } from '../word-map.ts';
import { noNoise } from './group-table.ts';
import type { LayerBuffers, LayerRunner } from './layer-runner.ts';
import { wordMaps } from './word-maps.ts';

/** Compiles what {@link LayerRunner} needs for a layer whose column reads lose nothing. */
export async function dotLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
): Promise<LayerRunner> {
  const tiling = exactTiling(program, context.workgroup);
  const [makeWords, mac] = await Promise.all([
    wordMaps(context, program, buffers, 'bytes'),
    context.kernel(exactMac, exactMacConstants(program, tiling, true)),
  ]);
  const weights = buffers.filled(dotWeights(program), 'weights');
  const tileStarts = buffers.filled(program.tileStarts, 'tileStarts');
  const distances = program.codes.map((code) => wordDistance(program, code));
  const offsets = buffers.filled(distances, 'offsets');
  const bias = buffers.filled(program.bias, 'bias');
  const firstWordsOf = (images: number): GPUBuffer =>
    buffers.table(`first words ${images}`, () => firstWords(program, images));
  return {
    path: 'dot product',
    record: (input) => {
      const { images } = input;
      const words = makeWords('bytes', input);
      const sums = context.pool.take(
        4 * outputCount(program.output, images),
        `${program.name}.sums`,
      );
      const params = buffers.uniform(`exact-mac ${images}`, () =>
        packTileParams(program, images, tiling, noNoise),
      );
      context.run(
        mac,
        [
          params,
          words,
          weights,
          tileStarts,
          offsets,
          bias,
          sums,
          buffers.events,
          firstWordsOf(images),
        ],
        tileWorkgroups(program, images, tiling),
      );
      context.pool.give(words);
      return sums;
    },
  };
}

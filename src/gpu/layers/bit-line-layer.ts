// Every column read on its own, in tiles.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import { adcProduct, isTiled } from '../choose-path.ts';
import type { DeviceContext } from '../device-context.ts';
import { outputCount } from '../gpu-map.ts';
import type { Kernel } from '../kernel.ts';
import { noisyMac } from '../kernels/noisy-mac.ts';
import { packTileParams, type Tiling, tileWorkgroups } from '../kernels/tile.ts';
import { bitLineTiling, bitLineValues, tiledMac } from '../kernels/tiled-mac.ts';
import { noiseLevels } from '../noise-levels.ts';
import { bitLineWeights } from '../tile-weights.ts';
import { firstWords } from '../word-map.ts';
import { groupTable, noNoise } from './group-table.ts';
import type { LayerBuffers, LayerRunner } from './layer-runner.ts';
import { wordMaps } from './word-maps.ts';

/** A kernel that reads bit lines, and the noise levels it needs behind its weights. */
interface BitLineKernel {
  readonly mac: Kernel;
  readonly levels: Uint32Array;
}

/**
 * Compiles what {@link LayerRunner} needs for a layer whose digits, ADC and noise fit the tiled kernels; undefined for
 * others.
 */
export async function bitLineLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
): Promise<LayerRunner | undefined> {
  const tiling = bitLineTiling(program);
  const kernel = bitLineKernel(context, program, tiling);
  if (!kernel) return undefined;
  const [makeWords, { mac, levels }] = await Promise.all([
    wordMaps(context, program, buffers),
    kernel,
  ]);
  const masks = bitLineWeights(program);
  const weights = buffers.filled(joined(masks, levels), 'weights');
  const tileStarts = buffers.filled(program.tileStarts, 'tileStarts');
  const groups = buffers.filled(groupTable(program, 'index code'), 'groups');
  const bias = buffers.filled(program.bias, 'bias');
  const firstWordsOf = (images: number): GPUBuffer =>
    buffers.table(`first words ${images}`, () => firstWords(program, images));
  const { noise } = program;
  return {
    path: 'bit lines',
    record: (input) => {
      const { images, firstImage } = input;
      context.pool.give(makeWords('bytes', input));
      const words = makeWords('digits', input);
      const sums = context.pool.take(
        4 * outputCount(program.output, images),
        `${program.name}.sums`,
      );
      const pack = (): ArrayBuffer =>
        packTileParams(program, images, tiling, {
          ...(noise ? { key: noise.key, firstImage } : noNoise),
          levels: masks.length,
        });
      const params = noise
        ? buffers.uniformOnce('noisy-mac', pack())
        : buffers.uniform(`tiled-mac ${images}`, pack);
      context.run(
        mac,
        [
          params,
          words,
          weights,
          tileStarts,
          groups,
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

function bitLineKernel(
  context: DeviceContext,
  program: MacroProgram,
  tiling: Tiling,
): Promise<BitLineKernel> | undefined {
  if (!isTiled(program)) return undefined;
  const adc = adcProduct(program);
  if (!adc) return undefined;
  const values = bitLineValues(program, adc, tiling);
  if (!program.noise)
    return context.kernel(tiledMac, values).then((mac) => ({ mac, levels: new Uint32Array() }));
  const levels = noiseLevels(program);
  return (
    levels &&
    context
      .kernel(noisyMac, { ...values, NOISE_LEVELS: levels.count })
      .then((mac) => ({ mac, levels: levels.words }))
  );
}

function joined(first: Uint32Array, second: Uint32Array): Uint32Array {
  const both = new Uint32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

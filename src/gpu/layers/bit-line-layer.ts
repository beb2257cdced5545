// Every column read on its own, in tiles.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import { analogTables } from '../analog-tables.ts';
import { adcProduct, isTiled } from '../choose-path.ts';
import type { DeviceContext } from '../device-context.ts';
import { outputCount } from '../gpu-map.ts';
import type { Kernel } from '../kernel.ts';
import { analogMac } from '../kernels/analog-mac.ts';
import { noisyMac } from '../kernels/noisy-mac.ts';
import { type NoisePlaces, packTileParams, type Tiling, tileWorkgroups } from '../kernels/tile.ts';
import { bitLineTiling, bitLineValues, tiledMac } from '../kernels/tiled-mac.ts';
import { noiseLevels } from '../noise-levels.ts';
import { bitLineWeights } from '../tile-weights.ts';
import { firstWords } from '../word-map.ts';
import { groupTable, noNoise } from './group-table.ts';
import type { LayerBuffers, LayerRunner } from './layer-runner.ts';
import { wordMaps } from './word-maps.ts';

/** A kernel that reads bit lines, and the noise tables it needs behind its weights. */
interface BitLineKernel {
  readonly mac: Promise<Kernel>;
  readonly tables: readonly (Uint32Array | Int32Array)[];
}

/**
 * Compiles what {@link LayerRunner} needs for a layer whose digits, ADC and noise fit the tiled kernels; undefined for
 * others.
 */
export async function bitLineLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
  packedDotProducts: boolean,
): Promise<LayerRunner | undefined> {
  const tiling = bitLineTiling(program, context.workgroup);
  const kernel = bitLineKernel(context, program, tiling, packedDotProducts);
  if (!kernel) return undefined;
  const { tables } = kernel;
  const [makeWords, mac] = await Promise.all([
    wordMaps(context, program, buffers, 'digits'),
    kernel.mac,
  ]);
  const masks = bitLineWeights(program);
  const weights = buffers.filled(joined([masks, ...tables]), 'weights');
  const tileStarts = buffers.filled(program.tileStarts, 'tileStarts');
  const groups = buffers.filled(groupTable(program, 'index code'), 'groups');
  const bias = buffers.filled(program.bias, 'bias');
  const lists = [weights, tileStarts, groups, bias];
  const firstWordsOf = (images: number): GPUBuffer =>
    buffers.table(`first words ${images}`, () => firstWords(program, images));
  const { noise } = program;
  return {
    path: 'bit lines',
    record: (input) => {
      const { images, firstImage } = input;
      const words = makeWords('digits', input);
      const sums = context.pool.take(
        4 * outputCount(program.output, images),
        `${program.name}.sums`,
      );
      const pack = (): ArrayBuffer =>
        packTileParams(
          program,
          images,
          tiling,
          noise ? noisePlaces(masks.length, tables, { key: noise.key, firstImage }) : noNoise,
        );
      const params = noise
        ? buffers.uniformOnce('noisy-mac', pack())
        : buffers.uniform(`tiled-mac ${images}`, pack);
      const bound = [params, words, ...lists, sums, buffers.events, firstWordsOf(images)];
      context.run(mac, bound, tileWorkgroups(program, images, tiling));
      context.pool.give(words);
      return sums;
    },
  };
}

function bitLineKernel(
  context: DeviceContext,
  program: MacroProgram,
  tiling: Tiling,
  packedDotProducts: boolean,
): BitLineKernel | undefined {
  const adc = isTiled(program) ? adcProduct(program) : undefined;
  if (!adc) return undefined;
  const { noise } = program;
  const values = bitLineValues(program, adc, tiling);
  if (!noise) return { mac: context.kernel(tiledMac, values), tables: [] };
  const levels = noiseLevels(program);
  if (levels) {
    const constants = { ...values, NOISE_LEVELS: levels.count };
    return { mac: context.kernel(noisyMac, constants), tables: [levels.words] };
  }
  const analog = packedDotProducts ? analogTables(program) : undefined;
  if (!analog) return undefined;
  const constants = {
    ...values,
    READ_NOISE: noise.readQuantiles ? 1 : 0,
    CELL_ERRORS: noise.cellErrors ? 1 : 0,
  };
  const { columns, quantiles, cellErrors } = analog;
  return { mac: context.kernel(analogMac, constants), tables: [columns, quantiles, cellErrors] };
}

/** Where each of the tables begins that follow `first` words. */
function noisePlaces(
  first: number,
  [columns, quantiles]: BitLineKernel['tables'],
  draws: Pick<NoisePlaces, 'key' | 'firstImage'>,
): NoisePlaces {
  const afterColumns = first + (columns?.length ?? 0);
  const afterQuantiles = afterColumns + (quantiles?.length ?? 0);
  return { columns: first, quantiles: afterColumns, cellErrors: afterQuantiles, ...draws };
}

function joined(parts: readonly (Uint32Array | Int32Array)[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// Every column read on its own, in tiles.

import { uniformAdc } from '../../core/adc-table.ts';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import { analogTables, hasAnalogTables } from '../analog-tables.ts';
import { adcProduct, isTiled } from '../choose-path.ts';
import type { DeviceContext } from '../device-context.ts';
import type { KernelSource } from '../kernel.ts';
import { analogMac } from '../kernels/analog-mac.ts';
import { noisyMac } from '../kernels/noisy-mac.ts';
import {
  levelUnits,
  type NoisePlaces,
  packTileParams,
  type TileFields,
  type Tiling,
  tileWorkgroups,
} from '../kernels/tile.ts';
import {
  type BitLineBindings,
  bitLineTiling,
  bitLineValues,
  tiledMac,
} from '../kernels/tiled-mac.ts';
import { type LayerPart, layerParts, type WeightBytes } from '../layer-parts.ts';
import { noiseLevels } from '../noise-levels.ts';
import { bitLineWeights, bitLineWords } from '../tile-weights.ts';
import { firstWords } from '../../simulate/word-map.ts';
import { groupTable, noNoise } from './group-table.ts';
import { type LayerBuffers, type LayerWay, layerWay, type PartRunner } from './layer-runner.ts';
import { wordMaps } from './word-maps.ts';

type Table = Uint32Array | Int32Array;

/** A kernel that reads bit lines, and the noise tables that it needs behind the weights of a part. */
interface BitLineKernel {
  readonly source: KernelSource<TileFields, BitLineBindings>;
  readonly constants: Readonly<Record<string, number>>;
  readonly tables: (part: MacroProgram) => readonly Table[];
}

/**
 * Compiles what {@link LayerWay} needs for a layer whose digits, ADC and noise fit the tiled kernels; undefined for
 * others.
 */
export async function bitLineLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
  packedDotProducts: boolean,
): Promise<LayerWay | undefined> {
  const kernel = bitLineKernel(program, packedDotProducts);
  const uniform = uniformAdc(program.adc);
  const adc = uniform && isTiled(program) ? adcProduct(program, uniform) : undefined;
  if (!kernel || !adc) return undefined;
  const tiling = bitLineTiling(program, context.workgroup);
  const { limits } = context;
  const cut = layerParts(program, limits, tableBytes(program), tiling.slots / tiling.kernels);
  const values = bitLineValues(program, adc, tiling, !cut.wide);
  const [makeWords, mac] = await Promise.all([
    wordMaps(context, program, buffers, 'digits'),
    context.kernel(kernel.source, { ...values, ...kernel.constants }),
  ]);
  const partRunner = (part: LayerPart, number: number): PartRunner<Record<'words', GPUBuffer>> => {
    const { program: own } = part;
    const { noise } = own;
    const masks = bitLineWeights(own);
    const tables = kernel.tables(own);
    const weights = buffers.filled(joined([masks, ...tables]), 'weights');
    const tile_starts = buffers.filled(own.tileStarts, 'tileStarts');
    const groups = buffers.filled(groupTable(own, 'index code'), 'groups');
    const bias = buffers.filled(own.bias, 'bias');
    const lists = { weights, tile_starts, groups, bias, events: buffers.events };
    const pack = packer(
      part,
      tiling,
      [masks, ...tables].map(({ length }) => length),
    );
    return ({ images, firstImage }, { words }, sums) => {
      const params = noise
        ? buffers.uniformOnce('noisy-mac', pack(images, firstImage))
        : buffers.uniform(`tiled-mac ${number} ${images}`, () => pack(images, 0));
      const first_words = buffers.table(`first words ${images}`, () => firstWords(program, images));
      const bound = { ...lists, params, words, sums, first_words };
      context.run(mac, bound, tileWorkgroups(own, images, tiling));
    };
  };
  return layerWay(
    { path: 'bit lines', cut, units: levelUnits(program) },
    (input) => ({ words: makeWords('digits', input) }),
    cut.parts.map(partRunner),
  );
}

function bitLineKernel(
  program: MacroProgram,
  packedDotProducts: boolean,
): BitLineKernel | undefined {
  const { noise } = program;
  if (!noise) return { source: tiledMac, constants: {}, tables: () => [] };
  const levels = noiseLevels(program);
  if (levels)
    return {
      source: noisyMac,
      constants: { NOISE_LEVELS: levels.count },
      tables: (part) => [noiseLevels(part)?.words ?? new Uint32Array()],
    };
  if (!packedDotProducts || !hasAnalogTables(program)) return undefined;
  return {
    source: analogMac,
    constants: {
      READ_NOISE: noise.readQuantiles ? 1 : 0,
      CELL_ERRORS: noise.cellErrors ? 1 : 0,
    },
    tables: (part) => {
      const tables = analogTables(part);
      return tables ? [tables.columns, tables.quantiles, tables.cellErrors] : [];
    },
  };
}

/** Bytes of weights with the tables behind them, whichever kernel it is. */
function tableBytes(program: MacroProgram): WeightBytes {
  const { noise } = program;
  const weights = 4 * bitLineWords(program);
  return {
    perGroup: weights + (noise?.cellErrors ? 4 * weights : 0),
    perTile: noise ? 4 * weights : 4,
    fixed: 2 * (noise?.readQuantiles?.length ?? 0) + 16,
  };
}

/** Packs the uniform of a part; `lengths` in words of its weights and the tables behind them. */
const packer =
  (part: LayerPart, tiling: Tiling, [first = 0, ...tables]: readonly number[]) =>
  (images: number, firstImage: number): ArrayBuffer => {
    const { noise } = part.program;
    const places = noise ? noisePlaces(first, tables, { key: noise.key, firstImage }) : noNoise;
    const units = levelUnits(part.program);
    return packTileParams(part, images, tiling, { noise: places, units });
  };

/** Where each of the tables begins that follow `first` words, by their lengths. */
function noisePlaces(
  first: number,
  [columns = 0, quantiles = 0]: readonly number[],
  draws: Pick<NoisePlaces, 'key' | 'firstImage'>,
): NoisePlaces {
  const afterColumns = first + columns;
  const afterQuantiles = afterColumns + quantiles;
  return { columns: first, quantiles: afterColumns, cellErrors: afterQuantiles, ...draws };
}

function joined(parts: readonly Table[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

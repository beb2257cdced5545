// Which core holds what, when: every stored group of a network gets its place on a chip.

import type { ChipSpec } from '../chips/index.ts';
import { macroGeometry, type MacroGeometry } from '../chips/macro-geometry.ts';
import { chipAdc, chipColumns } from '../chips/readout.ts';
import {
  type CompressedNetwork,
  isMacroLayer,
  type MacroLayer,
  type PoolLayer,
} from '../compress/compressed-network.ts';
import type { AdcTable } from '../core/adc-table.ts';
import type { Columns } from '../core/columns.ts';
import { CimError } from '../core/errors.ts';
import type { GroupGrid } from '../compress/weight-group.ts';
import { type IndexCoding, type IndexFormat, indexFormat } from './index-coding.ts';
import { checkLayerSums, checkNoiseNumbers, checkReadout } from './check-layer.ts';
import { groupList, type KernelTile, weightLoads } from './kernel-tile.ts';
import { layerGroups } from './layer-groups.ts';
import { type Memory, placeFeatureMaps } from './place-feature-maps.ts';
import { type Balance, placeTiles, type TileRun } from './place-tiles.ts';

/** A macro layer with its tiles. */
export interface MappedMacroLayer {
  readonly kind: 'macro';
  readonly layer: MacroLayer;
  readonly geometry: MacroGeometry;
  /** All groups that the layer could have, in the shape that the chip runs. */
  readonly grid: GroupGrid;
  /** One per group of the grid: 1 if it has a weight that is not zero. */
  readonly kept: Uint8Array;
  /** The bit lines of a kernel. */
  readonly columns: Columns;
  /** The ADC of the layer, behind each bit line. */
  readonly adc: AdcTable;
  readonly tiles: readonly KernelTile[];
  /** Which core runs which tile over which pixels. */
  readonly runs: readonly TileRun[];
  /** How its group lists are stored. */
  readonly indexFormat: IndexFormat;
}

/** A pooling layer: nothing is stored for it. */
export interface MappedPoolLayer {
  readonly kind: 'pool';
  readonly layer: PoolLayer;
}

/** A layer on the chip. */
export type MappedLayer = MappedMacroLayer | MappedPoolLayer;

/** A compressed network on a chip. */
export interface Mapping {
  readonly network: CompressedNetwork;
  readonly chip: ChipSpec;
  readonly balance: Balance;
  readonly indexCoding: IndexCoding;
  readonly layers: readonly MappedLayer[];
  /** The memory of every layer's output, by layer name; the image's under `'image'`. */
  readonly featureMaps: ReadonlyMap<string, Memory>;
}

/** How to map. */
export interface MapOptions {
  /** How tiles are dealt onto cores; `none` by default. */
  readonly balance?: Balance;
  /** How group lists are stored; `absolute` by default. It changes what is stored and read, not what is computed. */
  readonly indexCoding?: IndexCoding;
  /** ADCs by layer, where one has another than the chip's. */
  readonly adcs?: ReadonlyMap<string, AdcTable> | undefined;
}

/**
 * Maps a network onto a chip.
 * @throws {CimError} (mapping) naming the layer whose feature map fits no memory, which has too many group places, whose
 * integers are too large to compute with, or which is too large for the chip's noise
 * @throws {CimError} (chip) when a macro cannot hold one group
 */
export function mapToChip(
  network: CompressedNetwork,
  chip: ChipSpec,
  options: MapOptions = {},
): Mapping {
  const { balance = 'none', indexCoding = 'absolute' } = options;
  const featureMaps = placeFeatureMaps(network, chip);
  const layers = network.layers.map((layer): MappedLayer => {
    if (!isMacroLayer(layer)) return { kind: 'pool', layer };
    const columns = chipColumns(chip, layer.weightBits);
    const adc = options.adcs?.get(layer.name) ?? chipAdc(chip);
    const mapped = mapLayer(network.name, layer, chip, balance);
    const lists = mapped.tiles.map((tile) => tile.codes);
    const format = indexFormat(lists, mapped.grid, indexCoding);
    checkReadout(network.name, layer, chip, { columns, adc, groups: mapped.grid.codes });
    return { kind: 'macro', layer, ...mapped, columns, adc, indexFormat: format };
  });
  return { network, chip, balance, indexCoding, layers, featureMaps };
}

function mapLayer(
  network: string,
  layer: MacroLayer,
  chip: ChipSpec,
  balance: Balance,
): Pick<MappedMacroLayer, 'geometry' | 'grid' | 'kept' | 'tiles' | 'runs'> {
  const geometry = macroGeometry(chip, layer);
  const shape = { channels: geometry.wordLinesOn, kernels: geometry.kernelsPerCore };
  const groups = layerGroups(layer, shape);
  const { codes, kernelTiles } = groups.grid;
  if (codes > 65536)
    throw new CimError('mapping', {
      what: `has ${codes} group places, but an index code supports at most 65536`,
      where: [network, layer.name],
    });
  checkLayerSums(network, layer);
  checkNoiseNumbers(network, layer, chip);
  const tiles = Array.from({ length: kernelTiles }, (_, index): KernelTile => {
    const firstKernel = index * shape.kernels;
    const list = groupList(groups, index, chip.controller.sparsity.value);
    return {
      index,
      firstKernel,
      kernels: Math.min(shape.kernels, layer.geometry.kernels - firstKernel),
      codes: list,
      loads: weightLoads(list.length, geometry.groupSlots),
    };
  });
  const runs = placeTiles(tiles, {
    cores: chip.cores.count.value,
    pixels: layer.outputShape.height * layer.outputShape.width,
    balance,
    cost: (tile, pixels) =>
      tile.codes.length * (pixels * geometry.cyclesPerMacroOp + geometry.loadCyclesPerGroup),
  });
  return { geometry, ...groups, tiles, runs };
}

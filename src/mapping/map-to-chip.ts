// Which core holds what, when: every stored group of a network gets its place on a chip.

import type { ChipSpec } from '../chips/index.ts';
import { macroGeometry, type MacroGeometry } from '../chips/macro-geometry.ts';
import { dramCycles } from '../chips/dram.ts';
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
import type { Memory } from './place-feature-maps.ts';
import { type Balance, placeStrips, placeTiles, type TileRun } from './place-tiles.ts';
import { outsideMaps, type OutsideMaps, placeMaps } from './strip-layers.ts';
import { planStrips, type StripPlan } from './strip-plan.ts';

/** A macro layer with its tiles. */
export interface MappedMacroLayer {
  readonly kind: 'macro';
  readonly layer: MacroLayer;
  readonly geometry: MacroGeometry;
  /** All groups that the layer could have, in the shape that the chip runs. */
  readonly grid: GroupGrid;
  /** One per group of the grid: 1 if it has a weight that is not zero. */
  readonly kept: Uint8Array;
  /** As of `LayerGroups`: weights in each group of the grid, and the groups that have some. */
  readonly weightsIn: Uint32Array;
  readonly places: number;
  /** The bit lines of a kernel. */
  readonly columns: Columns;
  /** The ADC of the layer, behind each bit line. */
  readonly adc: AdcTable;
  readonly tiles: readonly KernelTile[];
  /** Which core runs which tile over which pixels. */
  readonly runs: readonly TileRun[];
  /** How its group lists are stored. */
  readonly indexFormat: IndexFormat;
  /** How its maps go through the banks; undefined where they all fit. */
  readonly strips: StripPlan | undefined;
}

/** A pooling layer: nothing is stored for it. */
export interface MappedPoolLayer {
  readonly kind: 'pool';
  readonly layer: PoolLayer;
  /** As of a macro layer. */
  readonly strips: StripPlan | undefined;
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
  /** The memory of every layer's output, by layer name; the image's under `'image'`. DRAM holds what fits no other. */
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
 * @throws {CimError} (mapping) naming the layer whose feature map fits no memory, or whose strips none, which has too many group
 * places, whose integers are too large to compute with, or which is too large for the chip's noise
 * @throws {CimError} (chip) when a macro cannot hold one group
 */
export function mapToChip(
  network: CompressedNetwork,
  chip: ChipSpec,
  options: MapOptions = {},
): Mapping {
  const { balance = 'none', indexCoding = 'absolute' } = options;
  const featureMaps = placeMaps(network, chip);
  const outside = outsideMaps(network, chip, featureMaps);
  const layers = network.layers.map((layer): MappedLayer => {
    const maps = outside.get(layer.name);
    if (!isMacroLayer(layer)) {
      const strips = maps && poolStrips(network.name, layer, chip, maps);
      return { kind: 'pool', layer, strips };
    }
    const columns = chipColumns(chip, layer.weightBits);
    const adc = options.adcs?.get(layer.name) ?? chipAdc(chip);
    const mapped = mapLayer(network.name, layer, chip, { balance, maps });
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
  { balance, maps }: { readonly balance: Balance; readonly maps: OutsideMaps | undefined },
): Omit<MappedMacroLayer, 'kind' | 'layer' | 'columns' | 'adc' | 'indexFormat'> {
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
  const { height, width } = layer.outputShape;
  const cores = chip.cores.count.value;
  const groupsOf = (list: readonly KernelTile[]): number =>
    list.reduce((sum, { codes: own }) => sum + own.length, 0);
  const placement = {
    cores,
    balance,
    cost: (tile: KernelTile, pixels: number): number =>
      tile.codes.length * (pixels * geometry.cyclesPerMacroOp + geometry.loadCyclesPerGroup),
  };
  const strips =
    maps &&
    planStrips({
      where: [network, layer.name],
      inputShape: layer.inputShape,
      outputShape: layer.outputShape,
      window: layer.geometry.window,
      isPool: false,
      ...maps,
      // About: as if all cores had as much to do.
      coreCycles: (count) =>
        (groupsOf(tiles) *
          (height * width * geometry.cyclesPerMacroOp + count * geometry.loadCyclesPerGroup)) /
        cores,
      dramCycles: (bytes, transfers) => dramCycles(chip, bytes, transfers),
    });
  const runs = strips
    ? placeStrips(tiles, strips.strips, { ...placement, pixels: width })
    : placeTiles(tiles, { ...placement, pixels: height * width });
  return { geometry, ...groups, tiles, runs, strips };
}

function poolStrips(
  network: string,
  layer: PoolLayer,
  chip: ChipSpec,
  maps: OutsideMaps,
): StripPlan {
  const { inputShape, outputShape, window } = layer;
  return planStrips({
    where: [network, layer.name],
    inputShape,
    outputShape,
    window,
    isPool: true,
    ...maps,
    coreCycles: () => 0,
    dramCycles: (bytes, transfers) => dramCycles(chip, bytes, transfers),
  });
}

// Which core holds what, when: every stored group of a network gets its place on a chip.

import { type ChipSpec } from '../chips/index.ts';
import { macroGeometry, type MacroGeometry } from '../chips/macro-geometry.ts';
import {
  type CompressedLayer,
  type CompressedNetwork,
  isMacroLayer,
  type MacroLayer,
} from '../compress/compressed-network.ts';
import { MappingError } from '../core/errors.ts';
import { activationsPerImage, type Shape, shapeText } from '../core/feature-map.ts';
import { groupList, type KernelTile, weightLoads } from './kernel-tile.ts';
import { indexCodeBits } from './index-code.ts';

/** A macro layer with its tiles. */
export interface MappedMacroLayer {
  readonly kind: 'macro';
  readonly layer: MacroLayer;
  readonly geometry: MacroGeometry;
  readonly tiles: readonly KernelTile[];
  /** Bits of one index code of this layer. */
  readonly codeBits: number;
}

/** A pooling layer: nothing is stored for it. */
export interface MappedPoolLayer {
  readonly kind: 'pool';
  readonly layer: Extract<CompressedLayer, { kind: 'maxPool' | 'averagePool' }>;
}

export type MappedLayer = MappedMacroLayer | MappedPoolLayer;

/** A compressed network on a chip. */
export interface Mapping {
  readonly network: CompressedNetwork;
  readonly chip: ChipSpec;
  readonly layers: readonly MappedLayer[];
}

/**
 * Maps a network onto a chip. Tile t of a layer runs on core t mod cores, in pass floor(t / cores).
 * @throws {MappingError} naming the layer whose groups have another shape than the chip runs, or whose feature map
 * does not fit a bank
 * @throws {ChipError} when a macro cannot hold one group
 */
export function mapToChip(network: CompressedNetwork, chip: ChipSpec): Mapping {
  checkFeatureMap(chip, [network.name, 'image'], network.input, network.activationBits);
  const layers = network.layers.map((layer): MappedLayer => {
    if (!isMacroLayer(layer)) return { kind: 'pool', layer };
    const bits = layer.requantize?.outputBits ?? 0;
    checkFeatureMap(chip, [network.name, layer.name], layer.outputShape, bits);
    return mapLayer(network.name, layer, chip);
  });
  return { network, chip, layers };
}

function mapLayer(network: string, layer: MacroLayer, chip: ChipSpec): MappedMacroLayer {
  const geometry = macroGeometry(chip, layer);
  const { shape, codes, kernelTiles } = layer.grid;
  if (shape.channels !== geometry.wordLinesOn || shape.kernels !== geometry.kernelsPerCore)
    throw new MappingError({
      what: `its groups are ${shape.channels} channels x ${shape.kernels} kernels, the chip runs ${geometry.wordLinesOn} x ${geometry.kernelsPerCore}`,
      where: [network, layer.name],
      todo: 'compress with groupShape set to what the chip runs together',
    });
  if (codes > 65536)
    throw new MappingError({
      what: `has ${codes} group places, an index code has room for 65536`,
      where: [network, layer.name],
    });
  const cores = chip.cores.count.value;
  const tiles = Array.from({ length: kernelTiles }, (_, index): KernelTile => {
    const firstKernel = index * shape.kernels;
    const list = groupList(layer, index);
    return {
      index,
      firstKernel,
      kernels: Math.min(shape.kernels, layer.geometry.kernels - firstKernel),
      core: index % cores,
      pass: Math.floor(index / cores),
      codes: list,
      loads: weightLoads(list.length, geometry.groupSlots),
    };
  });
  return { kind: 'macro', layer, geometry, tiles, codeBits: indexCodeBits(codes) };
}

function checkFeatureMap(
  chip: ChipSpec,
  where: readonly string[],
  shape: Shape,
  bits: number,
): void {
  const bank = chip.featureMap.bankBytes.value;
  const bytes = Math.ceil((activationsPerImage(shape) * bits) / 8);
  if (bytes > bank)
    throw new MappingError({
      what: `its feature map ${shapeText(shape)} of ${bytes} bytes does not fit a bank of ${bank}`,
      where,
      todo: 'use fewer activation bits, or set featureMap.bankBytes',
    });
}

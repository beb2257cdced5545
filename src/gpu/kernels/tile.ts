// Host side of shaders/lib/tile.wgsl: what the tiled kernels share.

import eightLanes from '../../../shaders/lib/eight-lanes.wgsl?raw';
import eight from '../../../shaders/lib/eight.wgsl?raw';
import events from '../../../shaders/lib/events.wgsl?raw';
import tile from '../../../shaders/lib/tile.wgsl?raw';
import { adcUnits, fixedPointUnit } from '../../core/adc-table.ts';
import { type MacroProgram, offsetPerMacroOp } from '../../simulate/macro-program.ts';
import type { LayerPart } from '../layer-parts.ts';
import { foldedRows, withAndWithoutSubgroups, type Workgroups } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
import { storedCodes, wordMap } from '../../simulate/word-map.ts';

const fields = {
  pixels: 'u32',
  rows: 'u32',
  kernels: 'u32',
  kernels_per_tile: 'u32',
  output_width: 'u32',
  output_pixels: 'u32',
  padded_width: 'u32',
  padded_pixels: 'u32',
  blocks: 'u32',
  stride_y: 'u32',
  stride_x: 'u32',
  codes: 'u32',
  pixel_tiles: 'u32',
  step: 'i32',
  accumulator_bits: 'u32',
  offset_upper: 'i32',
  offset_lower: 'i32',
  columns: 'u32',
  quantiles: 'u32',
  cell_errors: 'u32',
  noise_key: 'u32',
  first_image: 'u32',
  all_kernels: 'u32',
  first_kernel: 'u32',
} as const;

/** Fields of `TileParams`. */
export type TileFields = typeof fields;

/** The uniform of every tiled kernel. */
export const tileParams: UniformLayout<TileFields> = uniformLayout('TileParams', fields);

/** Both texts of a tiled kernel, from its own text and that of the libraries it needs besides. */
export const tileTexts = (
  libraries: string,
  code: string,
): { readonly code: string; readonly subgroupCode: string } =>
  withAndWithoutSubgroups({
    plain: eight,
    lanes: eightLanes,
    code: tile + events + libraries + code,
  });

/** How a tiled kernel cuts a layer. */
export interface Tiling {
  /** Invocations of a workgroup. */
  readonly workgroup: number;
  /** Output pixels and kernels of an invocation. */
  readonly pixels: number;
  readonly kernels: number;
  /** Kernels of a tile, padded to a multiple of `kernels`. */
  readonly slots: number;
}

/** Workgroups over pixels. */
export const pixelTiles = (program: MacroProgram, images: number, tiling: Tiling): number =>
  Math.ceil(
    (images * program.output.height * program.output.width) / (tiling.workgroup * tiling.pixels),
  );

/** Workgroups of a dispatch: kernels of all tiles, and pixels folded into two dimensions. */
export function tileWorkgroups(program: MacroProgram, images: number, tiling: Tiling): Workgroups {
  const { rows, layers } = foldedRows(pixelTiles(program, images, tiling));
  return [((program.tileStarts.length - 1) * tiling.slots) / tiling.kernels, rows, layers];
}

/** Where noise tables begin in a layer's weights, and what its draws are keyed by. */
export interface NoisePlaces {
  readonly columns: number;
  readonly quantiles: number;
  readonly cellErrors: number;
  readonly key: number;
  /** Number in the run of the batch's first image. */
  readonly firstImage: number;
}

/** What sums in the kernel stand for: those of levels of the ADC, or of products. */
export interface SumUnits {
  /** 1/256 unit discharge of one. */
  readonly step: number;
  /** What is added per macro-op, in 1/256 unit. */
  readonly offset: number;
}

/** Sums of the levels of column codes. */
export const levelUnits = (program: MacroProgram): SumUnits => ({
  step: adcUnits(program.adc).step,
  offset: offsetPerMacroOp(program),
});

/** Sums of products of weights and inputs. */
export const productUnits: SumUnits = { step: fixedPointUnit, offset: 0 };

/** The uniform of a part for a batch. */
export function packTileParams(
  { program, firstKernel, allKernels }: LayerPart,
  images: number,
  tiling: Tiling,
  { noise, units }: { readonly noise: NoisePlaces; readonly units: SumUnits },
): ArrayBuffer {
  const { output } = program;
  const { paddedHeight, paddedWidth } = wordMap(program);
  const { step, offset } = units;
  const tiles = pixelTiles(program, images, tiling);
  return tileParams.pack({
    pixels: images * output.height * output.width,
    rows: foldedRows(tiles).rows,
    kernels: output.channels,
    kernels_per_tile: program.kernelsPerTile,
    output_width: output.width,
    output_pixels: output.height * output.width,
    padded_width: paddedWidth,
    padded_pixels: paddedHeight * paddedWidth,
    blocks: program.words.blocks,
    stride_y: program.kernel.strides[0],
    stride_x: program.kernel.strides[1],
    codes: storedCodes(program).length,
    pixel_tiles: tiles,
    step,
    accumulator_bits: program.accumulatorBits,
    offset_upper: Math.floor(offset / 256),
    offset_lower: offset - 256 * Math.floor(offset / 256),
    columns: noise.columns,
    quantiles: noise.quantiles,
    cell_errors: noise.cellErrors,
    noise_key: noise.key,
    first_image: noise.firstImage,
    all_kernels: allKernels,
    first_kernel: firstKernel,
  });
}

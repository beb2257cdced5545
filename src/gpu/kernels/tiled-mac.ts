// Host side of shaders/tiled-mac.wgsl.

import adc from '../../../shaders/lib/tiled-adc.wgsl?raw';
import macroTile from '../../../shaders/lib/macro-tile.wgsl?raw';
import code from '../../../shaders/tiled-mac.wgsl?raw';
import { type UniformAdc, uniformAdc } from '../../core/adc-table.ts';
import { binaryBits } from '../../core/columns.ts';
import { assert } from '../../core/errors.ts';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { AdcProduct } from '../choose-path.ts';
import type { KernelSource } from '../kernel.ts';
import { kernelSlots } from '../tile-weights.ts';
import { type TileFields, tileParams, tileTexts, type Tiling } from './tile.ts';

/** Overrides of shaders/lib/tiled-adc.wgsl; FIELD_SUMS is the shape's, see `KernelShape`. */
export const tiledAdcConstants: readonly string[] = [
  'ADC_MULTIPLIER',
  'ADC_ADDEND',
  'ADC_SHIFT',
  'ADC_BITS',
  'BITS_PER_PHASE',
  'FIELD_SUMS',
];
/** Overrides of every kernel that reads bit lines in tiles. */
export const bitLineConstants: readonly string[] = [
  'FINISH',
  'TILE_WORKGROUP',
  'PHASES',
  'WEIGHT_BITS',
  'KERNEL_SLOTS',
  ...tiledAdcConstants,
];
/** Libraries of every kernel that reads bit lines in tiles. */
export const bitLineLibraries: string = adc + macroTile;

const bindings = {
  words: 'read',
  weights: 'read',
  tile_starts: 'read',
  groups: 'read',
  bias: 'read',
  sums: 'read_write',
  events: 'read_write',
  first_words: 'read',
} as const;
/** What the kernels that read every bit line in tiles bind. */
export type BitLineBindings = typeof bindings;

/** The kernel; see the shader's header. */
export const tiledMac: KernelSource<TileFields, BitLineBindings> = {
  name: 'tiled-mac',
  ...tileTexts(bitLineLibraries, code),
  params: tileParams,
  bindings,
  constants: bitLineConstants,
};

/** How the kernel cuts a layer. */
export const bitLineTiling = (program: MacroProgram, workgroup: number): Tiling => ({
  workgroup,
  pixels: 4,
  kernels: 2,
  slots: kernelSlots(program, 2),
});

/** Values of the overrides for a program; `finish`: whether codes become sums here. */
export const bitLineValues = (
  program: MacroProgram,
  adcProduct: AdcProduct,
  tiling: Tiling,
  finish: boolean,
): Record<string, number> => {
  const { bits, weightBits } = tiledReadout(program);
  return {
    FINISH: finish ? 1 : 0,
    TILE_WORKGROUP: tiling.workgroup,
    PHASES: program.phases,
    WEIGHT_BITS: weightBits,
    KERNEL_SLOTS: tiling.slots,
    ADC_MULTIPLIER: adcProduct.multiplier,
    ADC_ADDEND: adcProduct.addend,
    ADC_SHIFT: adcProduct.shift,
    ADC_BITS: bits,
    BITS_PER_PHASE: program.inputBitsPerPhase,
  };
};

/** What the tiled kernels rely on; only programs with both proofs come here. */
function tiledReadout({
  adc,
  columns,
}: MacroProgram): UniformAdc & { readonly weightBits: number } {
  const uniform = uniformAdc(adc);
  const weightBits = binaryBits(columns);
  assert(
    uniform !== undefined && weightBits !== undefined,
    'tiled kernels take the bits of two’s complement and a uniform ADC',
  );
  return { ...uniform, weightBits };
}

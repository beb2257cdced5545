// Host side of shaders/macro-mac.wgsl.

import adc from '../../../shaders/lib/adc.wgsl?raw';
import events from '../../../shaders/lib/events.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import code from '../../../shaders/macro-mac.wgsl?raw';
import {
  type MacroProgram,
  offsetPerMacroOp,
  wordsPerPlane,
} from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';

const fields = {
  invocations: 'u32',
  kernels: 'u32',
  kernels_per_tile: 'u32',
  output_height: 'u32',
  output_width: 'u32',
  words_height: 'u32',
  words_width: 'u32',
  blocks: 'u32',
  kernel_width: 'u32',
  positions: 'u32',
  stride: 'u32',
  padding: 'u32',
  accumulator_bits: 'u32',
  offset_upper: 'i32',
  offset_lower: 'i32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('MacroMacParams', fields);

/** The kernel; see the shader's header. */
export const macroMac: KernelSource<typeof fields> = {
  name: 'macro-mac',
  code: linearIndex + adc + events + code,
  params,
  bindings: [
    { name: 'planes', access: 'read' },
    { name: 'weight_planes', access: 'read' },
    { name: 'tile_starts', access: 'read' },
    { name: 'codes', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'sums', access: 'read_write' },
    { name: 'events', access: 'read_write' },
  ],
  constants: [
    'WORDS',
    'WEIGHT_BITS',
    'PHASES',
    'BITS_PER_PHASE',
    'LARGEST_SUM',
    'ADC_BITS',
    'ADC_STEP',
    'ADC_OFFSET',
  ],
};

/** Values of the overrides for a program. */
export const macroMacConstants = (program: MacroProgram): Record<string, number> => ({
  WORDS: wordsPerPlane(program),
  WEIGHT_BITS: program.weightBits,
  PHASES: program.phases,
  BITS_PER_PHASE: program.inputBitsPerPhase,
  LARGEST_SUM: program.wordLinesOn * (2 ** program.inputBitsPerPhase - 1),
  ADC_BITS: program.adc.bits,
  ADC_STEP: program.adc.step,
  ADC_OFFSET: program.adc.offset,
});

/** (image, y, x, kernel) of a batch. */
export const macroMacInvocations = (program: MacroProgram, images: number): number =>
  images * program.output.height * program.output.width * program.output.channels;

/** The uniform for a batch. */
export function macroMacParams(program: MacroProgram, images: number): ArrayBuffer {
  const offset = offsetPerMacroOp(program);
  return params.pack({
    invocations: macroMacInvocations(program, images),
    kernels: program.output.channels,
    kernels_per_tile: program.kernelsPerTile,
    output_height: program.output.height,
    output_width: program.output.width,
    words_height: program.words.height,
    words_width: program.words.width,
    blocks: program.words.blocks,
    kernel_width: program.kernel.width,
    positions: program.kernel.height * program.kernel.width,
    stride: program.kernel.stride,
    padding: program.kernel.padding,
    accumulator_bits: program.accumulatorBits,
    offset_upper: Math.floor(offset / 256),
    offset_lower: offset - 256 * Math.floor(offset / 256),
  });
}

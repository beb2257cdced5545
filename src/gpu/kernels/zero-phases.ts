// Host side of shaders/zero-phases.wgsl.

import events from '../../../shaders/lib/events.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import code from '../../../shaders/zero-phases.wgsl?raw';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
import { storedCodes, wordDistance, wordMap } from '../word-map.ts';

const fields = {
  pixels: 'u32',
  output_width: 'u32',
  output_pixels: 'u32',
  padded_width: 'u32',
  padded_pixels: 'u32',
  blocks: 'u32',
  stride: 'u32',
  codes: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('ZeroPhasesParams', fields);

/** The kernel; see the shader's header. */
export const zeroPhases: KernelSource<typeof fields> = {
  name: 'zero-phases',
  code: linearIndex + events + code,
  params,
  bindings: [
    { name: 'words', access: 'read' },
    { name: 'stored', access: 'read' },
    { name: 'events', access: 'read_write' },
  ],
  constants: ['CHUNKS', 'PHASES', 'BITS_PER_PHASE'],
};

/** Values of the overrides for a program. */
export const zeroPhasesConstants = (program: MacroProgram): Record<string, number> => ({
  CHUNKS: wordMap(program).chunks,
  PHASES: program.phases,
  BITS_PER_PHASE: program.inputBitsPerPhase,
});

/** The stored index codes of a program: distance of the word, column reads per phase and pixel. */
export const storedTable = (program: MacroProgram): Uint32Array =>
  Uint32Array.from(
    storedCodes(program).flatMap(({ code: index, columnReads }) => [
      wordDistance(program, index),
      columnReads,
    ]),
  );

/** The uniform for a batch; one invocation per output pixel. */
export function zeroPhasesParams(program: MacroProgram, images: number): ArrayBuffer {
  const { output, words, kernel } = program;
  const { paddedHeight, paddedWidth } = wordMap(program);
  return params.pack({
    pixels: images * output.height * output.width,
    output_width: output.width,
    output_pixels: output.height * output.width,
    padded_width: paddedWidth,
    padded_pixels: paddedHeight * paddedWidth,
    blocks: words.blocks,
    stride: kernel.stride,
    codes: storedCodes(program).length,
  });
}

// Host side of shaders/input-words.wgsl.

import bytes from '../../../shaders/lib/bytes.wgsl?raw';
import events from '../../../shaders/lib/events.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import wordLines from '../../../shaders/lib/word-lines.wgsl?raw';
import code from '../../../shaders/input-words.wgsl?raw';
import { isSameWindow, onePixel } from '../../core/window.ts';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
import { wordCount, wordMap } from '../../simulate/word-map.ts';
import { patchParams } from './window-params.ts';

const fields = {
  invocations: 'u32',
  input_height: 'u32',
  input_width: 'u32',
  channels: 'u32',
  patch_height: 'u32',
  patch_width: 'u32',
  patch_stride_y: 'u32',
  patch_stride_x: 'u32',
  patch_top: 'u32',
  patch_left: 'u32',
  patch_dilation_y: 'u32',
  patch_dilation_x: 'u32',
  pad_code: 'u32',
  words_height: 'u32',
  words_width: 'u32',
  padded_height: 'u32',
  padded_width: 'u32',
  pad_top: 'u32',
  pad_left: 'u32',
  blocks: 'u32',
  chunks: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('InputWordsParams', fields);

const bindings = {
  activations: 'read',
  words: 'read_write',
  reads: 'read',
  events: 'read_write',
} as const;

/** The kernel; see the shader's header. */
export const inputWords: KernelSource<typeof fields, typeof bindings> = {
  name: 'input-words',
  code: linearIndex + bytes + events + wordLines + code,
  params,
  bindings,
  constants: ['WORD_LINES_ON', 'ALIGNED', 'DIGITS', 'BITS_PER_PHASE', 'PHASES', 'COUNT'],
};

/** What a word map holds. */
export type WordKind = 'bytes' | 'digits';

/** Values of the overrides for a program. */
export function inputWordsConstants(
  program: MacroProgram,
  kind: WordKind,
  counts: boolean,
): Record<string, number> {
  const { wordLinesOn, input, patch } = program;
  const isAligned =
    isSameWindow(patch, onePixel) && input.channels % 4 === 0 && wordLinesOn % 4 === 0;
  return {
    WORD_LINES_ON: wordLinesOn,
    ALIGNED: isAligned ? 1 : 0,
    DIGITS: kind === 'digits' ? 1 : 0,
    BITS_PER_PHASE: program.inputBitsPerPhase,
    PHASES: program.phases,
    COUNT: counts ? 1 : 0,
  };
}

/** Bytes of a word map for a batch. */
export const inputWordsBytes = (program: MacroProgram, images: number): number =>
  16 * wordCount(program, images) * wordMap(program).chunks;

/** The uniform for a batch. */
export function inputWordsParams(program: MacroProgram, images: number): ArrayBuffer {
  const { input, patch, words, kernel } = program;
  const { paddedHeight, paddedWidth, chunks } = wordMap(program);
  return params.pack({
    invocations: wordCount(program, images),
    input_height: input.height,
    input_width: input.width,
    channels: input.channels,
    ...patchParams(patch),
    pad_code: program.padCode,
    words_height: words.height,
    words_width: words.width,
    padded_height: paddedHeight,
    padded_width: paddedWidth,
    pad_top: kernel.pads[0],
    pad_left: kernel.pads[1],
    blocks: words.blocks,
    chunks,
  });
}

// Host side of shaders/input-phases.wgsl.

import bytes from '../../../shaders/lib/bytes.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import wordLines from '../../../shaders/lib/word-lines.wgsl?raw';
import code from '../../../shaders/input-phases.wgsl?raw';
import { type MacroProgram, planesPerWord, wordsPerPlane } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
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
  blocks: 'u32',
  pixels: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('InputPhasesParams', fields);

const bindings = {
  activations: 'read',
  planes: 'read_write',
} as const;

/** The kernel; see the shader's header. */
export const inputPhases: KernelSource<typeof fields, typeof bindings> = {
  name: 'input-phases',
  code: linearIndex + bytes + wordLines + code,
  params,
  bindings,
  constants: ['WORD_LINES_ON', 'WORDS', 'PLANES'],
};

/** Values of the overrides for a program. */
export const inputPhasesConstants = (program: MacroProgram): Record<string, number> => ({
  WORD_LINES_ON: program.wordLinesOn,
  WORDS: wordsPerPlane(program),
  PLANES: planesPerWord(program),
});

/** Pixels of the word maps of a batch. */
const pixelsOf = ({ words }: MacroProgram, images: number): number =>
  images * words.height * words.width;

/**
 * Number of the word of block 0 at a pixel outside the map, behind those of a batch; 0 where nothing is driven there, and no
 * such words are made.
 */
export const outsideWords = (program: MacroProgram, images: number): number =>
  program.padCode === 0 ? 0 : pixelsOf(program, images) * program.words.blocks;

/** (image, y, x, block, word) of a batch, and of a pixel outside. */
export const inputPhasesInvocations = (program: MacroProgram, images: number): number =>
  (pixelsOf(program, images) + (program.padCode === 0 ? 0 : 1)) *
  program.words.blocks *
  wordsPerPlane(program);

/** Bytes of the planes of a batch. */
export const inputPhasesBytes = (program: MacroProgram, images: number): number =>
  4 * inputPhasesInvocations(program, images) * planesPerWord(program);

/** The uniform for a batch. */
export const inputPhasesParams = (program: MacroProgram, images: number): ArrayBuffer =>
  params.pack({
    invocations: inputPhasesInvocations(program, images),
    input_height: program.input.height,
    input_width: program.input.width,
    channels: program.input.channels,
    ...patchParams(program.patch),
    pad_code: program.padCode,
    words_height: program.words.height,
    words_width: program.words.width,
    blocks: program.words.blocks,
    pixels: pixelsOf(program, images),
  });

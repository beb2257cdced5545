// Weights as the tiled kernels read them.

import { cellPlanes } from '../simulate/cell-planes.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { chunkLines, wordMap } from '../simulate/word-map.ts';

/** Kernels that an invocation of exact-mac.wgsl makes. */
export const dotKernels = 16;
/** Weight bits for which tiled-mac.wgsl has room. */
const bitLanes = 8;
const quadsPerChunk = chunkLines / 4;

/** The bits of a byte, each doubled. */
const doubledBits: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let doubled = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) doubled |= 3 << (2 * bit);
  return doubled;
});

/** Kernels of a tile, padded to a multiple of `step`. */
export const kernelSlots = (program: MacroProgram, step: number): number =>
  Math.ceil(program.kernelsPerTile / step) * step;

/** Words of a group in {@link dotWeights}. */
export const dotWords = (program: MacroProgram): number =>
  kernelSlots(program, dotKernels) * wordMap(program).chunks * quadsPerChunk;

/** Words of a group in {@link bitLineWeights}. */
export const bitLineWords = (program: MacroProgram): number => kernelSlots(program, 2) * bitLanes;

/** Weights plus 128 as bytes, order (group, 16 kernels, chunk, kernel, quad of word lines). */
export function dotWeights(program: MacroProgram): Uint32Array {
  const { codes, kernelsPerTile, wordLinesOn, weights } = program;
  const { chunks } = wordMap(program);
  const slotBlocks = kernelSlots(program, dotKernels) / dotKernels;
  const packed = new Uint32Array(codes.length * dotWords(program));
  const bytes = new Uint8Array(packed.buffer);
  for (let group = 0; group < codes.length; group++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++) {
      const block = group * slotBlocks + Math.floor(kernel / dotKernels);
      const slot = kernel % dotKernels;
      const from = (group * kernelsPerTile + kernel) * wordLinesOn;
      for (let line = 0; line < wordLinesOn; line++) {
        const chunk = block * chunks + Math.floor(line / chunkLines);
        const to = (chunk * dotKernels + slot) * chunkLines + (line % chunkLines);
        bytes[to] = (weights[from + line] as number) + 128;
      }
    }
  return packed;
}

/** Weight bits as wide as digits, order (group, kernel, eight weight bits), for at most 16 word lines. */
export function bitLineWeights(program: MacroProgram): Uint32Array {
  const { codes, kernelsPerTile, columns, inputBitsPerPhase } = program;
  const weightBits = columns.factors.length;
  const planes = cellPlanes(program);
  const slots = kernelSlots(program, 2);
  const masks = new Uint32Array(codes.length * bitLineWords(program));
  for (let group = 0; group < codes.length; group++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++)
      for (let bit = 0; bit < weightBits; bit++) {
        const plane = planes[(group * kernelsPerTile + kernel) * weightBits + bit] as number;
        masks[(group * slots + kernel) * bitLanes + bit] =
          inputBitsPerPhase === 1 ? plane : asWideAsDigits(plane);
      }
  return masks;
}

const asWideAsDigits = (plane: number): number =>
  ((doubledBits[plane & 255] as number) | ((doubledBits[(plane >>> 8) & 255] as number) << 16)) >>>
  0;

// Weights as the tiled kernels read them, made from the weight planes of a program.

import { transposeBits } from '../core/bits.ts';
import { type MacroProgram, wordsPerPlane } from '../simulate/macro-program.ts';
import { chunkLines, wordMap } from './word-map.ts';

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
  const { codes, kernelsPerTile, wordLinesOn } = program;
  const { chunks } = wordMap(program);
  const slotBlocks = kernelSlots(program, dotKernels) / dotKernels;
  const packed = new Uint32Array(codes.length * dotWords(program));
  for (let group = 0; group < codes.length; group++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++) {
      const block = group * slotBlocks + Math.floor(kernel / dotKernels);
      const slot = kernel % dotKernels;
      for (let line = 0; line < wordLinesOn; line += 8) {
        const chunk = block * chunks + Math.floor(line / chunkLines);
        const to = (chunk * dotKernels + slot) * quadsPerChunk + (line % chunkLines) / 4;
        putEight(program, group * kernelsPerTile + kernel, line, { packed, to });
      }
    }
  return packed;
}

const matrix = new Uint32Array(2);
const matrixBytes = new Uint8Array(matrix.buffer);

/** Puts eight weights plus 128 of a column into two words. Eight planes of eight word lines are a matrix of bits. */
function putEight(
  program: MacroProgram,
  column: number,
  line: number,
  { packed, to }: { readonly packed: Uint32Array; readonly to: number },
): void {
  const { weightPlanes, weightBits } = program;
  const words = wordsPerPlane(program);
  const first = column * weightBits * words + (line >> 5);
  for (let bit = 0; bit < 8; bit++) {
    // The sign goes on above the highest bit, as in any two's complement.
    const plane = weightPlanes[first + Math.min(bit, weightBits - 1) * words] as number;
    matrixBytes[bit] = plane >>> (line & 31);
  }
  transposeBits(matrix, 0);
  packed[to] = (matrix[0] as number) ^ 0x80808080;
  packed[to + 1] = (matrix[1] as number) ^ 0x80808080;
}

/** Weight bits as wide as digits, order (group, kernel, eight weight bits), for at most 16 word lines. */
export function bitLineWeights(program: MacroProgram): Uint32Array {
  const { codes, kernelsPerTile, weightBits, weightPlanes, inputBitsPerPhase } = program;
  const slots = kernelSlots(program, 2);
  const masks = new Uint32Array(codes.length * bitLineWords(program));
  for (let group = 0; group < codes.length; group++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++)
      for (let bit = 0; bit < weightBits; bit++) {
        const plane = weightPlanes[(group * kernelsPerTile + kernel) * weightBits + bit] as number;
        masks[(group * slots + kernel) * bitLanes + bit] =
          inputBitsPerPhase === 1 ? plane : asWideAsDigits(plane);
      }
  return masks;
}

const asWideAsDigits = (plane: number): number =>
  ((doubledBits[plane & 255] as number) | ((doubledBits[(plane >>> 8) & 255] as number) << 16)) >>>
  0;

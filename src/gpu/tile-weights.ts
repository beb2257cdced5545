// Weights as the tiled kernels read them, made from the weight planes of a program.

import { type MacroProgram, wordsPerPlane } from '../simulate/macro-program.ts';
import { chunkLines, wordMap } from './word-map.ts';

/** Kernels that an invocation of exact-mac.wgsl makes. */
export const dotKernels = 16;
/** Weight bits for which tiled-mac.wgsl has room. */
const bitLanes = 8;
const quadsPerChunk = chunkLines / 4;

/** The four bits of a nibble as four bytes. */
const nibbleBytes: Uint32Array = Uint32Array.from(
  { length: 16 },
  (_, nibble) => (nibble & 1) | ((nibble & 2) << 7) | ((nibble & 4) << 14) | ((nibble & 8) << 21),
);
/** The bits of a byte, each doubled. */
const doubledBits: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let doubled = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) doubled |= 3 << (2 * bit);
  return doubled;
});

/** Kernels of a tile, padded to a multiple of `step`. */
export const kernelSlots = (program: MacroProgram, step: number): number =>
  Math.ceil(program.kernelsPerTile / step) * step;

/** Weights plus 128 as bytes, order (group, 16 kernels, chunk, kernel, quad of word lines). */
export function dotWeights(program: MacroProgram): Uint32Array {
  const { codes, kernelsPerTile, wordLinesOn } = program;
  const { chunks } = wordMap(program);
  const slotBlocks = kernelSlots(program, dotKernels) / dotKernels;
  const quads = Math.ceil(wordLinesOn / 4);
  const packed = new Uint32Array(codes.length * slotBlocks * chunks * dotKernels * quadsPerChunk);
  for (let group = 0; group < codes.length; group++)
    for (let kernel = 0; kernel < kernelsPerTile; kernel++) {
      const block = group * slotBlocks + Math.floor(kernel / dotKernels);
      const slot = kernel % dotKernels;
      for (let quad = 0; quad < quads; quad++) {
        const chunk = block * chunks + Math.floor(quad / quadsPerChunk);
        packed[(chunk * dotKernels + slot) * quadsPerChunk + (quad % quadsPerChunk)] = quadBytes(
          program,
          group * kernelsPerTile + kernel,
          quad,
        );
      }
    }
  return packed;
}

/** Four weights plus 128; every byte ends between 0 and 255, so that sums of bytes may be taken as one word. */
function quadBytes(program: MacroProgram, column: number, quad: number): number {
  const { weightPlanes, weightBits } = program;
  const words = wordsPerPlane(program);
  const word = quad >> 3;
  const shift = (quad & 7) * 4;
  let bytes = 0x80808080;
  for (let bit = 0; bit < weightBits; bit++) {
    const plane = weightPlanes[(column * weightBits + bit) * words + word] as number;
    const value = (nibbleBytes[(plane >>> shift) & 15] as number) * 2 ** bit;
    bytes += bit === weightBits - 1 ? -value : value;
  }
  return bytes;
}

/** Weight bits as wide as digits, order (group, kernel, eight weight bits), for at most 16 word lines. */
export function bitLineWeights(program: MacroProgram): Uint32Array {
  const { codes, kernelsPerTile, weightBits, weightPlanes, inputBitsPerPhase } = program;
  const slots = kernelSlots(program, 2);
  const masks = new Uint32Array(codes.length * slots * bitLanes);
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

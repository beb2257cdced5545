// The cells of a program as planes of bits, which kernels combine with planes of inputs. Made from the weights where they
// are wanted; nothing else says what a cell holds.

import { transposeBits } from '../core/bits.ts';
import { binaryBits } from '../core/columns.ts';
import { type MacroProgram, wordsPerPlane } from './macro-program.ts';

type CellProgram = Pick<MacroProgram, 'columns' | 'weights' | 'wordLinesOn'>;

/** Planes of one kernel of a group: one per column and bit of a cell. */
export const planesPerKernel = ({ columns }: Pick<MacroProgram, 'columns'>): number =>
  columns.factors.length * columns.cellBits;

/**
 * Bits of all cells, order (group, kernel in tile, column, bit of the cell, word of 32 word lines); bit i of a word is
 * word line i.
 */
export function cellPlanes(program: CellProgram): Uint32Array {
  const { columns, weights, wordLinesOn } = program;
  const words = wordsPerPlane(program);
  const kernels = weights.length / wordLinesOn;
  const perKernel = planesPerKernel(program) * words;
  const planes = new Uint32Array(kernels * perKernel);
  const bytes = new Uint8Array(words * 32);
  const bits = binaryBits(columns);
  for (let kernel = 0; kernel < kernels; kernel++) {
    const own = weights.subarray(kernel * wordLinesOn, (kernel + 1) * wordLinesOn);
    const to = { planes, first: kernel * perKernel, words };
    if (bits === undefined) putCells(program, own, to);
    else {
      bytes.set(own);
      for (let word = 0; word < words; word++) putBits(bytes, word, bits, to);
    }
  }
  return planes;
}

/** Where the planes of a kernel begin, and how many words each has. */
interface Target {
  readonly planes: Uint32Array;
  readonly first: number;
  readonly words: number;
}

function putCells(
  { columns }: CellProgram,
  weights: Int8Array,
  { planes, first, words }: Target,
): void {
  const { cells, cellBits, factors } = columns;
  weights.forEach((weight, line) => {
    const held = (weight + 128) * factors.length;
    for (let column = 0; column < factors.length; column++) {
      const cell = cells[held + column] as number;
      for (let bit = 0; cell >> bit !== 0; bit++)
        if ((cell >> bit) & 1) {
          const at = first + (column * cellBits + bit) * words + (line >> 5);
          planes[at] = ((planes[at] as number) | (1 << (line & 31))) >>> 0;
        }
    }
  });
}

const matrix = new Uint32Array(2);
const matrixBytes = new Uint8Array(matrix.buffer);

/** Bits of 32 weights in two's complement: bit i of plane j is bit j of weight i. Eight at a time are a matrix of bits. */
function putBits(
  bytes: Uint8Array,
  word: number,
  bits: number,
  { planes, first, words }: Target,
): void {
  for (let eight = 0; eight < 4; eight++) {
    const line = word * 32 + 8 * eight;
    for (let i = 0; i < 8; i++) matrixBytes[i] = bytes[line + i] as number;
    if (matrix[0] === 0 && matrix[1] === 0) continue;
    transposeBits(matrix, 0);
    for (let bit = 0; bit < bits; bit++) {
      const at = first + word + bit * words;
      planes[at] = ((planes[at] as number) | ((matrixBytes[bit] as number) << (8 * eight))) >>> 0;
    }
  }
}

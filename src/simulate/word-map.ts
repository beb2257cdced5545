// The word map as the tiled kernels have it: with a border of zeros, so that every position of a window is in it. Then
// each position of any window, whatever its strides, pads and dilations, is a constant distance from a pixel's first word,
// which is all that the tiled kernels ask for.

import { extentOf, positionsOf } from '../core/window.ts';
import type { MacroProgram } from './macro-program.ts';

/** Word lines of a chunk: 16 bytes, or the digits of four phases. */
export const chunkLines = 16;

/**
 * Sizes of a word map with its border: `kernel.pads` above it and on its left, and what the last window needs below it
 * and on its right. It ends with that window, so that rows and columns that no window sees may be missing.
 */
export interface WordMap {
  readonly paddedHeight: number;
  readonly paddedWidth: number;
  /** Chunks of {@link chunkLines} word lines per word. */
  readonly chunks: number;
}

/** The {@link WordMap} of a program. */
export function wordMap(program: MacroProgram): WordMap {
  const { output, kernel, wordLinesOn } = program;
  const extent = extentOf(kernel);
  return {
    paddedHeight: (output.height - 1) * kernel.strides[0] + extent.height,
    paddedWidth: (output.width - 1) * kernel.strides[1] + extent.width,
    chunks: Math.ceil(wordLinesOn / chunkLines),
  };
}

/** Words of a word map for `images`. */
export function wordCount(program: MacroProgram, images: number): number {
  const { paddedHeight, paddedWidth } = wordMap(program);
  return images * paddedHeight * paddedWidth * program.words.blocks;
}

/** Distance of the word that index code `code` meets from the first word of a pixel. */
export function wordDistance(program: MacroProgram, code: number): number {
  const { kernel, words } = program;
  const positions = positionsOf(kernel);
  const position = code % positions;
  const rows = Math.floor(position / kernel.width) * kernel.dilations[0];
  const columns = (position % kernel.width) * kernel.dilations[1];
  const pixels = rows * wordMap(program).paddedWidth + columns;
  return pixels * words.blocks + Math.floor(code / positions);
}

/** An index code that some tile stores. */
export interface StoredCode {
  readonly code: number;
  /** Column reads per phase and pixel of all tiles that store it. */
  readonly columnReads: number;
}

/** Every index code that some tile of a program stores, ascending. */
export function storedCodes(program: MacroProgram): readonly StoredCode[] {
  const { tileStarts, codes, kernelsPerTile, columns, output } = program;
  const reads = new Map<number, number>();
  for (let tile = 0; tile + 1 < tileStarts.length; tile++) {
    const kernels = Math.min(kernelsPerTile, output.channels - tile * kernelsPerTile);
    for (const code of codes.subarray(tileStarts[tile], tileStarts[tile + 1]))
      reads.set(code, (reads.get(code) ?? 0) + kernels * columns.factors.length);
  }
  return [...reads]
    .map(([code, columnReads]) => ({ code, columnReads }))
    .toSorted((a, b) => a.code - b.code);
}

/**
 * Column reads per phase that meet each word of an image, order (padded y, padded x, block): of all output pixels and
 * all tiles whose groups read it.
 */
export function readsOfWords(program: MacroProgram): Uint32Array {
  const { kernel, output, words } = program;
  const { paddedHeight, paddedWidth } = wordMap(program);
  const [down, right] = kernel.strides;
  const reads = new Uint32Array(paddedHeight * paddedWidth * words.blocks);
  for (const { code, columnReads } of storedCodes(program)) {
    const distance = wordDistance(program, code);
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        const first = (y * down * paddedWidth + x * right) * words.blocks;
        reads[first + distance] = (reads[first + distance] as number) + columnReads;
      }
  }
  return reads;
}

/** First word of every output pixel of a batch, to which the distances of groups are added. */
export function firstWords(program: MacroProgram, images: number): Uint32Array {
  const { kernel, output, words } = program;
  const { paddedHeight, paddedWidth } = wordMap(program);
  const [down, right] = kernel.strides;
  const first = new Uint32Array(images * output.height * output.width);
  let to = 0;
  for (let image = 0; image < images; image++)
    for (let y = 0; y < output.height; y++) {
      const row = image * paddedHeight + y * down;
      for (let x = 0; x < output.width; x++)
        first[to++] = (row * paddedWidth + x * right) * words.blocks;
    }
  return first;
}

/** Of each stored index code: distance of its word from a pixel's first word. */
export const storedDistances = (program: MacroProgram): Uint32Array =>
  Uint32Array.from(storedCodes(program), ({ code }) => wordDistance(program, code));

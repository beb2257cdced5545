// Which digit each word line drives in each input phase. Twin of shaders/input-phases.wgsl.
//
//   digit(wl, phase) = (activation(wl) >> (phase * inputBitsPerPhase)) mod 2^inputBitsPerPhase
//
// A word line outside the map drives the code that stands for 0, one beyond the layer's inputs 0.

import type { FeatureMap } from '../core/feature-map.ts';
import { inputPixel, isInside, positionsOf } from '../core/window.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';

/** The activation of every word line at every pixel of the word map, order (image, y, x, block, word line). */
export function wordActivations(program: MacroProgram, input: FeatureMap): Uint8Array {
  const { words, patch, wordLinesOn } = program;
  const lines = input.channels * positionsOf(patch);
  const activations = new Uint8Array(
    input.images * words.height * words.width * words.blocks * wordLinesOn,
  );
  let to = 0;
  for (let image = 0; image < input.images; image++)
    for (let y = 0; y < words.height; y++)
      for (let x = 0; x < words.width; x++)
        for (let line = 0; line < words.blocks * wordLinesOn; line++)
          activations[to++] =
            line < lines ? activationAt(program, input, { image, y, x, line }) : 0;
  return activations;
}

/** The activation of a word line of a word: one of {@link wordActivations}, or where `word` is negative of a pixel outside the map. */
export function activationOn(
  program: MacroProgram,
  activations: Uint8Array,
  word: number,
  line: number,
): number {
  const { wordLinesOn, padCode, input, patch } = program;
  if (word >= 0) return activations[word * wordLinesOn + line] as number;
  const inputs = input.channels * positionsOf(patch);
  return outsideBlock(word) * wordLinesOn + line < inputs ? padCode : 0;
}

/** The number of a word of block `block` at a pixel outside the map. */
export const outsideWord = (block: number): number => -1 - block;

/** Inverse of {@link outsideWord}. */
const outsideBlock = (word: number): number => -1 - word;

/** What a word line drives in one phase. */
export const digit = (activation: number, phase: number, bitsPerPhase: number): number =>
  (activation >> (phase * bitsPerPhase)) & (2 ** bitsPerPhase - 1);

function activationAt(
  program: MacroProgram,
  input: FeatureMap,
  at: { readonly image: number; readonly y: number; readonly x: number; readonly line: number },
): number {
  const { patch } = program;
  const channel = at.line % input.channels;
  const { y, x } = inputPixel(patch, at, Math.floor(at.line / input.channels));
  if (!isInside(input, { y, x })) return program.padCode;
  return input.data[
    ((at.image * input.height + y) * input.width + x) * input.channels + channel
  ] as number;
}

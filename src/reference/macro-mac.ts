// The macro: column sums, column codes, shift-accumulate over bits, phases and stored groups. Twin of
// shaders/macro-mac.wgsl, written as the equations stand; slow on purpose.
//
//   s(g, j, p) = sum over wl of digit(wl, p) * bit j of weight(wl)          sum on a bit line
//   C          = sum over g, j, p of sign_j 2^j 2^(p b) code(s(g, j, p))    sign -1 for the highest weight bit
//   sum        = bias + floor((step C + offset K G) / 256 + 1/2)            step, offset in 1/256 unit discharge
//
// Where the program has noise, the ADC converts a disturbed s: see noise.ts.

import { clamp } from '../core/integer.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { inputPixel, isInside, positionsOf } from '../core/window.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import {
  fixedPointUnit,
  type MacroProgram,
  offsetPerMacroOp,
  wordsPerPlane,
} from '../simulate/macro-program.ts';
import { columnCode, idealCode } from './adc.ts';
import { digit, wordActivations } from './input-phases.ts';
import { type ColumnOp, macroOpKey, noisySum, pixelKey } from './noise.ts';

/** Sums of a macro layer, order (image, y, x, kernel), and what was counted. */
export interface MacroSums {
  readonly sums: Int32Array;
  readonly events: CountedEvents;
}

/**
 * Runs a macro layer on activations below 2^inputBits.
 * @param firstImage number in the whole run of the first image of `input`: it tells the read noise of images apart
 */
export function macroMac(program: MacroProgram, input: FeatureMap, firstImage = 0): MacroSums {
  const { output, kernelsPerTile, tileStarts, noise } = program;
  const activations = wordActivations(program, input);
  const cells = cellsOnLines(program);
  const sums = new Int32Array(input.images * output.height * output.width * output.channels);
  const counter = { saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };
  const largest = 2 ** (program.accumulatorBits - 1);
  let to = 0;
  for (let image = 0; image < input.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        const pixel = ((firstImage + image) * output.height + y) * output.width + x;
        const ofPixel = noise && pixelKey(noise, pixel);
        for (let kernel = 0; kernel < output.channels; kernel++) {
          const tile = Math.floor(kernel / kernelsPerTile);
          const first = tileStarts[tile] as number;
          const last = tileStarts[tile + 1] as number;
          let codes = 0;
          for (let group = first; group < last; group++) {
            const word = wordOf(program, group, { image, y, x });
            const column = group * kernelsPerTile + (kernel % kernelsPerTile);
            const code = program.codes[group] as number;
            const key = ofPixel === undefined ? 0 : macroOpKey(ofPixel, kernel, code);
            codes += macroOp(program, { activations, word, cells, kernel, column, key }, counter);
          }
          const sum = finishedSum(program, { kernel, codes, groups: last - first });
          const kept = clamp(sum, -largest, largest - 1);
          if (kept !== sum) counter.overflowedSums += 1;
          sums[to++] = kept;
        }
      }
  return { sums, events: counter };
}

/**
 * What a kernel's weighted codes stand for, with the bias, not yet limited to the accumulator. Doubles are exact
 * here: group lists end at 65536, and 65536 * 2^7 * 255 * 255 codes of up to 64 * 256 stay below 2^53. Twin of shaders/finish-sums.wgsl.
 */
export function finishedSum(
  program: MacroProgram,
  of: { readonly kernel: number; readonly codes: number; readonly groups: number },
): number {
  const { step } = program.adc;
  const value = step * of.codes + offsetPerMacroOp(program) * of.groups;
  return (program.bias[of.kernel] as number) + Math.floor(value / fixedPointUnit + 0.5);
}

interface MacroOpInputs extends ColumnOp {
  /** Every weight bit, order (group, kernel in tile, weight bit, word line). */
  readonly cells: Uint8Array;
}

/** One kernel's codes of one macro-op, weighted by bit and phase. */
function macroOp(
  program: MacroProgram,
  inputs: MacroOpInputs,
  counter: { saturatedReads: number; zeroPhaseReads: number },
): number {
  const { wordLinesOn, inputBitsPerPhase, phases, weightBits, adc, noise } = program;
  const highestCode = 2 ** adc.bits - 1;
  let total = 0;
  for (let phase = 0; phase < phases; phase++) {
    let driven = 0;
    for (let bit = 0; bit < weightBits; bit++) {
      let sum = 0;
      for (let line = 0; line < wordLinesOn; line++) {
        const activation =
          inputs.word < 0 ? 0 : (inputs.activations[inputs.word * wordLinesOn + line] as number);
        const onLine = digit(activation, phase, inputBitsPerPhase);
        driven |= onLine;
        sum +=
          onLine *
          (inputs.cells[(inputs.column * weightBits + bit) * wordLinesOn + line] as number);
      }
      const analog = noise
        ? noisySum(program, noise, inputs, { bit, phase, sum })
        : fixedPointUnit * sum;
      const ideal = idealCode(analog, adc);
      if (ideal < 0 || ideal > highestCode) counter.saturatedReads += 1;
      const sign = bit === weightBits - 1 ? -1 : 1;
      total += sign * 2 ** bit * 2 ** (phase * inputBitsPerPhase) * columnCode(analog, adc);
    }
    if (driven === 0) counter.zeroPhaseReads += weightBits;
  }
  return total;
}

/** Number of the input word that a group meets at an output pixel; -1 outside the map. */
export function wordOf(
  program: MacroProgram,
  group: number,
  pixel: { readonly image: number; readonly y: number; readonly x: number },
): number {
  const { kernel, words } = program;
  const code = program.codes[group] as number;
  const positions = positionsOf(kernel);
  const seen = inputPixel(kernel, pixel, code % positions);
  if (!isInside(words, seen)) return -1;
  return (
    ((pixel.image * words.height + seen.y) * words.width + seen.x) * words.blocks +
    Math.floor(code / positions)
  );
}

/** Every weight bit on its own, order (group, kernel in tile, weight bit, word line). */
function cellsOnLines(program: MacroProgram): Uint8Array {
  const { wordLinesOn, weightPlanes } = program;
  const words = wordsPerPlane(program);
  const columns = weightPlanes.length / words;
  return Uint8Array.from({ length: columns * wordLinesOn }, (_, i) => {
    const line = i % wordLinesOn;
    const plane = Math.floor(i / wordLinesOn);
    return ((weightPlanes[plane * words + (line >> 5)] as number) >>> (line & 31)) & 1;
  });
}

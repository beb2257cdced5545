// The macro: column sums, column codes, shift-accumulate over bits, phases and stored groups. Twin of
// shaders/macro-mac.wgsl, written as the equations stand; slow on purpose.
//
//   s(g, j, p) = sum over wl of digit(wl, p) * cell j of weight(wl)         sum on a bit line
//   V          = sum over g, j, p of factor_j 2^(p b) value(code(s(g, j, p)))   in 1/256 unit discharge
//   sum        = bias + floor(V / 256 + 1/2)
//
// Factors and cells are those of the program's columns, codes and values those of its ADC. Kernels add up levels instead:
// value = offset + step * level gives V = step C + offset K G with C the same sum of levels and K that of all factors.
// Where the program has noise, the ADC converts a disturbed s: see noise.ts.

import { clamp } from '../core/integer.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { inputPixel, isInside, positionsOf } from '../core/window.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import { adcCode, fixedPointUnit, isSaturated } from '../core/adc-table.ts';
import { cellOf } from '../core/columns.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { activationOn, digit, outsideWord, wordActivations } from './input-phases.ts';
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
          let value = 0;
          for (let group = first; group < last; group++) {
            const word = wordOf(program, group, { image, y, x });
            const kernelOfGroup = group * kernelsPerTile + (kernel % kernelsPerTile);
            const code = program.codes[group] as number;
            const key = ofPixel === undefined ? 0 : macroOpKey(ofPixel, kernel, code);
            value += macroOp(
              program,
              { activations, word, cells, kernel, kernelOfGroup, key },
              counter,
            );
          }
          const sum = roundedSum(program, kernel, value);
          const kept = clamp(sum, -largest, largest - 1);
          if (kept !== sum) counter.overflowedSums += 1;
          sums[to++] = kept;
        }
      }
  return { sums, events: counter };
}

/**
 * A kernel's sum from the `value` of all its codes in 1/256 unit, not yet limited to the accumulator. Doubles are exact
 * here: mapping sees to it that values stay below 2^53. Twin of shaders/finish-sums.wgsl, which adds up levels.
 */
const roundedSum = (program: MacroProgram, kernel: number, value: number): number =>
  (program.bias[kernel] as number) + Math.floor(value / fixedPointUnit + 0.5);

interface MacroOpInputs extends ColumnOp {
  /** Every cell, order (group, kernel in tile, column, word line). */
  readonly cells: Uint8Array;
}

/** What one kernel's codes of one macro-op stand for, weighted by column and phase, in 1/256 unit. */
function macroOp(
  program: MacroProgram,
  inputs: MacroOpInputs,
  counter: { saturatedReads: number; zeroPhaseReads: number },
): number {
  const { wordLinesOn, inputBitsPerPhase, phases, adc, noise } = program;
  const { factors } = program.columns;
  let total = 0;
  for (let phase = 0; phase < phases; phase++) {
    let driven = 0;
    for (let column = 0; column < factors.length; column++) {
      let sum = 0;
      for (let line = 0; line < wordLinesOn; line++) {
        const activation = activationOn(program, inputs.activations, inputs.word, line);
        const onLine = digit(activation, phase, inputBitsPerPhase);
        driven |= onLine;
        sum +=
          onLine *
          (inputs.cells[
            (inputs.kernelOfGroup * factors.length + column) * wordLinesOn + line
          ] as number);
      }
      const analog = noise
        ? noisySum(program, noise, inputs, { column, phase, sum })
        : fixedPointUnit * sum;
      if (isSaturated(analog, adc)) counter.saturatedReads += 1;
      const value = adc.values[adcCode(analog, adc)] as number;
      total += (factors[column] as number) * 2 ** (phase * inputBitsPerPhase) * value;
    }
    if (driven === 0) counter.zeroPhaseReads += factors.length;
  }
  return total;
}

/** Number of the input word that a group meets at an output pixel; negative outside the map, see {@link outsideWord}. */
export function wordOf(
  program: MacroProgram,
  group: number,
  pixel: { readonly image: number; readonly y: number; readonly x: number },
): number {
  const { kernel, words } = program;
  const code = program.codes[group] as number;
  const positions = positionsOf(kernel);
  const seen = inputPixel(kernel, pixel, code % positions);
  const block = Math.floor(code / positions);
  if (!isInside(words, seen)) return outsideWord(block);
  return ((pixel.image * words.height + seen.y) * words.width + seen.x) * words.blocks + block;
}

/** Every cell on its own, order (group, kernel in tile, column, word line). */
function cellsOnLines({ columns, weights, wordLinesOn }: MacroProgram): Uint8Array {
  const count = columns.factors.length;
  const cells = new Uint8Array(weights.length * count);
  weights.forEach((weight, i) => {
    const first = Math.floor(i / wordLinesOn) * count * wordLinesOn + (i % wordLinesOn);
    for (let column = 0; column < count; column++)
      cells[first + column * wordLinesOn] = cellOf(columns, weight, column);
  });
  return cells;
}

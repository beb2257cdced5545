// The least time that an adapter needs for a layer, from its measured roofline.
//
// `dot4`, where the ADC loses nothing and there is no noise: every read then is its sum, and a layer is an integer dot
// product, a quarter of a dot4 per MAC.
// `popcount`, else: per column read, and per bit that a phase drives, one AND and one popcount with its add; then one
// clip and one multiply-add that weighs the code. Noise adds the hash of one 32-bit word (2 multiply-adds, 4 bitwise).
// Against both stand the bytes of inputs, weights and sums, each moved once (`read`).
//
// These are bounds of the plain algorithm, that time counts each operation on its own: a cleverer one (two planes in one
// word, reads that cannot clip done by dot4) may pass 100 %.

import { activationsPerImage } from '../../src/core/feature-map.ts';
import type { Layer } from './layer.ts';
import type { Host, TimedCase } from './question.ts';
import { hasNoise } from './read-noise.ts';
import { type Ceiling, type Roofline, roofline } from './roofline.ts';

/** The bound of a layer on so many images; undefined where the roofline lacks what it takes. */
export async function layerBound(
  host: Host,
  layer: Layer,
  images: number,
): Promise<TimedCase['bound']> {
  const { clock, rates: ceiling } = await roofline(host);
  const { program } = layer;
  const isPlain = !isLossless(layer) || ceiling.dot4 === undefined;
  const seconds = isPlain
    ? images * layer.columnReads * secondsPerRead(ceiling, layer)
    : (images * layer.macs) / 4 / (ceiling.dot4 ?? 0);
  const sums = images * activationsPerImage(program.output) * 4;
  const bytes =
    images * activationsPerImage(program.input) + program.weightPlanes.length * 4 + sums;
  const memory = bytes / (ceiling.read ?? Infinity);
  if (memory > seconds) return { name: 'read', seconds: memory, clock };
  return { name: isPlain ? 'popcount' : 'dot4', seconds, clock };
}

/** Is every code the sum itself? */
function isLossless({ program }: Layer): boolean {
  const { adc, wordLinesOn, inputBitsPerPhase } = program;
  const largest = wordLinesOn * (2 ** inputBitsPerPhase - 1);
  const isExact = adc.step === 256 && adc.offset === 0 && 2 ** adc.bits > largest;
  return isExact && !hasNoise(program);
}

function secondsPerRead(ceiling: Roofline['rates'], { program }: Layer): number {
  const planes = program.inputBitsPerPhase * Math.ceil(program.wordLinesOn / 32);
  const noisy = hasNoise(program) ? 1 : 0;
  const needs: Partial<Record<Ceiling, number>> = {
    popcount: planes,
    bitwise: planes + 1 + 4 * noisy,
    multiplyAdd: 1 + 2 * noisy,
  };
  return Object.entries(needs).reduce(
    (sum, [name, count]) => sum + count / (ceiling[name as Ceiling] ?? Infinity),
    0,
  );
}

// The least time that an adapter needs for a layer, from its measured roofline.
//
// `dot4`, where the ADC loses nothing and there is no noise: every read then is its sum, and a layer is an integer dot
// product, a quarter of a dot4 per MAC.
// `popcount`, else: per column read, and per bit that a phase drives, one AND and one popcount with its add; then one
// clip and one multiply-add that weighs the code. Noise adds 16 random bits (half of a xorshift's 6 operations) and an add.
// Against both stand the bytes of inputs, weights and sums, each moved once (`read`).
//
// These are bounds of the plain algorithm, that time counts each operation on its own: a cleverer one (two planes in one
// word, digits added as fields without a popcount, reads that cannot clip done by dot4) may pass 100 %.

import { activationsPerImage } from '../core/feature-map.ts';
import { losesNothing } from '../core/adc-table.ts';
import { largestSum, type MacroProgram, wordsPerPlane } from '../simulate/macro-program.ts';
import type { Bound, Host, Work } from './question.ts';
import { type Ceiling, type Roofline, roofline } from './roofline.ts';

type Rates = Roofline['rates'];

/** Bitwise operations that the noise of one column read takes. */
const noiseOperations = 4;

/** The bound of programs on an adapter. */
export async function boundOf(
  host: Host,
  { programs, images, everyRead = false }: Work,
): Promise<Bound> {
  const { clock, rates } = await roofline(host);
  const bounds = programs.map((program) => {
    const isPlain = everyRead || !isLossless(program) || rates.dot4 === undefined;
    return programBound(program, rates, { images, isPlain });
  });
  const seconds = bounds.reduce((sum, one) => sum + one.seconds, 0);
  const largest = bounds.reduce((most, one) => (one.seconds > most.seconds ? one : most));
  return { name: largest.name, seconds, clock };
}

/** Column reads of one image: bit lines of the stored groups, in every phase, at every output pixel. */
export function columnReadsOf(program: MacroProgram): number {
  const { tileStarts, kernelsPerTile, output, phases } = program;
  let columns = 0;
  for (let tile = 0; tile + 1 < tileStarts.length; tile++) {
    const groups = (tileStarts[tile + 1] ?? 0) - (tileStarts[tile] ?? 0);
    columns += groups * Math.min(kernelsPerTile, output.channels - tile * kernelsPerTile);
  }
  return columns * program.columns.factors.length * phases * output.height * output.width;
}

/** Multiply-accumulates of one image, those of skipped groups left out. */
export const macsOf = (program: MacroProgram): number =>
  (columnReadsOf(program) * program.wordLinesOn) /
  (program.columns.factors.length * program.phases);

interface ProgramBound {
  readonly name: string;
  readonly seconds: number;
}

function programBound(
  program: MacroProgram,
  rates: Rates,
  { images, isPlain }: { readonly images: number; readonly isPlain: boolean },
): ProgramBound {
  const seconds = isPlain
    ? images * columnReadsOf(program) * secondsPerRead(program, rates)
    : (images * macsOf(program)) / 4 / (rates.dot4 ?? 0);
  const { input, output, weights } = program;
  const perImage = activationsPerImage(input) + 4 * activationsPerImage(output);
  const memory = (images * perImage + weights.length) / (rates.read ?? Infinity);
  if (memory > seconds) return { name: 'read', seconds: memory };
  return { name: isPlain ? 'popcount' : 'dot4', seconds };
}

/** Is every code the sum itself? */
const isLossless = (program: MacroProgram): boolean =>
  program.noise === undefined && losesNothing(program.adc, largestSum(program));

function secondsPerRead(program: MacroProgram, rates: Rates): number {
  const planes = program.inputBitsPerPhase * wordsPerPlane(program);
  const noise = program.noise === undefined ? 0 : noiseOperations;
  const needs: Partial<Record<Ceiling, number>> = {
    popcount: planes,
    bitwise: planes + 1 + noise,
    multiplyAdd: 1,
  };
  return Object.entries(needs).reduce(
    (sum, [name, count]) => sum + count / (rates[name as Ceiling] ?? Infinity),
    0,
  );
}

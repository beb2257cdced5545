// From a case that an adapter computes wrong to a small one that it computes wrong as well: what is left can be read.

import type { FeatureMap } from '../../core/feature-map.ts';
import { imageSlice } from '../../core/feature-map.ts';
import { partOf } from '../../gpu/layer-parts.ts';
import { longestList } from '../../simulate/sum-bounds.ts';
import type { MacroCase } from '../run-case.ts';

/**
 * Makes a case smaller for as long as it stays wrong: fewer images, kernel tiles, groups and kernels, no noise, no
 * requantizer, zeros in weights and inputs.
 * @param isWrong whether the adapter computes a case wrong
 * @param hasTime false: what is smallest so far is given
 */
export async function shrink(
  found: MacroCase,
  isWrong: (one: MacroCase) => Promise<boolean>,
  hasTime: () => boolean,
): Promise<MacroCase> {
  let smallest = found;
  let before: MacroCase | undefined;
  // A cut can make room for one before it.
  while (smallest !== before) {
    before = smallest;
    for (const cut of cuts) smallest = await shrinkBy(cut, smallest, isWrong, hasTime);
  }
  return smallest;
}

async function shrinkBy(
  cut: Cut,
  found: MacroCase,
  isWrong: (one: MacroCase) => Promise<boolean>,
  hasTime: () => boolean,
): Promise<MacroCase> {
  let smallest = found;
  for (let place = 0; ;) {
    const candidate = hasTime() ? cut(smallest, place) : undefined;
    if (candidate === undefined) return smallest;
    const isTaken = candidate !== 'nothing' && (await isWrong(candidate));
    if (isTaken) smallest = candidate;
    // Lists of values keep their length, so the next place is tried; what became shorter is tried from its beginning.
    place = isTaken && !keepsLength.has(cut) ? 0 : place + 1;
  }
}

/** A smaller case, the `place`-th that there is; `nothing`: that one would be no smaller; undefined: there are no more. */
type Cut = (one: MacroCase, place: number) => MacroCase | 'nothing' | undefined;

const oneImage: Cut = (one, place) => {
  const { input, residual, firstImage } = one;
  if (input.images === 1 || place >= input.images) return undefined;
  const taken = (map: FeatureMap): FeatureMap => imageSlice(map, place, 1);
  return {
    ...one,
    input: taken(input),
    residual: residual && taken(residual),
    firstImage: firstImage + place,
  };
};

const sumsAlone: Cut = (one, place) =>
  place > 0 || !one.program.requantize
    ? undefined
    : { ...one, program: { ...one.program, requantize: undefined }, residual: undefined };

const withoutNoise: Cut = (one, place) =>
  place > 0 || !one.program.noise
    ? undefined
    : { ...one, program: { ...one.program, noise: undefined } };

/** One kernel tile of several. */
const oneTile: Cut = (one, place) => {
  const { program } = one;
  const tiles = program.tileStarts.length - 1;
  if (program.requantize || tiles === 1 || place >= tiles) return undefined;
  const lists = { first: 0, end: Math.max(1, longestList(program)) };
  const { program: part } = partOf(program, { first: place, end: place + 1 }, lists);
  return { ...one, program: part };
};

/** Half of the group list, then single groups. */
const fewerGroups: Cut = (one, place) => {
  const { program } = one;
  const groups = longestList(program);
  if (program.requantize || program.tileStarts.length > 2 || groups < 2) return undefined;
  const half = Math.ceil(groups / 2);
  const ranges = [
    { first: 0, end: half },
    { first: half, end: groups },
    { first: 0, end: groups - 1 },
    { first: 1, end: groups },
  ];
  const lists = ranges[place];
  return lists && { ...one, program: partOf(program, { first: 0, end: 1 }, lists).program };
};

/** One kernel of several. Columns of a noisy chip belong to their kernels, so there only the last ones go. */
const fewerKernels: Cut = (one, place) => {
  const { program } = one;
  const { channels } = program.output;
  if (program.requantize || program.tileStarts.length > 2 || channels === 1) return undefined;
  if (!program.noise) return place < channels ? oneKernel(one, place) : undefined;
  if (place > 0) return undefined;
  const output = { ...program.output, channels: channels - 1 };
  return { ...one, program: { ...program, output, bias: program.bias.subarray(0, channels - 1) } };
};

function oneKernel(one: MacroCase, kernel: number): MacroCase {
  const { program } = one;
  const { wordLinesOn, kernelsPerTile, codes, bias } = program;
  const weights = new Int8Array(codes.length * wordLinesOn);
  for (let group = 0; group < codes.length; group++) {
    const from = (group * kernelsPerTile + kernel) * wordLinesOn;
    weights.set(program.weights.subarray(from, from + wordLinesOn), group * wordLinesOn);
  }
  const alone = { weights, kernelsPerTile: 1, bias: bias.subarray(kernel, kernel + 1) };
  return {
    ...one,
    program: { ...program, ...alone, output: { ...program.output, channels: 1 } },
  };
}

const withoutBias: Cut = (one, place) =>
  place > 0 || one.program.bias.every((value) => value === 0)
    ? undefined
    : {
        ...one,
        program: { ...one.program, bias: new Int32Array(one.program.bias.length) },
      };

/** Zeros in place of weights. Errors of cells that hold a 1 belong to them, so those of a noisy chip stay. */
const zeroWeights: Cut = (one, place) => {
  const { program } = one;
  if (program.noise?.cellErrors) return undefined;
  const weights = withZeros(program.weights, place);
  return typeof weights === 'object' ? { ...one, program: { ...program, weights } } : weights;
};

/** Zeros in place of inputs. */
const zeroInputs: Cut = (one, place) => {
  const data = withZeros(one.input.data, place);
  return typeof data === 'object' ? { ...one, input: { ...one.input, data } } : data;
};

/** Halves, quarters, eighths ... of a list become zero, down to single values of some thousands. */
const levels = 13;

function withZeros<T extends Int8Array | Uint8Array>(
  values: T,
  place: number,
): T | 'nothing' | undefined {
  // Place 0, 1: halves; 2 to 5: quarters; and so on.
  const level = Math.floor(Math.log2(place + 2));
  const pieces = 2 ** level;
  if (level > levels || pieces / 2 >= values.length) return undefined;
  const piece = place + 2 - pieces;
  const [from, to] = [piece, piece + 1].map((edge) => Math.round((edge * values.length) / pieces));
  if (values.subarray(from, to).every((value) => value === 0)) return 'nothing';
  return values.map((value, i) => (i >= (from ?? 0) && i < (to ?? 0) ? 0 : value)) as T;
}

const cuts: readonly Cut[] = [
  oneImage,
  sumsAlone,
  withoutNoise,
  oneTile,
  fewerGroups,
  fewerKernels,
  withoutBias,
  zeroWeights,
  zeroInputs,
];
/** Cuts whose places stay what they are when one was taken. */
const keepsLength: ReadonlySet<Cut> = new Set([zeroWeights, zeroInputs]);

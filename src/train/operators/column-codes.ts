// The sums of a layer as the macros give them: bit by bit and phase by phase, each sum on a bit line through the ADC. The
// twin of macroMac as a graph over whole maps, with accumulators that never overflow; noise is that of column-noise.ts.
//
//   s(g, j, p) = sum over wl of digit(wl, p) * bit j of weight(wl)            sum on a bit line
//   c(s)       = the ADC's column code of s; z = c(0)
//   C          = sum over g, j, p of sign_j 2^j 2^(p b) (c(s(g, j, p)) - z)   sign -1 for the highest weight bit
//   sum        = floor((step C - (offset + step z) K G) / 256 + 1/2)          K = sum over p of 2^(p b)
//
// Codes less z, so that a group of zeros adds nothing: the chip does not store it. G counts those that it stores.

import { groupGrid, type GroupShape, type KernelGeometry } from '../../compress/weight-group.ts';
import { ceilDivide } from '../../core/integer.ts';
import { outputSize, positionsOf } from '../../core/window.ts';
import {
  add,
  apply,
  compare,
  double,
  matMul,
  multiply,
  pad,
  reduce,
  reshape,
  slice,
  subtract,
  toDouble,
  transpose,
} from '../autodiff/arithmetic.ts';
import { elements, type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';
import {
  type ColumnDeviations,
  columnDeviations,
  type ColumnNoise,
  mismatched,
  type NoiseDraws,
  noisySums,
} from './column-noise.ts';
import { inputViews } from './windows.ts';

/** How the chip reads its columns. */
export interface ColumnReadout {
  /** Step and offset in 1/256 unit discharge. */
  readonly adc: { readonly bits: number; readonly step: number; readonly offset: number };
  readonly inputBitsPerPhase: number;
  /** `none`: groups of zeros are stored too. */
  readonly sparsity: 'groups' | 'none';
  /** Undefined: bit lines and ADC are ideal. */
  readonly noise?: ColumnNoise | undefined;
}

/** A layer whose sums are wanted. */
export interface ColumnLayer {
  readonly geometry: KernelGeometry;
  /** Word lines that are on together, and kernels that run together. */
  readonly shape: GroupShape;
  readonly inputBits: number;
  readonly weightBits: number;
  readonly readout: ColumnReadout;
  /** Where the noise of the readout comes from; undefined: the sums have none. */
  readonly draws?: NoiseDraws | undefined;
}

/** Units of step and offset in one unit discharge. */
const unit = 256;

/**
 * Sums (N, M, P, Q) in 64-bit floats, without bias, of activations `input` (N, C, H, W) and `weights` (M, C, R, S), both
 * integers held in 32-bit floats.
 */
export function columnSums(
  graph: GraphBuilder,
  input: Value,
  weights: Value,
  layer: ColumnLayer,
): Value {
  const { geometry, readout, draws } = layer;
  const { images } = imageShape(input);
  const phases = ceilDivide(layer.inputBits, readout.inputBitsPerPhase);
  const words = wordsOf(graph, phaseDigits(graph, input, phases, readout), weights, layer);
  const { noise } = readout;
  const noisy = draws &&
    noise && {
      draws,
      noise,
      deviations: columnDeviations(draws, layer.weightBits * geometry.kernels, noise),
    };
  const codes = sumOf(
    graph,
    words.map((word) => codeSums(graph, word, layer, noisy)),
  );
  const inPhases = reshape(graph, codes, [phases, elements(codes.shape) / phases]);
  const factors = graph.floats(phaseFactors(phases, readout));
  const total = matMul(graph, reshape(graph, factors, [1, phases]), inPhases);
  const [, , P = 1, Q = 1] = words[0]?.digits.shape ?? [];
  const shape = [images, geometry.kernels, P, Q];
  const sums = reshape(graph, toDouble(graph, total), shape);
  return inUnits(graph, sums, { words, layer, phases });
}

const phaseFactors = (phases: number, { inputBitsPerPhase }: ColumnReadout): readonly number[] =>
  Array.from({ length: phases }, (_, phase) => 2 ** (phase * inputBitsPerPhase));

const sumOf = (graph: GraphBuilder, values: readonly Value[]): Value =>
  values.reduce((sum, value) => add(graph, sum, value));

/** The code of no discharge. */
const zeroCode = ({ bits, step, offset }: ColumnReadout['adc']): number =>
  Math.min(2 ** bits - 1, Math.max(0, Math.floor((step - 2 * offset) / (2 * step))));

/** What every word line drives in every phase: (phases N, C, H, W), the images of phase 0 first. */
function phaseDigits(
  graph: GraphBuilder,
  input: Value,
  phases: number,
  { inputBitsPerPhase }: ColumnReadout,
): Value {
  const digits = Array.from({ length: phases }, (_, phase) =>
    bitsOf(graph, input, phase * inputBitsPerPhase, inputBitsPerPhase),
  );
  const [images = 1, ...rest] = input.shape;
  return graph.node('Concat', digits, [phases * images, ...rest], { attributes: { axis: 0 } });
}

/** `count` bits of whole numbers that are not negative, from bit `first` on. */
function bitsOf(graph: GraphBuilder, value: Value, first: number, count: number): Value {
  const from = (bit: number): Value =>
    graph.node('Floor', [multiply(graph, value, graph.scalar(2 ** -bit))], value.shape);
  const above = multiply(graph, from(first + count), graph.scalar(2 ** count));
  return subtract(graph, from(first), above);
}

/** What meets at one kernel position: digits (phases N, lines, P, Q) and weights (M, lines), lines full words. */
interface Words {
  readonly digits: Value;
  readonly weights: Value;
}

function wordsOf(
  graph: GraphBuilder,
  digits: Value,
  weights: Value,
  { geometry, shape }: ColumnLayer,
): readonly Words[] {
  const { channels: C, kernels: M, window } = geometry;
  const positions = positionsOf(window);
  const views = inputViews(graph, digits, window);
  const byChannel = reshape(graph, weights, [M, C, positions]);
  const { packed, blocks } = groupGrid(geometry, shape);
  const filled = (view: Value, kernels: Value): Words => {
    const missing = blocks * shape.channels - (kernels.shape[1] ?? 0);
    return {
      digits: pad(graph, view, [0, 0, 0, 0], [0, missing, 0, 0]),
      weights: pad(graph, kernels, [0, 0], [0, missing]),
    };
  };
  if (packed) {
    const { height: P, width: Q } = outputSize(window, imageShape(digits));
    const patch = graph.node('Concat', views, [digits.shape[0] ?? 1, positions * C, P, Q], {
      attributes: { axis: 1 },
    });
    const byPosition = transpose(graph, byChannel, [0, 2, 1]);
    return [filled(patch, reshape(graph, byPosition, [M, positions * C]))];
  }
  return views.map((view, position) => {
    const one = slice(graph, byChannel, [{ axis: 2, start: position, end: position + 1 }]);
    return filled(view, reshape(graph, one, [M, C]));
  });
}

/** The codes of one kernel position, less that of no discharge, weighted by bit and summed over blocks and bits. */
function codeSums(
  graph: GraphBuilder,
  { digits, weights }: Words,
  { shape, weightBits, readout: { adc, sparsity } }: ColumnLayer,
  noisy: NoisyColumns | undefined,
): Value {
  const [M = 1, lines = 1] = weights.shape;
  const [images = 1, , P = 1, Q = 1] = digits.shape;
  const blocks = lines / shape.channels;
  const columns = blocks * weightBits;
  const planes = weightPlanes(graph, weights, weightBits);
  const stored = reshape(
    graph,
    transpose(graph, reshape(graph, planes, [weightBits, M, blocks, shape.channels]), [2, 0, 1, 3]),
    [columns * M, shape.channels, 1, 1],
  );
  const cells = noisy ? mismatched(graph, noisy.draws, stored, noisy.noise) : stored;
  // code = floor((512 s + step - 2 offset) / (2 step)): all whole numbers, so the quotient is rounded to no other floor.
  const doubled = multiply(graph, cells, graph.scalar(2 * unit));
  const ideal = graph.node('Conv', [digits, doubled], [images, columns * M, P, Q], {
    attributes: { group: blocks },
  });
  const sums = noisy ? noisySums(graph, ideal, { ...noisy, blocks, perUnit: 2 * unit }) : ideal;
  const shifted = add(graph, sums, graph.scalar(adc.step - 2 * adc.offset));
  const quotient = graph.node('Div', [shifted, graph.scalar(2 * adc.step)], sums.shape);
  const level = graph.node('Floor', [quotient], sums.shape);
  const limits = [graph.scalar(0), graph.scalar(2 ** adc.bits - 1)];
  const codes = graph.node('Clip', [level, ...limits], sums.shape);
  const zero = zeroCode(adc);
  const above = zero === 0 ? codes : subtract(graph, codes, graph.scalar(zero));
  // Without noise a group of zeros adds nothing by itself.
  const read =
    noisy && sparsity === 'groups'
      ? onlyStored(graph, above, { weights, shape, bits: weightBits })
      : above;
  const byColumn = reshape(graph, read, [images, columns, M * P * Q]);
  const factors = Array.from({ length: columns }, (_, column) => {
    const bit = column % weightBits;
    return (bit === weightBits - 1 ? -1 : 1) * 2 ** bit;
  });
  return matMul(graph, reshape(graph, graph.floats(factors), [1, columns]), byColumn);
}

/** Noise of one layer's columns in one step. */
interface NoisyColumns {
  readonly draws: NoiseDraws;
  readonly noise: ColumnNoise;
  readonly deviations: ColumnDeviations;
}

/** Codes (images, columns M, P, Q) with zeros for the groups that the chip does not store. */
function onlyStored(
  graph: GraphBuilder,
  codes: Value,
  {
    weights,
    shape,
    bits,
  }: { readonly weights: Value; readonly shape: GroupShape; readonly bits: number },
): Value {
  const [M = 1, lines = 1] = weights.shape;
  const [images = 1, columns = 1, P = 1, Q = 1] = codes.shape;
  const blocks = lines / shape.channels;
  const tiles = ceilDivide(M, shape.kernels);
  const stored = reshape(graph, storedBlocks(graph, weights, shape), [tiles, 1, blocks]);
  const all = [tiles, shape.kernels, blocks];
  const perKernel = graph.node('Expand', [stored, graph.integers(all)], all);
  const flat = reshape(graph, perKernel, [tiles * shape.kernels, blocks]);
  const own = slice(graph, flat, [{ axis: 0, start: 0, end: M }]);
  const mask = reshape(graph, transpose(graph, own, [1, 0]), [1, blocks, 1, M, 1]);
  const byKernel = reshape(graph, codes, [images, blocks, bits, M, P * Q]);
  return reshape(graph, multiply(graph, byKernel, mask), [images, columns, P, Q]);
}

/** The bits of two's complement of `weights` (M, lines): (bits M, lines), bit 0 of all kernels first. */
function weightPlanes(graph: GraphBuilder, weights: Value, bits: number): Value {
  const negative = compare(graph, 'Greater', graph.scalar(0), weights);
  const code = add(graph, weights, multiply(graph, negative, graph.scalar(2 ** bits)));
  const planes = Array.from({ length: bits }, (_, bit) => bitsOf(graph, code, bit, 1));
  const [M = 1, lines = 1] = weights.shape;
  return graph.node('Concat', planes, [bits * M, lines], { attributes: { axis: 0 } });
}

/** From weighted codes to the units of the sums. */
function inUnits(
  graph: GraphBuilder,
  codes: Value,
  { words, layer, phases }: { words: readonly Words[]; layer: ColumnLayer; phases: number },
): Value {
  const { step, offset } = layer.readout.adc;
  const perGroup = offset + step * zeroCode(layer.readout.adc);
  if (perGroup === 0 && step === unit) return codes;
  const scaled = multiply(graph, codes, double(graph, step));
  const weight = phaseFactors(phases, layer.readout).reduce((sum, factor) => sum + factor, 0);
  const corrected =
    perGroup === 0
      ? scaled
      : subtract(
          graph,
          scaled,
          multiply(graph, storedGroups(graph, words, layer), double(graph, perGroup * weight)),
        );
  const units = multiply(graph, corrected, double(graph, 1 / unit));
  const rounded = add(graph, units, double(graph, 0.5));
  return graph.node('Floor', [rounded], codes.shape, { type: 'float64' });
}

/** How many groups each kernel's tile stores, in 64-bit floats: (1, M, 1, 1), or () where it is the same for all. */
function storedGroups(
  graph: GraphBuilder,
  words: readonly Words[],
  { geometry, shape, readout }: ColumnLayer,
): Value {
  if (readout.sparsity === 'none') return double(graph, groupGrid(geometry, shape).codes);
  const tiles = ceilDivide(geometry.kernels, shape.kernels);
  const counts = words.map(({ weights }) =>
    reduce(graph, 'ReduceSum', storedBlocks(graph, weights, shape), {
      axes: [1, 2, 3],
      keep: false,
    }),
  );
  const perTile = reshape(graph, sumOf(graph, counts), [tiles, 1]);
  const all = [tiles, shape.kernels];
  const perKernel = graph.node('Expand', [perTile, graph.integers(all)], all);
  const flat = reshape(graph, perKernel, [tiles * shape.kernels]);
  const own = slice(graph, flat, [{ axis: 0, start: 0, end: geometry.kernels }]);
  return toDouble(graph, reshape(graph, own, [1, geometry.kernels, 1, 1]));
}

/** 1 for every group that has a weight which is not 0: (tiles, 1, blocks, 1). */
function storedBlocks(graph: GraphBuilder, weights: Value, shape: GroupShape): Value {
  const [M = 1, lines = 1] = weights.shape;
  const tiles = ceilDivide(M, shape.kernels);
  const filled = pad(graph, weights, [0, 0], [tiles * shape.kernels - M, 0]);
  const blocks = lines / shape.channels;
  const groups = reshape(graph, filled, [tiles, shape.kernels, blocks, shape.channels]);
  const sizes = reduce(graph, 'ReduceSum', apply(graph, 'Abs', groups), { axes: [1, 3] });
  return compare(graph, 'Greater', sizes, graph.scalar(0));
}

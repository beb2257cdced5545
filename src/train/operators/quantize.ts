// Quantization with straight-through gradients: forward exactly the integers of the chip, held in 32-bit floats (exact up
// to 2^24); backward as if rounding were not there.

import { at } from '../../core/errors.ts';
import { wholeMap } from '../../core/window.ts';
import type { Residual } from '../../network/fused-network.ts';
import {
  add,
  compare,
  divide,
  matMul,
  multiply,
  reshape,
  slice,
  subtract,
} from '../autodiff/arithmetic.ts';
import type { Tape } from '../autodiff/gradients.ts';
import { elements, type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';
import { residualGradient, residualOf } from './residual.ts';
import { meanGradient, type MeanWindow, windowPixels, windowSums } from './windows.ts';

/** From real weights to integers: divided by the scale as they are, or tanh of them. */
export type WeightForm = 'linear' | 'tanh';

/** How weights are quantized. */
export interface WeightQuantization {
  /** Real value of one unit, shape (). */
  readonly scale: Value;
  /** Codes are -highest ... highest. */
  readonly highest: number;
  readonly form: WeightForm;
}

/**
 * Weights in units of `scale`, rounded and clipped. The gradient of the scale is that of LSQ (S. Esser et al., ICLR
 * 2020): what rounding and clipping changed, in units.
 */
export function quantizeWeights(
  tape: Tape,
  weights: Value,
  { scale, highest, form }: WeightQuantization,
): Value {
  const { graph } = tape;
  const shaped = form === 'tanh' ? graph.node('Tanh', [weights], weights.shape) : weights;
  const units = divide(graph, shaped, scale);
  const range = { low: -highest, high: highest };
  const codes = graph.node('Round', [clip(graph, units, range)], weights.shape);
  const slope = (gradient: Value): Value =>
    form === 'tanh'
      ? multiply(graph, gradient, subtract(graph, graph.scalar(1), multiply(graph, shaped, shaped)))
      : gradient;
  return tape.record(
    codes,
    [weights, scale],
    [
      (gradient) => divide(graph, slope(whereInside(graph, units, gradient, range)), scale),
      (gradient) => scaleGradient(graph, { units, codes, gradient, scale, range }),
    ],
  );
}

/** A bias in units of the sums, rounded. */
export function quantizeBias(tape: Tape, bias: Value, unit: Value): Value {
  const { graph } = tape;
  const codes = graph.node('Round', [divide(graph, bias, unit)], bias.shape);
  return tape.record(codes, [bias], [(gradient) => divide(graph, gradient, unit)]);
}

/** How sums become stored activations. */
export interface Requantization {
  /** From units of the sums to those of the output, shape (): an 8-bit multiplier times a power of two. */
  readonly factor: Value;
  /** Real value of one unit of the output, shape (): it is learned. */
  readonly scale: Value;
  readonly low: number;
  readonly high: number;
}

/** Images of a batch that the gradient of an output scale is taken from: it needs three more passes over the map. */
const sampledImages = 16;

/**
 * Stored activations: `sums` times `factor`, rounded with halves up, clipped to `low` ... `high`. The gradient passes
 * where nothing was clipped. That of the scale is LSQ's, as for weights; where the map is clipped it is PACT's.
 */
export function requantize(tape: Tape, sums: Value, options: Requantization): Value {
  const { graph } = tape;
  const { factor, scale } = options;
  const units = multiply(graph, sums, factor);
  const codes = clip(graph, roundHalfUp(graph, units), options);
  return tape.record(
    codes,
    [sums, scale],
    [
      (gradient) => whereInside(graph, units, multiply(graph, gradient, factor), options),
      (gradient) => {
        const images = at(sums.shape, 0);
        const end = Math.min(images, sampledImages);
        const some = (value: Value): Value => slice(graph, value, [{ axis: 0, start: 0, end }]);
        const sample = scaleGradient(graph, {
          units: some(units),
          codes: some(codes),
          gradient: some(gradient),
          scale,
          range: options,
        });
        return end === images ? sample : multiply(graph, sample, graph.scalar(images / end));
      },
    ],
  );
}

/** Adds a stored map, brought to the units of the sums by `factor` and rounded, as the chip does. */
export function addStored(
  tape: Tape,
  sums: Value,
  added: Value,
  { factor, ...place }: Pick<Residual, 'stride' | 'channelOffset'> & { readonly factor: Value },
): Value {
  const { graph } = tape;
  const inUnits = roundHalfUp(
    graph,
    multiply(graph, residualOf(graph, added, sums, place), factor),
  );
  return tape.record(
    add(graph, sums, inUnits),
    [sums, added],
    [
      (gradient) => gradient,
      (gradient) => multiply(graph, residualGradient(graph, gradient, added, place), factor),
    ],
  );
}

/** As `averagePool`, of stored activations: rounded with halves up. */
export function averageStored(
  tape: Tape,
  input: Value,
  { window = wholeMap(imageShape(input)), countIncludePad = false }: MeanWindow = {},
): Value {
  const { graph } = tape;
  const pixels = windowPixels(graph, input, window, countIncludePad);
  const means = roundedMeans(graph, windowSums(graph, input, window), pixels);
  const back = { window, shape: input.shape };
  return tape.record(means, [input], [(gradient) => meanGradient(graph, gradient, pixels, back)]);
}

/** `sums` over `pixels`, rounded with halves up. */
export function roundedMeans(graph: GraphBuilder, sums: Value, pixels: Value): Value {
  // One division of integers: a mean just below a half must not be rounded twice.
  const two = graph.scalar(2);
  const doubled = add(graph, multiply(graph, sums, two), pixels);
  const quotient = divide(graph, doubled, multiply(graph, pixels, two));
  return graph.node('Floor', [quotient], quotient.shape);
}

/** A value times a number that is not learned. */
export function scaled(tape: Tape, value: Value, factor: Value): Value {
  const { graph } = tape;
  return tape.record(
    multiply(graph, value, factor),
    [value],
    [(gradient) => multiply(graph, gradient, factor)],
  );
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const clip = (graph: GraphBuilder, value: Value, { low, high }: Range): Value =>
  graph.node('Clip', [value, graph.scalar(low), graph.scalar(high)], value.shape);

const roundHalfUp = (graph: GraphBuilder, value: Value): Value =>
  graph.node('Floor', [add(graph, value, graph.scalar(0.5))], value.shape);

/** `value` where `units` lies in the range, 0 elsewhere. */
function whereInside(graph: GraphBuilder, units: Value, value: Value, range: Range): Value {
  // A product, since ONNX Runtime's Where takes four times as long as Cast and Mul together.
  return multiply(graph, value, compare(graph, 'Equal', clip(graph, units, range), units));
}

interface Rounded {
  /** Before rounding and clipping, in units. */
  readonly units: Value;
  readonly codes: Value;
  readonly gradient: Value;
  readonly scale: Value;
  readonly range: Range;
}

/** Sum of gradient x (code - units where not clipped) / scale, shape (). */
function scaleGradient(
  graph: GraphBuilder,
  { units, codes, gradient, scale, range }: Rounded,
): Value {
  const moved = subtract(graph, codes, whereInside(graph, units, units, range));
  const count = elements(units.shape);
  // As a product of a row and a column: the sum of products in one pass.
  const sum = matMul(
    graph,
    reshape(graph, gradient, [1, count]),
    reshape(graph, moved, [count, 1]),
  );
  return divide(graph, reshape(graph, sum, []), scale);
}

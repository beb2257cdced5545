// Batch normalisation: with the statistics of the batch while training, with given statistics afterwards.

import { add, apply, multiply, reduce, reshape, subtract } from '../autodiff/arithmetic.ts';
import type { Tape } from '../autodiff/gradients.ts';
import { type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';

/** What {@link batchNorm} gives. Mean and variance have shape (C); the variance is the plain mean of squares. */
export interface Normalized {
  readonly output: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/** Scale and shift, both of shape (C), and the number that keeps the root away from zero. */
export interface NormParameters {
  readonly gamma: Value;
  readonly beta: Value;
  readonly epsilon: number;
}

/** Normalises `input` (N, C, H, W) by the mean and variance of the batch. */
export function batchNorm(tape: Tape, input: Value, parameters: NormParameters): Normalized {
  const { graph } = tape;
  const { gamma, beta, epsilon } = parameters;
  const { images, channels, height, width } = imageShape(input);
  // Three dimensions, since ONNX Runtime has a fast path for sums over the first and the last of three.
  const flat = reshape(graph, input, [images, channels, height * width]);
  const mean = reduce(graph, 'ReduceMean', flat, { axes: [0, 2] });
  // Mean of squared differences: mean of squares less squared mean would lose its digits where the mean is large.
  const centred = subtract(graph, flat, mean);
  const variance = reduce(graph, 'ReduceMean', multiply(graph, centred, centred), { axes: [0, 2] });
  const statistics = {
    mean: reshape(graph, mean, [channels]),
    variance: reshape(graph, variance, [channels]),
  };
  const output = normalize(graph, input, parameters, statistics);

  const deviation = apply(graph, 'Sqrt', add(graph, variance, graph.scalar(epsilon)));
  const inverse = apply(graph, 'Reciprocal', deviation);
  const sums = once((gradient: Value) => gradientSums(graph, gradient, { centred, inverse }));
  const perChannel = (value: Value): Value => reshape(graph, value, [channels]);
  tape.record(
    output,
    [input, gamma, beta],
    [
      (gradient) => inputGradient(graph, sums(gradient), { centred, inverse, gamma, input }),
      (gradient) => perChannel(sums(gradient).weighted),
      (gradient) => perChannel(sums(gradient).plain),
    ],
  );
  return { output, ...statistics };
}

/** What the gradients take from the forward pass: input less its mean (N, C, H W), and 1 / deviation (1, C, 1). */
interface Forward {
  readonly centred: Value;
  readonly inverse: Value;
}

/** The gradient (N, C, H W), and its sums per channel (1, C, 1), plain and times the normalised input. */
interface GradientSums {
  readonly flat: Value;
  readonly plain: Value;
  readonly weighted: Value;
}

function gradientSums(
  graph: GraphBuilder,
  gradient: Value,
  { centred, inverse }: Forward,
): GradientSums {
  const flat = reshape(graph, gradient, centred.shape);
  const dot = reduce(graph, 'ReduceSum', multiply(graph, flat, centred), { axes: [0, 2] });
  const plain = reduce(graph, 'ReduceSum', flat, { axes: [0, 2] });
  return { flat, plain, weighted: multiply(graph, dot, inverse) };
}

/** gamma / deviation (gradient - mean gradient - normalised input * mean (gradient * normalised input)) */
function inputGradient(
  graph: GraphBuilder,
  { flat, plain, weighted }: GradientSums,
  { centred, inverse, gamma, input }: Forward & { readonly gamma: Value; readonly input: Value },
): Value {
  const { images, channels, height, width } = imageShape(input);
  const share = graph.scalar(1 / (images * height * width));
  const slope = multiply(graph, multiply(graph, weighted, share), inverse);
  const level = subtract(graph, flat, multiply(graph, plain, share));
  const rest = subtract(graph, level, multiply(graph, centred, slope));
  const scale = multiply(graph, reshape(graph, gamma, [1, channels, 1]), inverse);
  return reshape(graph, multiply(graph, rest, scale), input.shape);
}

/** Normalises `input` (N, C, H, W) by given statistics, each of shape (C). */
export function normalize(
  graph: GraphBuilder,
  input: Value,
  { gamma, beta, epsilon }: NormParameters,
  { mean, variance }: { readonly mean: Value; readonly variance: Value },
): Value {
  // The operator without training_mode: one pass over the data in ONNX Runtime, instead of four.
  return graph.node('BatchNormalization', [input, gamma, beta, mean, variance], input.shape, {
    attributes: { epsilon: { float: epsilon } },
  });
}

/** Calls `make` for the first argument only: the gradients of one output share their nodes. */
function once<A, R>(make: (argument: A) => R): (argument: A) => R {
  let made: { readonly result: R } | undefined;
  return (argument) => (made ??= { result: make(argument) }).result;
}

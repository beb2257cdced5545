// Batch normalisation: with the statistics of the batch while training, with given statistics afterwards.

import { apply, combine, reduce, reshape } from '../arithmetic.ts';
import type { Tape } from '../gradients.ts';
import { type GraphBuilder, imageShape, type Value } from '../graph.ts';

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
export function batchNorm(
  tape: Tape,
  input: Value,
  { gamma, beta, epsilon }: NormParameters,
): Normalized {
  const { graph } = tape;
  const { images, channels, height, width } = imageShape(input);
  const count = images * height * width;
  // Three dimensions, since ONNX Runtime has a fast path for sums over the first and the last of three.
  const flat = reshape(graph, input, [images, channels, height * width]);
  const mean = reduce(graph, 'ReduceMean', flat, { axes: [0, 2] });
  // Mean of squared differences: mean of squares less squared mean would lose its digits where the mean is large.
  const centred = subtract(graph, flat, mean);
  const variance = reduce(graph, 'ReduceMean', multiply(graph, centred, centred), {
    axes: [0, 2],
  });
  const perChannel = (value: Value): Value => reshape(graph, value, [channels]);
  const statistics = { mean: perChannel(mean), variance: perChannel(variance) };
  const output = normalize(graph, input, { gamma, beta, epsilon }, statistics);

  const inverse = apply(
    graph,
    'Reciprocal',
    apply(graph, 'Sqrt', add(graph, variance, graph.scalar(epsilon))),
  );
  const column = (value: Value): Value => reshape(graph, value, [1, channels, 1]);
  /** Sums over the batch that all three gradients need: of the gradient, and of gradient times normalised input. */
  const sums = once((gradient: Value) => {
    const flatGradient = reshape(graph, gradient, flat.shape);
    const products = multiply(graph, flatGradient, centred);
    const dot = reduce(graph, 'ReduceSum', products, { axes: [0, 2] });
    return {
      flatGradient,
      plain: reduce(graph, 'ReduceSum', flatGradient, { axes: [0, 2] }),
      weighted: multiply(graph, dot, inverse),
    };
  });
  const inputGradient = (gradient: Value): Value => {
    // gamma / deviation (gradient - mean gradient - normalised input * mean (gradient * normalised input))
    const { flatGradient, plain, weighted } = sums(gradient);
    const share = graph.scalar(1 / count);
    const slope = multiply(graph, multiply(graph, weighted, share), inverse);
    const along = multiply(graph, centred, slope);
    const rest = subtract(graph,
      subtract(graph, flatGradient, multiply(graph, plain, share)),
      along,
    );
    return reshape(
      graph,
      multiply(graph, rest, multiply(graph, column(gamma), inverse)),
      input.shape,
    );
  };
  tape.record(
    output,
    [input, gamma, beta],
    [
      inputGradient,
      (gradient) => perChannel(sums(gradient).weighted),
      (gradient) => perChannel(sums(gradient).plain),
    ],
  );
  return { output, ...statistics };
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

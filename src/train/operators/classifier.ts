// The end of a classifier: fully connected layer and cross-entropy loss.

import {
  add,
  apply,
  matMul,
  multiply,
  reduce,
  reshape,
  subtract,
  transpose,
} from '../autodiff/arithmetic.ts';
import type { Tape } from '../autodiff/gradients.ts';
import { elements, type Value } from '../autodiff/graph.ts';
import { at } from '../../core/errors.ts';

/** `input` (N, ...) flattened to (N, I), times `weights` (O, I) transposed: (N, O). */
export function linear(tape: Tape, input: Value, weights: Value): Value {
  const { graph } = tape;
  const images = at(input.shape, 0);
  const flat = reshape(graph, input, [images, elements(input.shape) / images]);
  const output = matMul(graph, flat, transpose(graph, weights, [1, 0]));
  return tape.record(
    output,
    [input, weights],
    [
      (gradient) => reshape(graph, matMul(graph, gradient, weights), input.shape),
      (gradient) => matMul(graph, transpose(graph, gradient, [1, 0]), flat),
    ],
  );
}

/** Adds `bias` (O) to the channels of `input`, which is (N, O) or (N, O, H, W). */
export function addBias(tape: Tape, input: Value, bias: Value): Value {
  const { graph } = tape;
  const tail = input.shape.slice(2).map(() => 1);
  const output = add(graph, input, reshape(graph, bias, [1, ...bias.shape, ...tail]));
  const axes = input.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return tape.record(
    output,
    [input, bias],
    [
      (gradient) => gradient,
      (gradient) => reduce(graph, 'ReduceSum', gradient, { axes, keep: false }),
    ],
  );
}

/**
 * Mean over the batch of the cross-entropy between `targets` and softmax(`logits`), both (N, classes); shape ().
 * Targets are the wanted probabilities (one-hot labels, for example): each row must sum to 1.
 */
export function crossEntropy(tape: Tape, logits: Value, targets: Value): Value {
  const { graph } = tape;
  const share = graph.scalar(1 / at(logits.shape, 0));
  const axis = { attributes: { axis: 1 } };
  const logProbabilities = graph.node('LogSoftmax', [logits], logits.shape, axis);
  const total = reduce(graph, 'ReduceSum', multiply(graph, targets, logProbabilities), {
    axes: [0, 1],
    keep: false,
  });
  const loss = apply(graph, 'Neg', multiply(graph, total, share));
  return tape.record(
    loss,
    [logits],
    [
      (gradient) => {
        const probabilities = graph.node('Softmax', [logits], logits.shape, axis);
        const difference = subtract(graph, probabilities, targets);
        return multiply(graph, difference, multiply(graph, share, gradient));
      },
    ],
  );
}

// Group lasso as a proximal step: after each step of gradient descent every group of weights is shortened by the same
// length, and groups that are shorter than that become exactly zero.

import { apply, combine, compare, reduce, reshape } from './arithmetic.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { groupCount, type LayerGroups } from './groups.ts';

/** What {@link softThreshold} needs besides the weights. */
export interface SoftThreshold {
  readonly groups: LayerGroups;
  /** By how much the groups get shorter, as a share of the mean norm of the layer's non-zero groups; shape (). */
  readonly strength: Value;
  /** 1 for each group that may have weights, 0 for each that stays zero; shape (groups). */
  readonly kept: Value;
}

/**
 * `weights` (M, C, R, S) with every group w replaced by w max(0, 1 - t / |w|), times its entry in `kept`.
 *
 * The threshold t is relative to the layer, since weights in front of a batch norm have no scale of their own: an
 * absolute one would empty some layers and leave others alone.
 */
export function softThreshold(
  graph: GraphBuilder,
  weights: Value,
  { groups, strength, kept }: SoftThreshold,
): Value {
  const { kernelBlocks, channelBlocks, positions, shape } = groups;
  const blocks = reshape(graph, weights, [
    kernelBlocks,
    shape.kernels,
    channelBlocks,
    shape.channels,
    positions,
  ]);
  const squares = reduce(graph, 'ReduceSum', multiply(graph, blocks, blocks), {
    axes: [1, 3],
  });
  const norms = apply(graph, 'Sqrt', squares);

  const sum = (value: Value): Value =>
    reduce(graph, 'ReduceSum', reshape(graph, value, [groupCount(groups)]), {
      axes: [0],
      keep: false,
    });
  const living = sum(compare(graph, 'Greater', norms, graph.scalar(0)));
  const mean = divide(graph, sum(norms), maximum(graph, living, graph.scalar(1)));
  const threshold = multiply(graph, mean, strength);

  // A group of norm 0 stays 0 whatever it is divided by.
  const divisors = maximum(graph, norms, graph.scalar(1e-20));
  const shortened = subtract(graph,
    graph.scalar(1),
    divide(graph, threshold, divisors),
  );
  const factors = maximum(graph, shortened, graph.scalar(0));
  const masked = multiply(graph, factors, reshape(graph, kept, factors.shape));
  return reshape(graph, multiply(graph, blocks, masked), weights.shape);
}

// Group lasso as a proximal step: after each step of gradient descent every group of weights is shortened by the same
// length, and groups that are shorter than that become exactly zero.

import {
  apply,
  compare,
  divide,
  maximum,
  multiply,
  pad,
  reduce,
  reshape,
  slice,
  subtract,
} from '../autodiff/arithmetic.ts';
import type { GraphBuilder, Value } from '../autodiff/graph.ts';
import type { GroupedLayer } from './groups.ts';

/** What {@link softThreshold} needs besides the weights. */
export interface SoftThreshold {
  readonly layer: GroupedLayer;
  /** By how much the groups get shorter, as a share of the mean norm of the layer's non-zero groups; shape (). */
  readonly strength: Value;
  /** 1 for each group that may have weights, 0 for each that stays zero; shape (groups). */
  readonly kept: Value;
  /**
   * Gives the layer the norm back that it loses: what small groups lose goes to large ones. In front of a batch norm the
   * function does not depend on the norm, but the step does: in a layer that only shrinks, the same learning rate moves
   * the function further and further.
   */
  readonly keepsNorm?: boolean | undefined;
}

/**
 * `weights` (M, C, R, S) or (M, C R S) with every group w replaced by w max(0, 1 - t / |w|), times its entry in `kept`.
 *
 * The threshold t is relative to the layer, since weights in front of a batch norm have no scale of their own: an
 * absolute one would empty some layers and leave others alone.
 */
export function softThreshold(graph: GraphBuilder, weights: Value, options: SoftThreshold): Value {
  const { layer, strength, kept } = options;
  const blocks = toBlocks(graph, weights, layer);
  const norms = apply(
    graph,
    'Sqrt',
    reduce(graph, 'ReduceSum', multiply(graph, blocks, blocks), { axes: [1, 3] }),
  );

  const sum = (value: Value): Value =>
    reduce(graph, 'ReduceSum', reshape(graph, value, [layer.groups]), { axes: [0], keep: false });
  const living = sum(compare(graph, 'Greater', norms, graph.scalar(0)));
  const mean = divide(graph, sum(norms), maximum(graph, living, graph.scalar(1)));
  const threshold = multiply(graph, mean, strength);

  // A group of norm 0 stays 0 whatever it is divided by.
  const divisors = maximum(graph, norms, graph.scalar(1e-20));
  const shortened = subtract(graph, graph.scalar(1), divide(graph, threshold, divisors));
  const shrunk = maximum(graph, shortened, graph.scalar(0));
  const mask = reshape(graph, kept, norms.shape);
  const factors = multiply(graph, shrunk, mask);
  const grown = options.keepsNorm
    ? multiply(graph, factors, growth(graph, multiply(graph, norms, mask), factors))
    : factors;
  return fromBlocks(graph, multiply(graph, blocks, grown), { layer, shape: weights.shape });
}

/** By what all groups must grow so that their norms, times `factors`, have together the length that they had. */
function growth(graph: GraphBuilder, norms: Value, factors: Value): Value {
  const axes = norms.shape.map((_, axis) => axis);
  const squares = (value: Value): Value =>
    reduce(graph, 'ReduceSum', multiply(graph, value, value), { axes });
  const left = maximum(graph, squares(multiply(graph, norms, factors)), graph.scalar(1e-20));
  return apply(graph, 'Sqrt', divide(graph, squares(norms), left));
}

/** `weights` with every group times its entry in `kept`. */
export function keepGroups(
  graph: GraphBuilder,
  weights: Value,
  { layer, kept }: Omit<SoftThreshold, 'strength'>,
): Value {
  const blocks = toBlocks(graph, weights, layer);
  const { kernelTiles, blocks: channelBlocks, positions } = layer.grid;
  const factors = reshape(graph, kept, [kernelTiles, 1, channelBlocks, 1, positions]);
  return fromBlocks(graph, multiply(graph, blocks, factors), { layer, shape: weights.shape });
}

/** Weights as (kernel tile, kernel, channel block, channel, position), zeros filling up the last tile and block. */
function toBlocks(graph: GraphBuilder, weights: Value, { geometry, grid }: GroupedLayer): Value {
  const { kernels, channels } = geometry;
  const { kernelTiles, blocks, positions, shape } = grid;
  const missing = [kernelTiles * shape.kernels - kernels, blocks * shape.channels - channels, 0];
  const filled = pad(
    graph,
    reshape(graph, weights, [kernels, channels, positions]),
    [0, 0, 0],
    missing,
  );
  return reshape(graph, filled, [kernelTiles, shape.kernels, blocks, shape.channels, positions]);
}

/** The inverse of {@link toBlocks}. */
function fromBlocks(
  graph: GraphBuilder,
  blocks: Value,
  { layer, shape }: { readonly layer: GroupedLayer; readonly shape: readonly number[] },
): Value {
  const { geometry, grid } = layer;
  const filled = [
    grid.kernelTiles * grid.shape.kernels,
    grid.blocks * grid.shape.channels,
    grid.positions,
  ];
  const whole = slice(graph, reshape(graph, blocks, filled), [
    { axis: 0, start: 0, end: geometry.kernels },
    { axis: 1, start: 0, end: geometry.channels },
  ]);
  return reshape(graph, whole, shape);
}

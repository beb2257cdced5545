// The residual addition: a map of an earlier layer, thinned out and put among the channels of a sum.

import { at } from '../../core/errors.ts';
import type { Residual } from '../../network/fused-network.ts';
import { add, pad, reshape, slice } from '../autodiff/arithmetic.ts';
import type { Tape } from '../autodiff/gradients.ts';
import { type GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';

/** How a residual is taken from its map. */
export type ResidualPlace = Pick<Residual, 'stride' | 'channelOffset'>;

/**
 * `sum` (N, M, P, Q) plus every `stride`-th pixel of `added` (N, C, H, W), whose channel 0 is added to channel
 * `channelOffset`; the channels around stay as they are.
 */
export function addResidual(tape: Tape, sum: Value, added: Value, place: ResidualPlace): Value {
  const { graph } = tape;
  const output = add(graph, sum, residualOf(graph, added, sum, place));
  return tape.record(
    output,
    [sum, added],
    [(gradient) => gradient, (gradient) => residualGradient(graph, gradient, added, place)],
  );
}

/** What is added: `added` in the shape of `sum`, zeros in the channels that it does not have. */
export function residualOf(
  graph: GraphBuilder,
  added: Value,
  sum: Value,
  { stride, channelOffset }: ResidualPlace,
): Value {
  const { channels, height, width } = imageShape(added);
  const thinned = slice(graph, added, [
    { axis: 2, start: 0, end: height, step: stride },
    { axis: 3, start: 0, end: width, step: stride },
  ]);
  const missing = imageShape(sum).channels - channels - channelOffset;
  return pad(graph, thinned, [0, channelOffset, 0, 0], [0, missing, 0, 0]);
}

/** The part of `gradient` that reaches `added`, zeros at the pixels that were left out. */
export function residualGradient(
  graph: GraphBuilder,
  gradient: Value,
  added: Value,
  { stride, channelOffset }: ResidualPlace,
): Value {
  const { images, channels, height, width } = imageShape(added);
  const part = slice(graph, gradient, [
    { axis: 1, start: channelOffset, end: channelOffset + channels },
  ]);
  if (stride === 1) return part;
  const [rows, columns] = [at(part.shape, 2), at(part.shape, 3)];
  const apart = pad(
    graph,
    reshape(graph, part, [images * channels, rows, 1, columns, 1]),
    [0, 0, 0, 0, 0],
    [0, 0, stride - 1, 0, stride - 1],
  );
  const spread = reshape(graph, apart, [images, channels, rows * stride, columns * stride]);
  return slice(graph, spread, [
    { axis: 2, start: 0, end: height },
    { axis: 3, start: 0, end: width },
  ]);
}

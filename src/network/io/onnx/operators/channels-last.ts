// QONNX's operators on images whose channels come last: those of ONNX between two transpositions, which cost nothing.

import type { Step } from '../importer.ts';
import { type MapValue, type Value, viewed } from '../value.ts';
import { rowMajor, transposed } from '../view.ts';
import { convolved } from './convolution.ts';
import { pooledMaximum } from './pooling.ts';

/** The order of dimensions with the channels second, or last again. */
const orders = (
  rank: number,
): { readonly first: readonly number[]; readonly last: readonly number[] } => {
  const sides = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return {
    first: [0, rank - 1, ...sides],
    last: [0, ...sides.map((side) => side + 1), 1],
  };
};

function channelsFirst(step: Step): MapValue {
  const input = step.map(0);
  const { first } = orders(input.view.dims.length);
  return { ...input, view: transposed(input.view, first) };
}

const channelsLast = (value: MapValue): MapValue => ({
  ...value,
  view: transposed(value.view, orders(value.view.dims.length).last),
});

/** Conv: its weight has the channels of a kernel last too. */
export function convChannelsLast(step: Step): readonly Value[] {
  const input = channelsFirst(step);
  step.checkReal(input);
  const stored = step.constant(1, 'weight');
  const rank = stored.dims.length;
  if (rank < 3) throw step.fail(`has a weight "${stored.name}" of ${stored.dims.join('x')}`);
  const weight = viewed(stored, transposed(rowMajor(stored.dims), orders(rank).first));
  return [channelsLast(convolved(step, { input, weight, bias: step.constantIf(2, 'bias') }))];
}

/** MaxPool. */
export const maxPoolChannelsLast = (step: Step): readonly Value[] => [
  channelsLast(pooledMaximum(step, channelsFirst(step))),
];

// Normalisations, and what else looks at channels: BatchNormalization, LRN, Softmax, PRelu.

import type { Step } from '../importer.ts';
import type { Value } from '../value.ts';
import { imageLayout, layoutWith } from '../view.ts';

/** BatchNormalization with averaged statistics. */
export function batchNormalization(step: Step): readonly Value[] {
  step.ignore('momentum', 'is_test', 'consumed_inputs');
  if (step.integer('training_mode', 0) !== 0)
    throw step.fail('has training_mode 1: only trained networks run');
  if (step.integer('spatial', 1) !== 1) throw step.fail('has spatial 0, which is not supported');
  const input = step.map(0);
  step.checkReal(input);
  const { dims, isBatch } = input.view;
  const [channels = 1] = dims.slice(1);
  const array = (index: number, role: string): Float32Array => {
    const constant = step.constant(index, role);
    if (constant.data.length !== channels)
      throw step.fail(
        `has a ${role} "${constant.name}" of ${constant.data.length} values for ${channels} channels`,
      );
    return step.reals(constant, input);
  };
  const tensors = {
    gamma: array(1, 'scale'),
    beta: array(2, 'bias'),
    mean: array(3, 'mean'),
    variance: array(4, 'variance'),
  };
  const layout = imageLayout(dims.length, isBatch);
  const attributes = { channels, epsilon: step.real('epsilon') ?? 1e-5 };
  const node = step.emit('batchNorm', [step.stored(input, layout)], attributes, tensors);
  return [step.result(node, dims, { layout, like: input })];
}

/** LRN. */
export function lrn(step: Step): readonly Value[] {
  const input = step.map(0);
  step.checkReal(input);
  const { dims, isBatch } = input.view;
  const layout = imageLayout(dims.length, isBatch);
  const node = step.emit('localNorm', [step.stored(input, layout)], {
    size: step.integer('size', 0),
    alpha: step.real('alpha') ?? 0.0001,
    beta: step.real('beta') ?? 0.75,
    bias: step.real('bias') ?? 1,
  });
  return [step.result(node, dims, { layout, like: input })];
}

/** Softmax and LogSoftmax. Before operator set 13 they took all dimensions from their axis on together. */
export const softmax =
  (log: boolean) =>
  (step: Step): readonly Value[] => {
    const input = step.map(0);
    step.checkReal(input);
    const { dims, isBatch } = input.view;
    const isOld = step.version < 13;
    const axis = step.axis(step.integer('axis', isOld ? 1 : -1), dims.length);
    if (isBatch && axis === 0) throw step.mixes('has axis 0');
    const attributes = log ? { log } : {};
    if (isOld) {
      const own = dims.map((_, one) => one).slice(isBatch ? 1 : 0);
      const layout = {
        height: own.filter((one) => one < axis),
        width: [],
        channels: own.filter((one) => one >= axis),
      };
      const node = step.emit('softmax', [step.stored(input, layout)], attributes);
      return [step.result(node, dims, { layout, like: input })];
    }
    const images = imageLayout(dims.length, isBatch);
    const layout = images.channels[0] === axis ? images : layoutWith(axis, dims.length, isBatch);
    const node = step.emit('softmax', [step.stored(input, layout)], attributes);
    return [step.result(node, dims, { layout, like: input })];
  };

/** PRelu: a slope for all values, each channel or each value. */
export function prelu(step: Step): readonly Value[] {
  const input = step.map(0);
  step.checkReal(input);
  const slope = step.constant(1, 'slope');
  const { dims } = input.view;
  // Before operator set 7 slopes of one dimension were those of the channels.
  const isOfChannels = step.version < 7 && slope.dims.length === 1 && slope.data.length > 1;
  const spread = isOfChannels
    ? { ...slope, dims: [slope.data.length, ...dims.slice(2).map(() => 1)] }
    : slope;
  const layout = step.layoutOf(input);
  const { shape, data } = step.spread(spread, { dims, layout, like: input });
  const node = step.emit('prelu', [step.stored(input, layout)], shape, { slope: data });
  return [step.result(node, dims, { layout, like: input })];
}

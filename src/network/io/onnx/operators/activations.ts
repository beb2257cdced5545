// Operators that change each value on its own.

import { type AttributesOf, operatorOf, type OperatorName } from '../../../graph.ts';
import type { Step } from '../importer.ts';
import { constantOf, type Value } from '../value.ts';

/** The operator `op` on one input, of real numbers. */
function apply<O extends OperatorName>(
  step: Step,
  op: O,
  attributes: AttributesOf<O>,
): readonly Value[] {
  const input = step.input(0);
  if (input.kind === 'map') {
    step.checkReal(input);
    return [{ ...input, node: step.emit(op, [input.node], attributes) }];
  }
  const change = operatorOf(op).activation?.(attributes);
  if (!change) throw step.fail('has only constants to work on, which is not supported for it');
  const values = Array.from(input.data, change);
  return [constantOf(input.name, input.type, input.dims, values)];
}

/** An operator without attributes. */
const plain =
  (op: OperatorName) =>
  (step: Step): readonly Value[] => {
    step.ignore('consumed_inputs');
    return apply(step, op, {});
  };

/** The handlers by operator of ONNX. */
export const activations: Readonly<Record<string, (step: Step) => readonly Value[]>> = {
  Relu: plain('relu'),
  Sigmoid: plain('sigmoid'),
  Tanh: plain('tanh'),
  HardSwish: plain('hardSwish'),
  Softplus: plain('softplus'),
  Exp: plain('exp'),
  Log: plain('log'),
  Sqrt: plain('sqrt'),
  Abs: plain('abs'),
  Reciprocal: plain('reciprocal'),
  Elu: (step) => apply(step, 'elu', { alpha: step.real('alpha') ?? 1 }),
  Selu: (step) =>
    apply(step, 'selu', {
      alpha: step.real('alpha') ?? 1.6732632423543772,
      gamma: step.real('gamma') ?? 1.0507009873554805,
    }),
  HardSigmoid: (step) =>
    apply(step, 'hardSigmoid', {
      alpha: step.real('alpha') ?? 0.2,
      beta: step.real('beta') ?? 0.5,
    }),
  LeakyRelu: leakyRelu,
  Clip: clip,
};

function leakyRelu(step: Step): readonly Value[] {
  step.ignore('consumed_inputs');
  const alpha = step.real('alpha') ?? 0.01;
  if (alpha >= 0 && alpha <= 1) return apply(step, 'leakyRelu', { alpha });
  const input = step.map(0);
  step.checkReal(input);
  const shape = { height: 1, width: 1, channels: 1 };
  const slope = Float32Array.of(alpha);
  return [{ ...input, node: step.emit('prelu', [input.node], shape, { slope }) }];
}

/** Clip: its limits are attributes in old operator sets. A clip at 0 alone is a ReLU. */
function clip(step: Step): readonly Value[] {
  step.ignore('consumed_inputs');
  const input = step.input(0);
  const limit = (name: 'min' | 'max', index: number): number | undefined => {
    const constant = step.constantIf(index, name);
    if (constant && constant.data.length !== 1)
      throw step.fail(`has ${constant.data.length} values for ${name}, and one is possible`);
    const value = constant?.data[0] ?? step.real(name);
    // The smallest and the largest float stand for no limit.
    return value !== undefined && Math.abs(value) < 3.4e38 ? value : undefined;
  };
  const [min, max] = [limit('min', 1), limit('max', 2)];
  if (min === undefined && max === undefined) return [input];
  const attributes = {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
  const isRelu = min === 0 && max === undefined;
  if (input.kind === 'map') {
    const node = isRelu
      ? step.emit('relu', [input.node], {})
      : step.emit('clip', [input.node], attributes);
    return [{ ...input, node }];
  }
  return apply(step, 'clip', attributes);
}

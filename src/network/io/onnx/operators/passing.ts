// Operators that compute nothing of an image: constants, types, and what only training needs.

import type { Step } from '../importer.ts';
import { elementType, type ElementType, mostValues, valuesFor, valuesIn } from '../tensor.ts';
import { constantOf, dimsOf, type Value } from '../value.ts';

/** Identity. */
export const identity = (step: Step): readonly Value[] => [step.input(0)];

/** Dropout, which does nothing behind training; its second output says that nothing was dropped. */
export function dropout(step: Step): readonly Value[] {
  step.ignore('seed', 'ratio', 'is_test', 'consumed_inputs');
  if (step.constantIf(2, 'training mode')?.data[0])
    throw step.fail('has training_mode true: only trained networks run');
  const value = step.input(0);
  if (!step.node.outputs[1]) return [value];
  const count = valuesIn(dimsOf(value));
  return [value, constantOf('mask', 'bool', dimsOf(value), new Float64Array(count).fill(1))];
}

/** Cast and CastLike: between types of real numbers nothing changes; constants are rounded. */
export function cast(step: Step): readonly Value[] {
  step.ignore('saturate', 'round_mode');
  const isLike = step.node.type === 'CastLike';
  const like = isLike ? step.input(1) : undefined;
  const type = like ? like.type : elementType(step.integer('to', 0));
  const value = step.input(0);
  if (type === undefined || type === 'string')
    throw step.fail(`has to ${step.integer('to', 0)}, which is not known`);
  if (value.kind === 'map') {
    const losesNothing = type.startsWith('float') || type === value.type;
    if (!losesNothing) throw step.fail(`has to ${type}: what depends on the image stays real`);
    return [{ ...value, type }];
  }
  const values = valuesFor(type, value.data.length);
  value.data.forEach((one, i) => (values[i] = converted(one, type)));
  return [{ ...value, type, data: values }];
}

function converted(value: number, type: ElementType): number {
  if (type === 'bool') return value === 0 ? 0 : 1;
  return type.includes('float') ? value : Math.trunc(value);
}

/** Constant. */
export function constant(step: Step): readonly Value[] {
  const tensor = step.tensor('value');
  if (tensor) return [tensor];
  const [real, integer] = [step.real('value_float'), step.integers('value_ints')];
  if (real !== undefined) return [constantOf('value', 'float32', [], [real])];
  if (integer) return [constantOf('value', 'int64', [integer.length], integer)];
  const reals = step.list('value_floats');
  if (reals) return [constantOf('value', 'float32', [reals.length], reals)];
  if (step.node.attributes.has('value_int'))
    return [constantOf('value', 'int64', [], [step.integer('value_int', 0)])];
  const [name = 'none'] = step.node.attributes.keys();
  throw step.fail(`has its value in ${name}, which is not supported`);
}

/** ConstantOfShape. */
export function constantOfShape(step: Step): readonly Value[] {
  const dims = Array.from(step.constant(0, 'shape').data);
  const value = step.tensor('value');
  const count = valuesIn(dims);
  if (!(count <= mostValues) || !step.parts.makesValues(count))
    throw step.fail(`makes a tensor of ${dims.join('x')}: too large`);
  const type = value?.type ?? 'float32';
  const data = valuesFor(type, count).fill(value?.data[0] ?? 0);
  return [{ kind: 'constant', name: step.node.outputs[0] ?? '', type, dims, data }];
}

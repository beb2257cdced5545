// Add, Mul and their like: of constants, of a tensor of the image with a constant, of two such tensors.

import { shapeText } from '../../../../core/feature-map.ts';
import type { Step } from '../importer.ts';
import { type Constant, valuesFor } from '../tensor.ts';
import { constantOf, dimsOf, type MapValue, type Value } from '../value.ts';
import { placesOf } from '../../../ops/rearrange.ts';
import { broadcast, commonDims, imageLayout, rowMajor, type View } from '../view.ts';

/** An operator of two tensors. */
type Kind = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow';

const numbers: Readonly<Record<Kind, (first: number, second: number) => number>> = {
  add: (first, second) => first + second,
  sub: (first, second) => first - second,
  mul: (first, second) => first * second,
  div: (first, second) => first / second,
  max: (first, second) => Math.max(first, second),
  min: (first, second) => Math.min(first, second),
  pow: (first, second) => first ** second,
};

const pixel = { height: 1, width: 1, channels: 1 } as const;

/** The handler of an operator of two tensors. */
export const binary =
  (kind: Kind) =>
  (step: Step): readonly Value[] => {
    step.ignore('axis', 'broadcast', 'consumed_inputs');
    return [
      combined(step, kind, [step.input(0), oldBroadcast(step, step.input(0), step.input(1))]),
    ];
  };

/** The handler of an operator of any number of tensors. */
export const several =
  (kind: Kind) =>
  (step: Step): readonly Value[] => {
    step.ignore('consumed_inputs');
    let result = step.input(0);
    for (let index = 1; index < step.inputs.length; index++)
      result = combined(step, kind, [result, step.input(index)]);
    return [result];
  };

/** Before operator set 7 the second tensor could begin at an axis of the first. */
function oldBroadcast(step: Step, first: Value, second: Value): Value {
  const axis = step.integer('axis', -1);
  if (step.version >= 7 || axis < 0 || second.kind === 'map') return second;
  const behind = dimsOf(first).length - axis - second.dims.length;
  return {
    ...second,
    dims: [...second.dims, ...Array.from({ length: Math.max(0, behind) }, () => 1)],
  };
}

/** Neg: the value with the other sign. */
export function negate(step: Step): readonly Value[] {
  const input = step.input(0);
  if (input.kind === 'constant')
    return [
      constantOf(
        input.name,
        input.type,
        input.dims,
        input.data.map((value) => -value),
      ),
    ];
  return [scaled(step, input, -1)];
}

function scaled(step: Step, input: MapValue, factor: number): MapValue {
  step.checkReal(input);
  const arrays = { factor: Float32Array.of(factor), shift: new Float32Array(1) };
  return { ...input, node: step.emit('affine', [input.node], pixel, arrays) };
}

function combined(step: Step, kind: Kind, [first, second]: readonly [Value, Value]): Value {
  const dims = commonDims(dimsOf(first), dimsOf(second));
  if (!dims) throw unfit(step, first, second);
  if (first.kind === 'constant')
    return second.kind === 'constant'
      ? folded(step, kind, { first, second, dims })
      : constantFirst(step, kind, { constant: first, map: second, dims });
  return second.kind === 'constant'
    ? withConstant(step, kind, { constant: second, map: first, dims })
    : ofMaps(step, kind, { first, second, dims });
}

const unfit = (step: Step, first: Value, second: Value): Error =>
  step.fail(`combines tensors of ${dimsOf(first).join('x')} and ${dimsOf(second).join('x')}`);

function folded(
  step: Step,
  kind: Kind,
  {
    first,
    second,
    dims,
  }: { readonly first: Constant; readonly second: Constant; readonly dims: readonly number[] },
): Constant {
  const source = (constant: Constant): Source => {
    const view = broadcast(rowMajor(constant.dims), dims);
    return { data: constant.data, places: view ? placesOf(view.first, view.axes.flat()) : [] };
  };
  const [a, b] = [source(first), source(second)];
  if (!step.parts.makesValues(a.places.length)) throw step.fail('makes too many values');
  const isWhole = kind === 'div' && !first.type.includes('float');
  const values = valuesFor(first.type, a.places.length);
  for (let i = 0; i < values.length; i++) {
    const value = numbers[kind](
      a.data[a.places[i] as number] as number,
      b.data[b.places[i] as number] as number,
    );
    values[i] = isWhole ? Math.trunc(value) : value;
  }
  return { kind: 'constant', name: first.name, type: first.type, dims, data: values };
}

interface Source {
  readonly data: ArrayLike<number>;
  readonly places: ArrayLike<number>;
}

interface WithConstant {
  readonly constant: Constant;
  readonly map: MapValue;
  readonly dims: readonly number[];
}

/** The tensor repeated to these dimensions. */
function widened(step: Step, map: MapValue, dims: readonly number[]): MapValue {
  const view = broadcast(map.view, dims);
  if (view) return { ...map, view };
  throw step.mixes(`repeats a tensor of ${map.view.dims.join('x')} to ${dims.join('x')}`);
}

function withConstant(step: Step, kind: Kind, { constant, map, dims }: WithConstant): Value {
  const input = widened(step, map, dims);
  if (kind === 'pow') return power(step, input, constant);
  if (kind === 'max' || kind === 'min') return limited(step, kind, { constant, map: input, dims });
  step.checkReal(input);
  const layout = step.layoutOf(input);
  const { shape, data: values } = step.spread(constant, { dims, layout, like: input });
  const isSum = kind === 'add' || kind === 'sub';
  const factor = isSum
    ? new Float32Array(values.length).fill(1)
    : values.map((value) => (kind === 'div' ? 1 / value : value));
  const shift = isSum
    ? values.map((value) => (kind === 'sub' ? -value : value))
    : new Float32Array(values.length);
  if (factor.every((value) => value === 1) && shift.every((value) => value === 0)) return input;
  if (factor.some((value) => !Number.isFinite(value)))
    throw step.fail(`divides by a tensor "${constant.name}" that has a 0`);
  // What is the same for all values does not ask how they lie.
  if (values.length === 1)
    return { ...input, node: step.emit('affine', [input.node], pixel, { factor, shift }) };
  const node = step.emit('affine', [step.stored(input, layout)], shape, { factor, shift });
  return step.result(node, dims, { layout, like: input });
}

function power(step: Step, input: MapValue, { data }: Constant): Value {
  const [exponent = 1] = data;
  if (data.length !== 1) throw step.fail(`has ${data.length} exponents, and one is supported`);
  step.checkReal(input);
  if (exponent === 1) return input;
  return { ...input, node: step.emit('power', [input.node], { exponent }) };
}

/** The larger or smaller of a tensor and a constant: with one value a ReLU or clip. */
function limited(step: Step, kind: 'max' | 'min', { constant, map, dims }: WithConstant): Value {
  const [limit = 0] = constant.data;
  if (constant.data.length !== 1) {
    const second = step.mapOfConstant(constant, dims, map);
    return ofMaps(step, kind, { first: map, second, dims });
  }
  step.reals(constant, map);
  if (kind === 'max' && limit === 0) return { ...map, node: step.emit('relu', [map.node], {}) };
  const limits = kind === 'max' ? { min: limit } : { max: limit };
  return { ...map, node: step.emit('clip', [map.node], limits) };
}

/** A constant less, or divided by, a tensor; the order of all others does not matter. */
function constantFirst(step: Step, kind: Kind, parts: WithConstant): Value {
  if (kind === 'pow') throw step.fail('has an exponent that is computed from the image');
  if (kind === 'sub')
    return withConstant(step, 'add', { ...parts, map: scaled(step, parts.map, -1) });
  if (kind !== 'div') return withConstant(step, kind, parts);
  step.checkReal(parts.map);
  const node = step.emit('reciprocal', [parts.map.node], {});
  return withConstant(step, 'mul', { ...parts, map: { ...parts.map, node } });
}

interface TwoMaps {
  readonly first: MapValue;
  readonly second: MapValue;
  readonly dims: readonly number[];
}

function ofMaps(step: Step, kind: Kind, { first, second, dims }: TwoMaps): Value {
  if (kind === 'pow') throw step.fail('has an exponent that is computed from the image');
  if (kind !== 'max' && kind !== 'min') for (const map of [first, second]) step.checkReal(map);
  if (kind === 'sub') return ofMaps(step, 'add', { first, second: scaled(step, second, -1), dims });
  if (kind === 'div') {
    const node = step.emit('reciprocal', [second.node], {});
    return ofMaps(step, 'mul', { first, second: { ...second, node }, dims });
  }
  const gated =
    kind === 'mul' ? (gate(step, first, second) ?? gate(step, second, first)) : undefined;
  return gated ?? paired(step, pairs[kind], { first, second, dims });
}

/** Operators of two maps. */
const pairs = { add: 'add', mul: 'multiply', max: 'maximum', min: 'minimum' } as const;

function paired(
  step: Step,
  op: (typeof pairs)[keyof typeof pairs],
  { first, second, dims }: TwoMaps,
): Value {
  if (isAlike(step, first, second))
    return { ...first, node: step.emit(op, [first.node, second.node], {}) };
  const [a, b] = [widened(step, first, dims), widened(step, second, dims)];
  const layout = imageLayout(dims.length, a.view.isBatch);
  const [large, small] = dimsOf(first).every((size, axis) => size === dims[axis])
    ? [a, second]
    : [b, first];
  // A pixel that stands for all need not be repeated.
  const isPixel =
    op !== 'add' &&
    small.view.dims.length === dims.length &&
    [...layout.height, ...layout.width].every((axis) => small.view.dims[axis] === 1) &&
    layout.channels.every((axis) => small.view.dims[axis] === dims[axis]);
  const inputs = isPixel
    ? [step.stored(large, layout), step.stored(small, layout)]
    : [step.stored(a, layout), step.stored(b, layout)];
  return step.result(step.emit(op, inputs, {}), dims, { layout, like: a });
}

/** Whether two tensors lie in the same way in maps of the same shape, so that these can be combined as they are. */
function isAlike(step: Step, a: MapValue, b: MapValue): boolean {
  const same = (one: View): string => JSON.stringify([one.dims, one.axes, one.first]);
  return (
    same(a.view) === same(b.view) &&
    shapeText(step.shapeOf(a.node)) === shapeText(step.shapeOf(b.node))
  );
}

/** A value times its own sigmoid is an activation of its own: SiLU, or hard swish. */
function gate(step: Step, value: MapValue, factor: MapValue): MapValue | undefined {
  const made = step.parts.byName.get(factor.node);
  if (made?.inputs[0] !== value.node || !isAlike(step, value, factor)) return undefined;
  if (made.op === 'sigmoid') return { ...value, node: step.emit('silu', [value.node], {}) };
  if (made.op !== 'hardSigmoid') return undefined;
  const { alpha, beta } = made.attributes;
  if (Math.abs(alpha - 1 / 6) > 1e-6 || beta !== 0.5) return undefined;
  return { ...value, node: step.emit('hardSwish', [value.node], {}) };
}

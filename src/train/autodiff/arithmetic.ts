// Short names for the plain ONNX operators, with the shape of what they give.

import { assert, at } from '../../core/errors.ts';
import { elements, type GraphBuilder, type Value } from './graph.ts';

/** Shape of an elementwise operation on both, by NumPy's broadcasting rule. */
export function broadcastShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    assert(
      left === right || left === 1 || right === 1,
      `${a.join('x')} does not broadcast with ${b.join('x')}`,
    );
    return Math.max(left, right);
  });
}

/** Elementwise operation on two tensors, with broadcasting. */
type Elementwise = (graph: GraphBuilder, a: Value, b: Value) => Value;

const elementwise =
  (operator: string): Elementwise =>
  (graph, a, b) =>
    graph.node(operator, [a, b], broadcastShape(a.shape, b.shape));

/** a + b, elementwise with broadcasting, as are the next ones. */
export const add: Elementwise = elementwise('Add');
/** a - b */
export const subtract: Elementwise = elementwise('Sub');
/** a b */
export const multiply: Elementwise = elementwise('Mul');
/** a / b */
export const divide: Elementwise = elementwise('Div');
/** The larger of a and b. */
export const maximum: Elementwise = elementwise('Max');

/** 1 where the comparison holds, else 0, as real numbers, so that it can be multiplied. */
export function compare(
  graph: GraphBuilder,
  operator: 'Equal' | 'Greater',
  a: Value,
  b: Value,
): Value {
  const truth = graph.node(operator, [a, b], broadcastShape(a.shape, b.shape), { type: 'bool' });
  return graph.node('Cast', [truth], truth.shape, { attributes: { to: 1 } });
}

/** Elementwise function of one tensor. */
export function apply(
  graph: GraphBuilder,
  operator: 'Abs' | 'Neg' | 'Sqrt' | 'Relu' | 'Reciprocal',
  a: Value,
): Value {
  return graph.node(operator, [a], a.shape);
}

/** The same elements in another shape. */
export function reshape(graph: GraphBuilder, a: Value, shape: readonly number[]): Value {
  assert(
    elements(a.shape) === elements(shape),
    `${a.shape.join('x')} does not reshape to ${shape.join('x')}`,
  );
  return graph.node('Reshape', [a, graph.integers(shape)], shape);
}

/** Axes in another order: output axis i is input axis `order[i]`. */
export function transpose(graph: GraphBuilder, a: Value, order: readonly number[]): Value {
  const shape = order.map((axis) => at(a.shape, axis));
  return graph.node('Transpose', [a], shape, { attributes: { perm: order } });
}

/** Matrix product over the last two axes. */
export function matMul(graph: GraphBuilder, a: Value, b: Value): Value {
  assert(a.shape.at(-1) === b.shape.at(-2), `${a.shape.join('x')} times ${b.shape.join('x')}`);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return graph.node(
    'MatMul',
    [a, b],
    [...batch, at(a.shape, a.shape.length - 2), at(b.shape, b.shape.length - 1)],
  );
}

/** Sum or mean over `axes`, which stay as axes of size 1 unless `keep` is false. */
export function reduce(
  graph: GraphBuilder,
  operator: 'ReduceSum' | 'ReduceMean',
  a: Value,
  { axes, keep = true }: { readonly axes: readonly number[]; readonly keep?: boolean },
): Value {
  const shape = a.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  const keepdims = keep ? 1 : 0;
  // In operator set 13 the sum takes its axes as an input, the mean still as an attribute.
  return operator === 'ReduceSum'
    ? graph.node(operator, [a, graph.integers(axes)], shape, { attributes: { keepdims } })
    : graph.node(operator, [a], shape, { attributes: { axes, keepdims } });
}

/** Where a slice starts and ends (exclusive) along one axis, and its step (default 1; -1 reverses). */
export interface SliceAxis {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step?: number;
}

/** Part of a tensor. Steps and bounds are positive, or the axis is reversed whole (see {@link reverse}). */
export function slice(graph: GraphBuilder, a: Value, parts: readonly SliceAxis[]): Value {
  const isWhole = ({ axis, start, end, step = 1 }: SliceAxis): boolean =>
    start === 0 && end === a.shape[axis] && step === 1;
  if (parts.every(isWhole)) return a;
  const shape = a.shape.map((size, axis) => {
    const part = parts.find((candidate) => candidate.axis === axis);
    return part ? Math.ceil((part.end - part.start) / (part.step ?? 1)) : size;
  });
  const bounds = [
    parts.map((part) => part.start),
    parts.map((part) => part.end),
    parts.map((part) => part.axis),
    parts.map((part) => part.step ?? 1),
  ];
  return graph.node('Slice', [a, ...bounds.map((list) => graph.integers(list))], shape);
}

/** The elements along `axes` in reverse order. */
export function reverse(graph: GraphBuilder, a: Value, axes: readonly number[]): Value {
  // An end far below zero means: to the very first element.
  const bounds = [axes.map(() => -1), axes.map(() => -(2 ** 31)), axes, axes.map(() => -1)];
  return graph.node('Slice', [a, ...bounds.map((list) => graph.integers(list))], a.shape);
}

/** Zeros around a tensor: `before[i]` and `after[i]` of them along axis i. */
export const pad = (
  graph: GraphBuilder,
  a: Value,
  before: readonly number[],
  after: readonly number[],
): Value => padWith(graph, a, 0, { before, after });

/** As {@link pad}, with another value than zero. */
export function padWith(
  graph: GraphBuilder,
  a: Value,
  value: number,
  { before, after }: { readonly before: readonly number[]; readonly after: readonly number[] },
): Value {
  if ([...before, ...after].every((count) => count === 0)) return a;
  const shape = a.shape.map((size, axis) => size + at(before, axis) + at(after, axis));
  const counts = graph.integers([...before, ...after]);
  return graph.node('Pad', value === 0 ? [a, counts] : [a, counts, graph.scalar(value)], shape);
}

/** The tensor moved by `places` along `axis`, towards higher indices if positive; zeros move in. */
export function shift(graph: GraphBuilder, a: Value, axis: number, places: number): Value {
  // A negative count cuts off as many.
  const before = a.shape.map((_, i) => (i === axis ? places : 0));
  const after = before.map((count) => 0 - count);
  return pad(graph, a, before, after);
}

/** As 64-bit floats. */
export const toDouble = (graph: GraphBuilder, value: Value): Value =>
  graph.node('Cast', [value], value.shape, { attributes: { to: 11 }, type: 'float64' });

/** As 32-bit floats. */
export const toFloat = (graph: GraphBuilder, value: Value): Value =>
  graph.node('Cast', [value], value.shape, { attributes: { to: 1 } });

/** A constant in 64-bit floats that a 32-bit float holds exactly, as all fixed-point scales are. */
export const double = (graph: GraphBuilder, number: number): Value =>
  toDouble(graph, graph.scalar(number));

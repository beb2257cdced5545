// Operators that only move values or say shapes differently. Of a map they change the view, so that most cost nothing.

import type { Step } from '../importer.ts';
import { constantOf, dimsOf, type Value } from '../value.ts';
import { broadcast, commonDims, reshaped, sliced, transposed, type View } from '../view.ts';
import { valuesIn } from '../tensor.ts';
import { joinedAlong } from './join.ts';
import { numbersOf } from './numbers.ts';

const reshape = (step: Step, value: Value, dims: readonly number[]): Value =>
  step.changed(value, (view) => reshaped(view, dims), `reshape to ${dims.join('x')}`);

/** Reshape: 0 keeps a dimension, and -1 takes what is left. */
export function reshapeTo(step: Step): readonly Value[] {
  step.ignore('consumed_inputs');
  const value = step.input(0);
  const wanted = numbersOf(step, 'shape', 1);
  if (!wanted) throw step.fail('has no shape');
  const dims = dimsOf(value);
  const keepsZero = step.integer('allowzero', 0) === 1;
  const known = wanted.map((size, axis) => (size === 0 && !keepsZero ? (dims[axis] ?? 0) : size));
  const rest = known.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const all = valuesIn(dims);
  const result = known.map((size) => (size === -1 ? all / rest : size));
  if (!(valuesIn(result) === all) || result.some((size) => !Number.isInteger(size) || size < 1))
    throw step.fail(`has shape [${wanted.join(',')}] for a tensor of ${dims.join('x')}`);
  return [reshape(step, value, result)];
}

/** Flatten: two dimensions, those before an axis and those from it on. */
export function flatten(step: Step): readonly Value[] {
  const value = step.input(0);
  const dims = dimsOf(value);
  const given = step.integer('axis', 1);
  const axis = given < 0 ? given + dims.length : given;
  if (!(axis >= 0 && axis <= dims.length))
    throw step.fail(`has axis ${given} for a tensor of ${dims.join('x')}`);
  return [reshape(step, value, [valuesIn(dims.slice(0, axis)), valuesIn(dims.slice(axis))])];
}

const keepAxes =
  (axes: readonly number[]) =>
  (view: View): View | undefined =>
    view.isBatch && axes[0] !== 0 ? undefined : transposed(view, axes);

/** Squeeze: without dimensions of 1. */
export function squeeze(step: Step): readonly Value[] {
  const value = step.input(0);
  const dims = dimsOf(value);
  const listed = numbersOf(step, 'axes', 1)?.map((axis) => step.axis(axis, dims.length, 'axes'));
  const gone = listed ?? dims.flatMap((size, axis) => (size === 1 ? [axis] : []));
  if (gone.some((axis) => dims[axis] !== 1))
    throw step.fail(
      `has axes [${gone.join(',')}] for a tensor of ${dims.join('x')}: only 1 can be left out`,
    );
  const kept = dims.map((_, axis) => axis).filter((axis) => !gone.includes(axis));
  return [step.changed(value, keepAxes(kept), 'squeeze')];
}

/** Unsqueeze: with further dimensions of 1. */
export function unsqueeze(step: Step): readonly Value[] {
  const value = step.input(0);
  const dims = dimsOf(value);
  const listed = numbersOf(step, 'axes', 1) ?? [];
  const rank = dims.length + listed.length;
  const added = listed.map((axis) => step.axis(axis, rank, 'axes'));
  if (new Set(added).size < added.length)
    throw step.fail(`has axes [${listed.join(',')}]: one of them twice`);
  return [
    step.changed(
      value,
      (view) => {
        if (view.isBatch && added.includes(0)) return undefined;
        const old = Array.from({ length: rank }, (_, axis) => axis).filter(
          (axis) => !added.includes(axis),
        );
        const axes = Array.from({ length: rank }, (_, axis) => view.axes[old.indexOf(axis)] ?? []);
        const sizes = Array.from({ length: rank }, (_, axis) => view.dims[old.indexOf(axis)] ?? 1);
        return { ...view, dims: sizes, axes };
      },
      'unsqueeze',
    ),
  ];
}

const transpose = (step: Step, value: Value, order: readonly number[]): Value =>
  step.changed(value, keepAxes(order), `transpose with perm [${order.join(',')}]`);

/** Transpose. */
export function transposeTo(step: Step): readonly Value[] {
  const value = step.input(0);
  const axes = dimsOf(value).map((_, axis) => axis);
  const order = step.integers('perm') ?? axes.toReversed();
  if (order.toSorted((a, b) => a - b).join(',') !== axes.join(','))
    throw step.fail(`has perm [${order.join(',')}] for a tensor of ${dimsOf(value).join('x')}`);
  return [transpose(step, value, order)];
}

/** Expand: values repeated. */
export function expand(step: Step): readonly Value[] {
  const value = step.input(0);
  const wanted = Array.from(step.constant(1, 'shape').data);
  const dims = commonDims(dimsOf(value), wanted);
  if (!dims)
    throw step.fail(`has shape [${wanted.join(',')}] for a tensor of ${dimsOf(value).join('x')}`);
  return [step.changed(value, (view) => broadcast(view, dims), `expand to ${dims.join('x')}`)];
}

/** DepthToSpace: channels become pixels. */
export function depthToSpace(step: Step): readonly Value[] {
  const value = step.input(0);
  const block = step.integer('blocksize', 0);
  const mode = step.text('mode', 'DCR');
  const [n = 1, c = 1, h = 1, w = 1] = dimsOf(value);
  const channels = c / block ** 2;
  if (dimsOf(value).length !== 4 || !Number.isInteger(channels))
    throw step.fail(`has blocksize ${block} for a tensor of ${dimsOf(value).join('x')}`);
  const [split, order] =
    mode === 'CRD'
      ? [
          [n, channels, block, block, h, w],
          [0, 1, 4, 2, 5, 3],
        ]
      : [
          [n, block, block, channels, h, w],
          [0, 3, 4, 1, 5, 2],
        ];
  const turned = transpose(step, reshape(step, value, split), order);
  return [reshape(step, turned, [n, channels, h * block, w * block])];
}

/** SpaceToDepth: pixels become channels. */
export function spaceToDepth(step: Step): readonly Value[] {
  const value = step.input(0);
  const block = step.integer('blocksize', 0);
  const [n = 1, c = 1, h = 1, w = 1] = dimsOf(value);
  if (dimsOf(value).length !== 4 || h % block !== 0 || w % block !== 0)
    throw step.fail(`has blocksize ${block} for a tensor of ${dimsOf(value).join('x')}`);
  const split = reshape(step, value, [n, c, h / block, block, w / block, block]);
  const turned = transpose(step, split, [0, 3, 5, 1, 2, 4]);
  return [reshape(step, turned, [n, c * block ** 2, h / block, w / block])];
}

/** Values of one axis, `count` from `start` on. */
function cut(
  step: Step,
  value: Value,
  {
    axis,
    start,
    count,
    by = 1,
  }: {
    readonly axis: number;
    readonly start: number;
    readonly count: number;
    readonly by?: number;
  },
): Value {
  if (count < 1)
    throw step.fail(`leaves nothing of axis ${axis} of a tensor of ${dimsOf(value).join('x')}`);
  return step.changed(
    value,
    (view) => sliced(view, axis, { start, count, step: by }),
    `cut axis ${axis} of`,
  );
}

/** Slice. */
export function slice(step: Step): readonly Value[] {
  let value = step.input(0);
  const [starts, ends] = [numbersOf(step, 'starts', 1), numbersOf(step, 'ends', 2)];
  if (!starts || !ends) throw step.fail('has no starts or no ends');
  const axes = numbersOf(step, 'axes', 3) ?? starts.map((_, i) => i);
  const steps = numbersOf(step, 'steps', 4) ?? starts.map(() => 1);
  if (steps.includes(0)) throw step.fail('has steps with a 0');
  for (const [i, given] of axes.entries()) {
    const axis = step.axis(given, dimsOf(value).length, 'axes');
    const size = dimsOf(value)[axis] ?? 1;
    const range = rangeOf([starts[i] ?? 0, ends[i] ?? 0], steps[i] ?? 1, size);
    value = cut(step, value, { axis, ...range });
  }
  return [value];
}

function rangeOf(
  [start, end]: readonly [number, number],
  by: number,
  size: number,
): { readonly start: number; readonly count: number; readonly by: number } {
  const from = place(start, size, by > 0 ? [0, size] : [0, size - 1]);
  const to = place(end, size, by > 0 ? [0, size] : [-1, size - 1]);
  return { start: from, count: Math.max(0, Math.ceil((to - from) / by)), by };
}

const place = (given: number, size: number, [low, high]: readonly [number, number]): number =>
  Math.max(low, Math.min(high, given < 0 ? given + size : given));

/** Split: parts of an axis, one for each output. */
export function split(step: Step): readonly Value[] {
  const value = step.input(0);
  const axis = step.axis(step.integer('axis', 0), dimsOf(value).length);
  const size = dimsOf(value)[axis] ?? 1;
  const parts = step.integer('num_outputs', step.node.outputs.length);
  const each = Math.ceil(size / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.min(each, size - i * each));
  const sizes = numbersOf(step, 'split', 1) ?? equal;
  if (sizes.reduce((sum, one) => sum + one, 0) !== size)
    throw step.fail(
      `has split [${sizes.join(',')}] for axis ${axis} of ${dimsOf(value).join('x')}`,
    );
  let start = 0;
  return sizes.map((count) => {
    const part = cut(step, value, { axis, start, count });
    start += count;
    return part;
  });
}

/** Gather: entries of an axis by constant numbers. */
export function gather(step: Step): readonly Value[] {
  const value = step.input(0);
  const dims = dimsOf(value);
  const axis = step.axis(step.integer('axis', 0), dims.length);
  const size = dims[axis] ?? 1;
  const indices = step.constant(1, 'list of indices');
  const entries = Array.from(indices.data, (index) => (index < 0 ? index + size : index));
  if (entries.length === 0 || entries.some((entry) => !(entry >= 0 && entry < size)))
    throw step.fail(
      `has indices [${indices.data.join(',')}] for axis ${axis} of ${dims.join('x')}`,
    );
  const result = [...dims.slice(0, axis), ...indices.dims, ...dims.slice(axis + 1)];
  const by = (entries[1] ?? (entries[0] as number) + 1) - (entries[0] as number);
  const isRegular =
    by !== 0 && entries.every((entry, i) => entry === (entries[0] as number) + i * by);
  if (isRegular) {
    const part = cut(step, value, { axis, start: entries[0] as number, count: entries.length, by });
    return [reshape(step, part, result)];
  }
  const parts = entries.map((start) => cut(step, value, { axis, start, count: 1 }));
  return [reshape(step, joinedAlong(step, parts, axis), result)];
}

/** Shape: the dimensions, as a constant. */
export function shape(step: Step): readonly Value[] {
  const dims = dimsOf(step.input(0));
  const start = place(step.integer('start', 0), dims.length, [0, dims.length]);
  const end = place(step.integer('end', dims.length), dims.length, [0, dims.length]);
  const part = dims.slice(start, Math.max(start, end));
  return [constantOf('shape', 'int64', [part.length], part)];
}

/** Size: how many values there are, as a constant. */
export const size = (step: Step): readonly Value[] => [
  constantOf('size', 'int64', [], [valuesIn(dimsOf(step.input(0)))]),
];

/** Resize to whole multiples by the nearest pixel, as networks that join maps of several sizes do. */
export function resize(step: Step): readonly Value[] {
  step.ignore('cubic_coeff_a', 'exclude_outside', 'extrapolation_value', 'antialias');
  const value = step.input(0);
  const dims = dimsOf(value);
  const mode = step.text('mode', 'nearest');
  const way = step.text('coordinate_transformation_mode', 'half_pixel');
  step.text('nearest_mode', 'round_prefer_floor');
  const scales = step.constantIf(2, 'list of scales')?.data ?? [];
  const sizes = step.constantIf(3, 'list of sizes')?.data ?? [];
  const factors = dims.map((size, axis) =>
    scales.length > 0 ? (scales[axis] ?? NaN) : (sizes[axis] ?? NaN) / size,
  );
  const isKnown =
    mode === 'nearest' &&
    (way === 'asymmetric' || way === 'half_pixel') &&
    factors.every((factor) => Number.isInteger(factor) && factor >= 1 && factor <= 64);
  // Half a pixel more or less finds the same pixel where every one is repeated a whole number of times.
  if (!isKnown)
    throw step.fail(
      `has mode ${mode} (${way}) and scales [${factors.join(',')}]: whole multiples by the nearest pixel are supported`,
    );
  const apart = reshape(
    step,
    value,
    dims.flatMap((size) => [size, 1]),
  );
  const wide = dims.flatMap((size, axis) => [size, factors[axis] as number]);
  const repeated = step.changed(
    apart,
    (view) => broadcast(view, wide),
    `resize to ${wide.join('x')}`,
  );
  return [
    reshape(
      step,
      repeated,
      dims.map((size, axis) => size * (factors[axis] as number)),
    ),
  ];
}

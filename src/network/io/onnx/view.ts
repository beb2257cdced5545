// How a tensor of ONNX, of any rank, lies in a feature map or a constant. Transposes, reshapes and slices change only this,
// so they cost nothing until an operator needs the map in another order: those around a network of another layout vanish.

import type { Shape } from '../../../core/feature-map.ts';
import { type Loop, placesOf } from '../../ops/rearrange.ts';

/** A tensor's dimensions, and where its values lie in what is stored for an image. */
export interface View {
  readonly dims: readonly number[];
  /** For each dimension nested loops over what is stored, the outermost first; none for a dimension of 1. */
  readonly axes: readonly (readonly Loop[])[];
  /** Place of the first value. */
  readonly first: number;
  /** Whether dimension 0 counts images. It then has no loops. */
  readonly isBatch: boolean;
}

/** Which dimensions make up rows, columns and channels of a map, each the outermost first. */
export interface Layout {
  readonly height: readonly number[];
  readonly width: readonly number[];
  readonly channels: readonly number[];
}

/** Loops without those of one turn, and with those joined that go through one after the other. */
export function joined(loops: readonly Loop[]): readonly Loop[] {
  const result: Loop[] = [];
  for (const loop of loops) {
    if (loop.count === 1) continue;
    const outer = result.at(-1);
    if (outer && outer.step === loop.count * loop.step)
      result[result.length - 1] = { count: outer.count * loop.count, step: loop.step };
    else result.push(loop);
  }
  return result;
}

/** A view of values in row-major order. */
export function rowMajor(dims: readonly number[], isBatch = false): View {
  const axes: (readonly Loop[])[] = dims.map(() => []);
  let step = 1;
  for (let axis = dims.length - 1; axis >= (isBatch ? 1 : 0); axis--) {
    const count = dims[axis] as number;
    axes[axis] = joined([{ count, step }]);
    step *= count;
  }
  return { dims, axes, first: 0, isBatch };
}

/** The dimensions in the order in which a map of this layout has them. */
const storedOrder = ({ height, width, channels }: Layout): readonly number[] => [
  ...height,
  ...width,
  ...channels,
];

/** A view of a map that has these dimensions in this layout. */
export function viewOf(dims: readonly number[], layout: Layout, isBatch: boolean): View {
  const axes: (readonly Loop[])[] = dims.map(() => []);
  let step = 1;
  for (const axis of storedOrder(layout).toReversed()) {
    const count = dims[axis] as number;
    axes[axis] = joined([{ count, step }]);
    step *= count;
  }
  return { dims, axes, first: 0, isBatch };
}

const sizeOf = (dims: readonly number[], axes: readonly number[]): number =>
  axes.reduce((product, axis) => product * (dims[axis] as number), 1);

/** Shape of the map that has these dimensions in this layout. */
export const shapeOf = (dims: readonly number[], layout: Layout): Shape => ({
  height: sizeOf(dims, layout.height),
  width: sizeOf(dims, layout.width),
  channels: sizeOf(dims, layout.channels),
});

/** The loops that give a view's values in the order of a layout. */
export const loopsOf = (view: View, layout: Layout): readonly Loop[] =>
  joined(storedOrder(layout).flatMap((axis) => view.axes[axis] ?? []));

/** Whether a map of this shape has the view's values in this layout as it is. */
export function isStoredAs(view: View, shape: Shape, layout: Layout): boolean {
  const wanted = shapeOf(view.dims, layout);
  if (view.first !== 0) return false;
  if ((['height', 'width', 'channels'] as const).some((side) => wanted[side] !== shape[side]))
    return false;
  const count = shape.height * shape.width * shape.channels;
  const loops = loopsOf(view, layout);
  return count === 1
    ? loops.length === 0
    : loops.length === 1 && loops[0]?.count === count && loops[0].step === 1;
}

/**
 * How images of ONNX lie in a map: dimension 1 is the channels, then come rows and columns. Other ranks fill in as they
 * can; where dimension 0 does not count images, it joins the rows.
 */
export function imageLayout(rank: number, isBatch: boolean): Layout {
  const before = isBatch ? [] : [0];
  if (rank === 0 || (rank === 1 && isBatch)) return { height: [], width: [], channels: [] };
  if (rank === 1) return { height: [], width: [], channels: [0] };
  if (rank <= 3) return { height: before, width: rank === 3 ? [2] : [], channels: [1] };
  return {
    height: [...before, 2],
    width: Array.from({ length: rank - 3 }, (_, i) => i + 3),
    channels: [1],
  };
}

/** The layout with dimension `axis` as the channels, and all others as columns. */
export function layoutWith(axis: number, rank: number, isBatch: boolean): Layout {
  const others = Array.from({ length: rank }, (_, i) => i).filter(
    (i) => i !== axis && (i > 0 || !isBatch),
  );
  return { height: [], width: others, channels: [axis] };
}

/** The values that a view takes from an array, in row-major order. */
export const placesIn = (view: View): Float64Array => placesOf(view.first, view.axes.flat());

/** The view with its dimensions in another order. */
export const transposed = (view: View, order: readonly number[]): View => ({
  ...view,
  dims: order.map((axis) => view.dims[axis] as number),
  axes: order.map((axis) => view.axes[axis] ?? []),
});

/**
 * The view with other dimensions, in row-major order; undefined where these cut it in a way that no loops can follow, or
 * mix images.
 */
export function reshaped(view: View, dims: readonly number[]): View | undefined {
  if (view.isBatch && dims[0] !== view.dims[0]) return undefined;
  const left = joined(view.axes.flat()).toReversed();
  let inner = left.shift();
  const axes: (readonly Loop[])[] = [];
  for (let axis = dims.length - 1; axis >= (view.isBatch ? 1 : 0); axis--) {
    let wanted = dims[axis] as number;
    const loops: Loop[] = [];
    while (wanted > 1) {
      if (!inner) return undefined;
      const count = inner.count <= wanted ? inner.count : wanted;
      if (wanted % count !== 0 || inner.count % count !== 0) return undefined;
      loops.unshift({ count, step: inner.step });
      wanted /= count;
      inner =
        inner.count === count
          ? left.shift()
          : { count: inner.count / count, step: inner.step * count };
    }
    axes.unshift(joined(loops));
  }
  if (view.isBatch) axes.unshift([]);
  return { ...view, dims, axes };
}

/**
 * Every `step`-th of `count` values of a dimension, from `start` on; undefined where its loops cannot be cut so.
 * @param step not 0; negative: backwards
 */
export function sliced(
  view: View,
  axis: number,
  { start, count, step }: { readonly start: number; readonly count: number; readonly step: number },
): View | undefined {
  const loops = view.axes[axis] ?? [];
  const dims = view.dims.with(axis, count);
  if (start === 0 && step === 1 && count === view.dims[axis]) return view;
  if (view.isBatch && axis === 0) return undefined;
  const [outer, ...rest] = loops;
  const inner = rest.reduce((product, loop) => product * loop.count, 1);
  if (!outer) return { ...view, dims, axes: view.axes.with(axis, []) };
  if (rest.length === 0) {
    const cut = joined([{ count, step: outer.step * step }]);
    return {
      ...view,
      dims,
      axes: view.axes.with(axis, cut),
      first: view.first + start * outer.step,
    };
  }
  // Whole turns of the outermost loop can be cut as well.
  if (start % inner !== 0 || count % inner !== 0 || step !== 1) return undefined;
  const cut = joined([{ count: count / inner, step: outer.step }, ...rest]);
  return {
    ...view,
    dims,
    axes: view.axes.with(axis, cut),
    first: view.first + (start / inner) * outer.step,
  };
}

/** The view with its values repeated to these dimensions, as ONNX broadcasts; undefined where they do not fit. */
export function broadcast(view: View, dims: readonly number[]): View | undefined {
  const missing = dims.length - view.dims.length;
  if (missing < 0 || (view.isBatch && missing > 0)) return undefined;
  const axes: (readonly Loop[])[] = [];
  for (const [axis, count] of dims.entries()) {
    const size = axis < missing ? 1 : (view.dims[axis - missing] as number);
    if (size === count) axes.push(axis < missing ? [] : (view.axes[axis - missing] ?? []));
    else if (size === 1 && !(view.isBatch && axis === 0)) axes.push(joined([{ count, step: 0 }]));
    else return undefined;
  }
  return { ...view, dims, axes };
}

/** The dimensions that two tensors have together, as ONNX broadcasts; undefined where they do not fit. */
export function commonDims(
  first: readonly number[],
  second: readonly number[],
): readonly number[] | undefined {
  const rank = Math.max(first.length, second.length);
  const dims: number[] = [];
  for (let i = 0; i < rank; i++) {
    const a = first[i - rank + first.length] ?? 1;
    const b = second[i - rank + second.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1) return undefined;
    dims.push(a === 1 ? b : a);
  }
  return dims;
}

/** The stride of a `subsample` that makes a view of a map; undefined where none does. */
export function strideOf(view: View, shape: Shape, layout: Layout): number | undefined {
  const { height, width, channels } = shape;
  const wanted = shapeOf(view.dims, layout);
  if (view.first !== 0 || wanted.channels !== channels) return undefined;
  const loops = loopsOf(view, layout);
  for (const stride of [2, 3, 4]) {
    const rows = { count: Math.ceil(height / stride), step: stride * width * channels };
    const columns = { count: Math.ceil(width / stride), step: stride * channels };
    if (rows.count !== wanted.height || columns.count !== wanted.width) continue;
    const expected = joined([rows, columns, { count: channels, step: 1 }]);
    const isSame =
      expected.length === loops.length &&
      expected.every(({ count, step }, i) => loops[i]?.count === count && loops[i].step === step);
    if (isSame) return stride;
  }
  return undefined;
}

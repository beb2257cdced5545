// Pools: over windows, and over all that some dimensions have.

import { wholeMap } from '../../../../core/window.ts';
import type { Step } from '../importer.ts';
import type { MapValue, Value } from '../value.ts';
import { imageLayout, type Layout, viewOf } from '../view.ts';
import { imagesOf, windowOf, wholeWindow } from './windows.ts';

/** MaxPool. Its second output, the places of the maxima, is not made. */
export function maxPool(step: Step): readonly Value[] {
  return [pooledMaximum(step, step.map(0))];
}

/** The maxima that the attributes of a node ask for. */
export function pooledMaximum(step: Step, input: MapValue): MapValue {
  step.ignore('storage_order');
  const layout = imagesOf(step, input, step.integers('kernel_shape'));
  const map = step.stored(input, layout);
  const window = wholeWindow(windowOf(step, step.shapeOf(map), { rank: input.view.dims.length }));
  return pooled(step, step.emit('maxPool', [map], { window }), { input, layout });
}

/** AveragePool. */
export function averagePool(step: Step): readonly Value[] {
  const input = step.map(0);
  step.checkReal(input);
  const layout = imagesOf(step, input, step.integers('kernel_shape'));
  const countIncludePad = step.integer('count_include_pad', 0) === 1;
  let map = step.stored(input, layout);
  const parts = windowOf(step, step.shapeOf(map), { rank: input.view.dims.length });
  let window = wholeWindow(parts);
  if (countIncludePad && parts.added.some((pad) => pad > 0)) {
    // Pads count, and what ceil_mode adds behind them does not.
    map = step.helper('pad', [map], { pads: parts.window.pads, mode: 'constant' });
    window = { ...window, pads: [0, 0, parts.added[0], parts.added[1]] };
    return [pooled(step, step.emit('averagePool', [map], { window }), { input, layout })];
  }
  const attributes = { window, ...(countIncludePad ? { countIncludePad } : {}) };
  return [pooled(step, step.emit('averagePool', [map], attributes), { input, layout })];
}

function pooled(
  step: Step,
  node: string,
  { input, layout }: { readonly input: MapValue; readonly layout: Layout },
): MapValue {
  const { height, width } = step.shapeOf(node);
  const { dims } = input.view;
  const size = dims.length === 4 ? [height, width] : [width];
  return step.result(node, [...dims.slice(0, 2), ...size], { layout, like: input });
}

/** What is made of the values of some dimensions. */
type Reduction = 'mean' | 'sum' | 'max';

/** The operators that reduce all dimensions behind the channels. */
export const globalPool =
  (reduction: 'mean' | 'max') =>
  (step: Step): readonly Value[] => {
    const input = step.map(0);
    const axes = input.view.dims.map((_, axis) => axis).slice(2);
    return [reduced(step, input, { axes, keepsDims: true, reduction })];
  };

/** ReduceMean, ReduceSum and ReduceMax. */
export const reduce =
  (reduction: Reduction) =>
  (step: Step): readonly Value[] => {
    const input = step.map(0);
    const listed = step.integers('axes') ?? step.constantIf(1, 'list of axes')?.data;
    const { dims } = input.view;
    const keepsDims = step.integer('keepdims', 1) === 1;
    const isNothing = step.integer('noop_with_empty_axes', 0) === 1;
    if (isNothing && (listed?.length ?? 0) === 0) return [input];
    const axes =
      listed && listed.length > 0
        ? Array.from(listed, (axis) => step.axis(axis, dims.length, 'axes'))
        : dims.map((_, axis) => axis);
    return [reduced(step, input, { axes, keepsDims, reduction })];
  };

function reduced(
  step: Step,
  input: MapValue,
  {
    axes,
    keepsDims,
    reduction,
  }: {
    readonly axes: readonly number[];
    readonly keepsDims: boolean;
    readonly reduction: Reduction;
  },
): MapValue {
  if (reduction !== 'max') step.checkReal(input);
  const { dims, isBatch } = input.view;
  if (isBatch && axes.includes(0)) throw step.mixes(`has axes [${axes.join(',')}]`);
  const own = dims.map((_, axis) => axis).slice(isBatch ? 1 : 0);
  const kept = own.filter((axis) => !axes.includes(axis));
  const images = imageLayout(dims.length, isBatch);
  const isOfImages =
    dims.length <= 4 &&
    [...images.height, ...images.width].every((axis) => axes.includes(axis) || dims[axis] === 1) &&
    images.channels.every((axis) => kept.includes(axis));
  const layout = isOfImages ? images : { height: axes, width: [], channels: kept };
  const map = step.stored(input, layout);
  const shape = step.shapeOf(map);
  let node =
    reduction === 'max'
      ? step.emit('maxPool', [map], { window: wholeMap(shape) })
      : step.emit('averagePool', [map], {});
  if (reduction === 'sum') {
    const factor = Float32Array.of(shape.height * shape.width);
    const shift = new Float32Array(1);
    node = step.emit('affine', [node], { height: 1, width: 1, channels: 1 }, { factor, shift });
  }
  const after = dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const others = kept.filter((axis) => !layout.channels.includes(axis));
  const channels = [...others, ...layout.channels];
  const view = viewOf(after, { height: [], width: [], channels }, isBatch);
  if (keepsDims) return { ...input, node, view };
  const left = dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return {
    ...input,
    node,
    view: {
      ...view,
      dims: left.map((axis) => after[axis] ?? 1),
      axes: left.map((axis) => view.axes[axis] ?? []),
    },
  };
}

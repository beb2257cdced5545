// Conv, Gemm and MatMul: what has weights.

import type { Size } from '../../../../core/feature-map.ts';
import { onePixel, type Window } from '../../../../core/window.ts';
import { placesOf } from '../../../ops/rearrange.ts';
import type { Step } from '../importer.ts';
import type { Constant } from '../tensor.ts';
import { type MapValue, type Value, viewed } from '../value.ts';
import { type Layout, rowMajor, transposed } from '../view.ts';
import { imagesOf, windowOf } from './windows.ts';

/** Conv: of one or two sides, with groups, strides, dilations and any pads. */
export function conv(step: Step): readonly Value[] {
  const input = step.map(0);
  step.checkReal(input);
  const weight = step.constant(1, 'weight');
  return [convolved(step, { input, weight, bias: step.constantIf(2, 'bias') })];
}

/** A tensor of images, weights and biases. */
export interface Convolution {
  readonly input: MapValue;
  readonly weight: Constant;
  readonly bias?: Constant | undefined;
}

/** The convolution that the attributes of a node ask for. */
export function convolved(step: Step, { input, weight, bias }: Convolution): MapValue {
  const layout = imagesOf(step, input, step.integers('kernel_shape'));
  const { dims } = input.view;
  const rank = dims.length;
  const { channels, kernels, groups, kernel } = kernelsOf(step, weight, dims);
  const { map, pads } = withoutPad(step, step.stored(input, layout));
  const { window: own } = windowOf(step, sizeWith(step.shapeOf(map), pads), { rank, kernel });
  const window = { ...own, pads: sumOf(own.pads, pads) };
  const attributes = { channels, kernels, window, ...(groups > 1 ? { groups } : {}) };
  const node = step.emit('conv', [map], attributes, {
    weight: step.reals(weight, input),
    ...(bias ? { bias: biasOf(step, bias, { kernels, input }) } : {}),
  });
  step.noteUnits(node, weight, kernels);
  const { height, width } = step.shapeOf(node);
  const size = rank === 4 ? [height, width] : [width];
  return step.result(node, [dims[0] ?? 1, kernels, ...size], { layout, like: input });
}

/** Sizes of a convolution with these weights on a tensor of these dimensions. */
function kernelsOf(
  step: Step,
  { name, dims: weight }: Constant,
  dims: readonly number[],
): {
  readonly channels: number;
  readonly kernels: number;
  readonly groups: number;
  readonly kernel: Size;
} {
  const [kernels = 0, perGroup = 0, first = 1, second] = weight;
  const what = `has a weight "${name}" of ${weight.join('x')}`;
  if (weight.length !== dims.length) throw step.fail(`${what} for a tensor of ${dims.join('x')}`);
  const [, channels = 0] = dims;
  const groups = step.integer('group', 1);
  if (!(groups >= 1) || channels % groups !== 0 || kernels % groups !== 0)
    throw step.fail(
      `has group ${groups}, which does not divide its ${channels} channels and ${kernels} kernels`,
    );
  if (perGroup * groups !== channels)
    throw step.fail(
      `${what}, and its input has ${channels} channels in group ${groups}: ${channels / groups} are needed, not ${perGroup}`,
    );
  const kernel =
    second === undefined ? { height: 1, width: first } : { height: first, width: second };
  return { channels, kernels, groups, kernel };
}

const sumOf = (a: Window['pads'], b: Window['pads']): Window['pads'] => [
  a[0] + b[0],
  a[1] + b[1],
  a[2] + b[2],
  a[3] + b[3],
];

const sizeWith = ({ height, width }: Size, pads: Window['pads']): Size => ({
  height: height + pads[0] + pads[2],
  width: width + pads[1] + pads[3],
});

/** A border of zeros before a convolution becomes its pads. */
function withoutPad(
  { parts }: Step,
  map: string,
): { readonly map: string; readonly pads: Window['pads'] } {
  const before = parts.byName.get(map);
  if (before?.op !== 'pad' || before.attributes.mode !== 'constant' || before.attributes.value)
    return { map, pads: [0, 0, 0, 0] };
  return { map: before.inputs[0] ?? map, pads: before.attributes.pads };
}

function biasOf(
  step: Step,
  bias: Constant,
  { kernels, input }: { readonly kernels: number; readonly input: MapValue },
): Float32Array {
  if (bias.data.length !== kernels)
    throw step.fail(
      `has a bias "${bias.name}" of ${bias.data.length} values for ${kernels} kernels`,
    );
  return step.reals(bias, input);
}

/** Gemm: alpha A B + beta C, where A depends on the image. */
export function gemm(step: Step): readonly Value[] {
  const [alpha, beta] = [step.real('alpha') ?? 1, step.real('beta') ?? 1];
  step.ignore('broadcast');
  const b = step.constant(1, 'weight');
  const c = step.constantIf(2, 'bias');
  const input = gemmInput(step, b);
  const isTurned = step.integer('transB', 0) === 1;
  const weight = isTurned ? b : viewed(b, transposed(rowMajor(b.dims), [1, 0]));
  const [outputs = 0] = weight.dims;
  const real = step.reals(weight, input);
  const values = alpha === 1 ? real : real.map((value) => alpha * value);
  const isPerOutput = c !== undefined && c.data.length === (c.dims.at(-1) ?? 1);
  const bias = isPerOutput ? perOutput(step, c, { outputs, input, beta }) : undefined;
  const units = alpha === 1 ? weight : undefined;
  const result = dense(step, input, { values, name: b.name, dims: weight.dims, bias, units });
  if (!c || isPerOutput) return [result];
  // One bias for each row of the product.
  const { dims } = result.view;
  const layout = step.layoutOf(result);
  const { shape, data } = step.spread(c, { dims, layout, like: result });
  const factor = new Float32Array(data.length).fill(1);
  const shift = data.map((value) => beta * value);
  const node = step.emit('affine', [step.stored(result, layout)], shape, { factor, shift });
  return [step.result(node, dims, { layout, like: result })];
}

function gemmInput(step: Step, { name, dims }: Constant): MapValue {
  const isTurned = step.integer('transA', 0) === 1;
  const a = step.map(0);
  step.checkReal(a);
  if (a.view.dims.length !== 2 || dims.length !== 2)
    throw step.fail(`multiplies ${a.view.dims.join('x')} by "${name}" of ${dims.join('x')}`);
  if (isTurned && a.view.isBatch) throw step.mixes('has transA 1');
  return isTurned ? { ...a, view: transposed(a.view, [1, 0]) } : a;
}

function perOutput(
  step: Step,
  c: Constant,
  {
    outputs,
    input,
    beta,
  }: { readonly outputs: number; readonly input: MapValue; readonly beta: number },
): Float32Array {
  const values = step.reals(c, input);
  if (values.length !== 1 && values.length !== outputs)
    throw step.fail(`has a bias "${c.name}" of ${values.length} values for ${outputs} outputs`);
  return Float32Array.from(
    { length: outputs },
    (_, m) => beta * (values[values.length === 1 ? 0 : m] as number),
  );
}

/** MatMul: the last dimension of the image's tensor with a matrix of weights. */
export function matMul(step: Step): readonly Value[] {
  const a = step.map(0);
  step.checkReal(a);
  return [multiplied(step, a, step.constant(1, 'weight'))];
}

/** A tensor of real numbers times a matrix of weights. */
export function multiplied(step: Step, a: MapValue, b: Constant): MapValue {
  const rank = a.view.dims.length;
  const lead = b.dims.slice(0, -2);
  if (b.dims.length === 0 || rank === 0 || lead.some((size) => size !== 1))
    throw step.fail(
      `multiplies ${a.view.dims.join('x')} by "${b.name}" of ${b.dims.join('x')}: only one matrix of weights is supported`,
    );
  const isVector = b.dims.length === 1;
  const matrix = isVector ? [b.dims[0] ?? 0, 1] : b.dims.slice(-2);
  const weight = viewed(b, transposed(rowMajor(matrix), [1, 0]));
  const values = step.reals(weight, a);
  const input =
    rank === 1 && !a.view.isBatch
      ? { ...a, view: { ...a.view, dims: [1, ...a.view.dims], axes: [[], ...a.view.axes] } }
      : a;
  const product = dense(step, input, { values, name: b.name, dims: weight.dims, units: weight });
  const keep = product.view.dims
    .map((_, axis) => axis)
    .filter(
      (axis, _, all) => !(isVector && axis === all.length - 1) && !(input !== a && axis === 0),
    );
  return { ...product, view: transposed(product.view, keep) };
}

interface Dense {
  readonly values: Float32Array;
  readonly name: string;
  /** Outputs, inputs. */
  readonly dims: readonly number[];
  readonly bias?: Float32Array | undefined;
  /** The weights, where they may be whole numbers of some unit. */
  readonly units?: Constant | undefined;
}

/** Multiplies the last dimension of a tensor with weights: a linear layer, or a 1x1 convolution where there are others. */
function dense(step: Step, input: MapValue, { values, name, dims, bias, units }: Dense): MapValue {
  const [outputs = 0, inputs = 0] = dims;
  const { view } = input;
  const last = view.dims.length - 1;
  if (view.isBatch && last < 1) throw step.mixes(`multiplies a tensor of ${view.dims.join('x')}`);
  if (view.dims[last] !== inputs)
    throw step.fail(
      `multiplies a tensor of ${view.dims.join('x')} by a weight "${name}" for ${inputs} inputs`,
    );
  const others = view.dims.slice(view.isBatch ? 1 : 0, -1);
  const result = view.dims.with(last, outputs);
  const extra = bias ? { bias } : {};
  const width = view.dims.map((_, axis) => axis).slice(view.isBatch ? 1 : 0, -1);
  const layout: Layout = { height: [], width, channels: [last] };
  if (others.some((size) => size !== 1)) {
    const map = step.stored(input, layout);
    const attributes = { channels: inputs, kernels: outputs, window: onePixel };
    const node = step.emit('conv', [map], attributes, { weight: values, ...extra });
    step.noteUnits(node, units, outputs);
    return step.result(node, result, { layout, like: input });
  }
  const order = linearOrder(step, input);
  const map = order ? input.node : step.stored(input, layout);
  const weight = order ? reordered(values, order, outputs) : values;
  const node = step.emit('linear', [map], { inputs, outputs }, { weight, ...extra });
  step.noteUnits(node, units, outputs);
  return step.result(node, result, { layout, like: input });
}

/**
 * Where a linear layer that reads the whole map of a tensor wants the weight of each of its values; undefined where the
 * tensor has not each value of the map once.
 */
function linearOrder(step: Step, { node, view }: MapValue): Uint32Array | undefined {
  const { height, width, channels } = step.shapeOf(node);
  const places = placesOf(view.first, view.axes.flat());
  if (places.length !== height * width * channels) return undefined;
  const seen = new Uint8Array(places.length);
  const order = new Uint32Array(places.length);
  for (const [k, place] of places.entries()) {
    if (seen[place]) return undefined;
    seen[place] = 1;
    order[k] = (place % channels) * height * width + Math.floor(place / channels);
  }
  return order;
}

/** Weights with the inputs of each output in another order. */
function reordered(values: Float32Array, order: Uint32Array, outputs: number): Float32Array {
  if (order.every((place, k) => place === k)) return values;
  const moved = new Float32Array(values.length);
  for (let m = 0; m < outputs; m++) {
    const first = m * order.length;
    for (const [k, place] of order.entries()) moved[first + place] = values[first + k] as number;
  }
  return moved;
}

// QuantizeLinear, DequantizeLinear and QONNX's Quant: real numbers as whole ones. A pair of them around a tensor of the image is one
// `quantize` in real arithmetic; constants become what they stand for, and it is noted of which unit they are multiples.

import { bitsFor } from '../../../../core/integer.ts';
import { codeOf, type QuantizeAttributes } from '../../../ops/quantize.ts';
import { placesOf } from '../../../ops/rearrange.ts';
import type { Step } from '../importer.ts';
import { type Constant, elementType, type ElementType, valuesFor } from '../tensor.ts';
import { dimsOf, type MapValue, type Value } from '../value.ts';
import { broadcast, rowMajor } from '../view.ts';

/** Whole numbers of each type. */
const ranges: Readonly<Partial<Record<ElementType, readonly [low: number, high: number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint4: [0, 15],
  int4: [-8, 7],
};

/** Scale and zero point as a node has them: one of each, or one for each entry of an axis. */
export interface Units {
  readonly scale: Constant;
  readonly zero: Constant | undefined;
  /** The axis of several; what the node says by default. */
  readonly axis?: number;
}

/** Scale (input 1) and zero point (input 2). */
function unitsOf(step: Step): Units {
  const scale = step.constant(1, 'scale');
  const zero = step.constantIf(2, 'zero point');
  checkUnits(step, { scale, zero });
  return { scale, zero, axis: step.integer('axis', 1) };
}

/** @throws {CimError} (input) when scales are not above 0, or zero points are not as many */
export function checkUnits(step: Step, { scale, zero }: Units): void {
  const bad = scale.data.find((value) => !(value > 0 && value < Infinity));
  if (bad !== undefined)
    throw step.fail(`has a scale "${scale.name}" with ${bad}: above 0 is needed`);
  if (zero && zero.data.length !== scale.data.length)
    throw step.fail(
      `has ${scale.data.length} scales and ${zero.data.length} zero points: as many are needed`,
    );
  if (step.integer('block_size', 0) !== 0)
    throw step.fail('has a block_size: scales of blocks are not supported');
}

/** A list of one value for each entry of an axis, with dimensions that fit a tensor. */
function alongAxis(step: Step, list: Constant, dims: readonly number[], given = 1): Constant {
  if (list.data.length === 1) return { ...list, dims: [] };
  const axis = step.axis(given, dims.length);
  if (list.dims.length !== 1 || list.data.length !== dims[axis])
    throw step.fail(
      `has "${list.name}" of ${list.dims.join('x')} for axis ${axis} of ${dims.join('x')}`,
    );
  return { ...list, dims: dims.map((size, one) => (one === axis ? size : 1)) };
}

/** The value of a list for each value of a tensor of these dimensions. */
function spreadTo(step: Step, list: Constant, dims: readonly number[]): Float64Array {
  if (list.data.length === 1) return Float64Array.of(list.data[0] as number);
  const view = broadcast(rowMajor(list.dims), dims);
  if (!view) throw step.fail(`has "${list.name}" of ${list.dims.join('x')} for ${dims.join('x')}`);
  const places = placesOf(view.first, view.axes.flat());
  return Float64Array.from(places, (place) => list.data[place] as number);
}

const entry = (list: Float64Array | undefined, i: number): number =>
  list?.[list.length === 1 ? 0 : i] ?? 0;

/** QuantizeLinear. */
export function quantizeLinear(step: Step): readonly Value[] {
  step.ignore('saturate', 'precision', 'axis');
  const units = unitsOf(step);
  const asked = step.integer('output_dtype', 0);
  const type = units.zero?.type ?? (asked === 0 ? 'uint8' : elementType(asked));
  return [quantized(step, step.input(0), units, type)];
}

/** A tensor in whole numbers of a type. */
export function quantized(
  step: Step,
  input: Value,
  units: Units,
  type: ElementType | undefined,
): Value {
  const range = type && ranges[type];
  if (!type || !range)
    throw step.fail(`makes ${type ?? 'a type that is not known'}: not supported`);
  const [low, high] = range;
  const dims = dimsOf(input);
  if (input.kind === 'constant') {
    const scale = spreadTo(step, alongAxis(step, units.scale, dims, units.axis), dims);
    const zero = units.zero && spreadTo(step, alongAxis(step, units.zero, dims, units.axis), dims);
    const data = valuesFor(type, input.data.length);
    input.data.forEach((value, i) => {
      const of = { scale: entry(scale, i), zero: entry(zero, i), low, high };
      data[i] = codeOf(of)(value);
    });
    return { kind: 'constant', name: input.name, type, dims, data };
  }
  step.checkReal(input);
  if (units.scale.data.length > 1) return quantizedByAxis(step, input, units, { type, low, high });
  const codes = { scale: units.scale.data[0] as number, zero: units.zero?.data[0] ?? 0 };
  const node = onGrid(step, input.node, { ...codes, low, high });
  return { ...input, node, type, codes };
}

/** One scale for each entry of an axis: the quotients are rounded. */
function quantizedByAxis(
  step: Step,
  input: MapValue,
  { scale, zero, axis }: Units,
  { type, low, high }: { readonly type: ElementType; readonly low: number; readonly high: number },
): MapValue {
  const { dims } = input.view;
  const layout = step.layoutOf(input);
  const spread = (list: Constant): ReturnType<Step['spread']> =>
    step.spread(
      { ...alongAxis(step, list, dims, axis), type: input.type },
      { dims, layout, like: input },
    );
  const { shape, data } = spread(scale);
  const nothing = new Float32Array(data.length);
  const factor = data.map((value) => 1 / value);
  const units = step.helper('affine', [step.stored(input, layout)], shape, {
    factor,
    shift: nothing,
  });
  const whole = step.helper('quantize', [units], { scale: 1, zero: 0, ...unlimited });
  const shift = zero ? spread(zero).data : nothing;
  const ones = new Float32Array(data.length).fill(1);
  const moved = step.helper('affine', [whole], shape, { factor: ones, shift });
  const node = step.emit('quantize', [moved], { scale: 1, zero: 0, low, high });
  return { ...step.result(node, dims, { layout, like: input }), type };
}

/** The node that rounds a map to whole numbers; the map's own, where it consists of such already. */
function onGrid(step: Step, node: string, codes: QuantizeAttributes): string {
  return isOnGrid(step, node, codes) ? node : step.emit('quantize', [node], codes);
}

/** Operators that make no new values, but perhaps zeros. */
const choosing = ['maxPool', 'rearrange', 'subsample', 'padChannels', 'concat'];

function isOnGrid(step: Step, node: string, codes: QuantizeAttributes): boolean {
  const made = step.parts.byName.get(node);
  if (made?.op === 'quantize')
    return (['scale', 'zero', 'low', 'high'] as const).every(
      (part) => made.attributes[part] === codes[part],
    );
  return (
    made !== undefined &&
    choosing.includes(made.op) &&
    made.inputs.every((input) => isOnGrid(step, input, codes))
  );
}

/** DequantizeLinear: (x - zero point) * scale. */
export function dequantizeLinear(step: Step): readonly Value[] {
  step.ignore('axis', 'output_dtype');
  return [dequantized(step, step.input(0), unitsOf(step))];
}

/** What whole numbers stand for. */
export function dequantized(step: Step, input: Value, { scale, zero, axis }: Units): Value {
  const dims = dimsOf(input);
  if (input.kind === 'constant')
    return dequantizedConstant(step, input, {
      scale,
      zero,
      ...(axis === undefined ? {} : { axis }),
    });
  const { codes, ...rest } = input;
  const type = scale.type;
  if (codes && scale.data.length === 1 && codes.scale === scale.data[0])
    if (codes.zero === (zero?.data[0] ?? 0)) return { ...rest, type };
  const whole = step.whole(input);
  const layout = step.layoutOf(whole);
  const spread = (list: Constant): ReturnType<Step['spread']> =>
    step.spread(
      { ...alongAxis(step, list, dims, axis), type: whole.type },
      { dims, layout, like: whole },
    );
  const { shape, data: factor } = spread(scale);
  const zeros = zero && spread(zero).data;
  const shift = factor.map((value, i) => 0 - value * (zeros?.[i] ?? 0));
  const node = step.emit('affine', [step.stored(whole, layout)], shape, { factor, shift });
  return { ...step.result(node, dims, { layout, like: whole }), type };
}

/** What whole numbers that are a constant stand for; it is noted of which unit they are multiples. */
export function dequantizedConstant(step: Step, input: Constant, units: Units): Constant {
  const { name, dims, data } = input;
  const scale = spreadTo(step, alongAxis(step, units.scale, dims, units.axis), dims);
  const zero = units.zero && spreadTo(step, alongAxis(step, units.zero, dims, units.axis), dims);
  const { type } = units.scale;
  const values = valuesFor(type, data.length);
  let most = 0;
  data.forEach((code, i) => {
    const units = code - entry(zero, i);
    most = Math.max(most, Math.abs(units));
    values[i] = units * entry(scale, i);
  });
  return {
    kind: 'constant',
    name,
    type,
    dims,
    data: values,
    units: { bits: bitsOfUnits(most, 2), scale },
  };
}

/** Bits of symmetric whole numbers up to `most`, at least `least`. */
const bitsOfUnits = (most: number, least: number): number => Math.max(least, bitsFor(most + 1) + 1);

/** How QONNX names roundings. */
const roundings: Readonly<Record<string, QuantizeAttributes['rounding']>> = {
  ROUND: 'even',
  HALF_EVEN: 'even',
  CEIL: 'ceil',
  FLOOR: 'floor',
  UP: 'away',
  DOWN: 'zero',
  ROUND_TO_ZERO: 'zero',
  HALF_UP: 'up',
  HALF_DOWN: 'down',
};

function roundingOf(step: Step, byDefault: string): QuantizeAttributes['rounding'] {
  const name = step.text('rounding_mode', byDefault);
  const rounding = roundings[name.toUpperCase()];
  if (!rounding) throw step.fail(`has rounding_mode ${name}, which is not known`);
  return rounding;
}

/** The range of QONNX's whole numbers. */
function rangeOf(step: Step, bits: number): { readonly low: number; readonly high: number } {
  const isSigned = step.integer('signed', 1) === 1;
  const isNarrow = step.integer('narrow', 0) === 1;
  if (!(Number.isInteger(bits) && bits >= 1 && bits <= 16))
    throw step.fail(`has ${bits} bits: whole numbers from 1 to 16 are supported`);
  const low = isSigned ? -(2 ** (bits - 1)) + (isNarrow ? 1 : 0) : 0;
  const high = isSigned ? 2 ** (bits - 1) - 1 : 2 ** bits - 1 - (isNarrow ? 1 : 0);
  if (low >= high) throw step.fail(`has ${bits} bits, which leave one number`);
  return { low, high };
}

/** QONNX's Quant: x, scale, zero point, bits. */
export function quant(step: Step): readonly Value[] {
  const input = step.input(0);
  const [scale, zero] = [step.constant(1, 'scale'), step.constant(2, 'zero point')];
  const bits = one(step, step.constant(3, 'bit width'));
  const range = { ...rangeOf(step, bits), rounding: roundingOf(step, 'ROUND') };
  const bad = scale.data.find((value) => !(value > 0 && value < Infinity));
  if (bad !== undefined)
    throw step.fail(`has a scale "${scale.name}" with ${bad}: above 0 is needed`);
  if (input.kind === 'constant') return [quantConstant(step, input, { scale, zero, bits }, range)];
  step.checkReal(input);
  const ofZero = one(step, zero);
  if (!Number.isInteger(ofZero))
    throw step.fail(`has a zero point of ${ofZero}: a whole one is needed`);
  const codes = { scale: one(step, scale), zero: ofZero, ...range };
  return [{ ...input, node: onGrid(step, input.node, codes) }];
}

/** The value of a constant that has one for all. */
function one(step: Step, { name, data }: Constant): number {
  const [first = 0] = data;
  if (data.length > 0 && data.every((value) => value === first)) return first;
  throw step.fail(
    `has ${data.length} values in "${name}": one for all is supported for a tensor of the image`,
  );
}

function quantConstant(
  step: Step,
  { name, type, dims, data }: Constant,
  units: { readonly scale: Constant; readonly zero: Constant; readonly bits: number },
  range: Pick<QuantizeAttributes, 'low' | 'high' | 'rounding'>,
): Constant {
  const scale = spreadTo(step, units.scale, dims);
  const zero = spreadTo(step, units.zero, dims);
  const values = valuesFor(type, data.length);
  let most = 0;
  data.forEach((value, i) => {
    const [of, from] = [entry(scale, i), entry(zero, i)];
    const code = codeOf({ ...range, scale: of, zero: from })(value) - from;
    most = Math.max(most, Math.abs(code));
    values[i] = code * of;
  });
  const bits = bitsOfUnits(most, Math.max(2, units.bits));
  return { kind: 'constant', name, type, dims, data: values, units: { bits, scale } };
}

/** QONNX's BipolarQuant: x, scale. */
export function bipolarQuant(step: Step): readonly Value[] {
  const input = step.input(0);
  const scale = step.constant(1, 'scale');
  if (input.kind === 'map') {
    step.checkReal(input);
    return [{ ...input, node: step.emit('bipolar', [input.node], { scale: one(step, scale) }) }];
  }
  const { name, type, dims, data } = input;
  const of = spreadTo(step, scale, dims);
  const values = valuesFor(type, data.length);
  data.forEach((value, i) => (values[i] = value >= 0 ? entry(of, i) : -entry(of, i)));
  return [{ kind: 'constant', name, type, dims, data: values, units: { bits: 2, scale: of } }];
}

/** Whole numbers without limits. */
const unlimited = { low: -65536, high: 65536 } as const;

/** QONNX's Trunc: x in whole numbers of a scale, without their lowest bits, in the same scale. */
export function trunc(step: Step): readonly Value[] {
  const [scale, zero] = [step.constant(1, 'scale'), step.constant(2, 'zero point')];
  const [before, after] = [step.constant(3, 'bit width'), step.constant(4, 'output bit width')];
  const fewer = one(step, before) - one(step, after);
  if (!(fewer >= 0)) throw step.fail(`has ${one(step, after)} bits of ${one(step, before)}`);
  if (one(step, zero) !== 0)
    throw step.fail(`has a zero point of ${one(step, zero)}: 0 is supported`);
  const rounding = roundingOf(step, 'FLOOR');
  const input = step.map(0);
  step.checkReal(input);
  const own = one(step, scale);
  const grid = { zero: 0, ...unlimited };
  const whole = step.helper('quantize', [input.node], { scale: own, ...grid });
  const cut = { scale: own * 2 ** fewer, ...grid, rounding };
  const pixel = { height: 1, width: 1, channels: 1 };
  const arrays = { factor: Float32Array.of(2 ** -fewer), shift: new Float32Array(1) };
  const node = step.emit('affine', [step.helper('quantize', [whole], cut)], pixel, arrays);
  return [{ ...input, node }];
}

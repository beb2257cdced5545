// Concat and Pad: what puts values beside others.

import type { AttributesOf } from '../../../graph.ts';
import type { Step } from '../importer.ts';
import { valuesFor, valuesIn } from '../tensor.ts';
import { dimsOf, type MapValue, type Value } from '../value.ts';
import { imageLayout, type Layout, layoutWith } from '../view.ts';
import { numbersOf } from './numbers.ts';

/** Concat. */
export function concat(step: Step): readonly Value[] {
  const values = step.inputs.map((_, index) => step.input(index));
  const rank = dimsOf(step.input(0)).length;
  const axis = step.axis(step.integer('axis', 1), rank);
  return [joinedAlong(step, values, axis)];
}

/**
 * Tensors behind each other along an axis.
 * @throws {CimError} (input) when they differ in another axis
 */
export function joinedAlong(step: Step, values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (!first) throw step.fail('has no inputs');
  const dims = dimsOf(first);
  for (const value of values) {
    const own = dimsOf(value);
    if (own.length !== dims.length || own.some((size, i) => i !== axis && size !== dims[i]))
      throw step.fail(`joins tensors of ${dims.join('x')} and ${own.join('x')} along axis ${axis}`);
  }
  const total = values.reduce((sum, value) => sum + (dimsOf(value)[axis] ?? 1), 0);
  const result = dims.with(axis, total);
  const like = values.find((value): value is MapValue => value.kind === 'map');
  if (!like) return joinedConstants(step, values, { result, axis });
  if (values.length === 1) return like;
  const { isBatch } = like.view;
  if (isBatch && axis === 0) throw step.mixes('has axis 0');
  const { layout, side } = layoutAlong(result, axis, isBatch);
  const maps = values.map((value) =>
    value.kind === 'map' ? value : step.mapOfConstant(value, value.dims, like),
  );
  const alike = ({ type, codes }: MapValue): string =>
    JSON.stringify([type, codes?.scale, codes?.zero]);
  if (maps.some((map) => alike(map) !== alike(like)))
    throw step.fail('joins tensors of different types, or of whole numbers of different scales');
  const node = step.emit(
    'concat',
    maps.map((map) => step.stored(map, layout)),
    { axis: side },
  );
  return step.result(node, result, { layout, like });
}

/** A layout in which a side of the map grows when an axis does, and nothing lies between. */
function layoutAlong(
  dims: readonly number[],
  axis: number,
  isBatch: boolean,
): { readonly layout: Layout; readonly side: AttributesOf<'concat'>['axis'] } {
  const images = imageLayout(dims.length, isBatch);
  const side = (['height', 'width', 'channels'] as const).find((one) => {
    const before = images[one].slice(0, Math.max(0, images[one].indexOf(axis)));
    return images[one].includes(axis) && before.every((other) => dims[other] === 1);
  });
  return side
    ? { layout: images, side }
    : { layout: layoutWith(axis, dims.length, isBatch), side: 'channels' };
}

function joinedConstants(
  step: Step,
  values: readonly Value[],
  { result, axis }: { readonly result: readonly number[]; readonly axis: number },
): Value {
  const constants = values.flatMap((value) => (value.kind === 'constant' ? [value] : []));
  const [{ name, type } = { name: '', type: 'float32' as const }] = constants;
  const count = valuesIn(result);
  if (!step.parts.makesValues(count)) throw step.fail(`makes ${count} values: too many`);
  const data = valuesFor(type, count);
  const places = valuesIn(result.slice(0, axis));
  let to = 0;
  for (let place = 0; place < places; place++)
    for (const { data: values } of constants) {
      const length = values.length / places;
      data.set(values.subarray(place * length, (place + 1) * length), to);
      to += length;
    }
  return { kind: 'constant', name, type, dims: result, data };
}

/** Pad: rows and columns in four ways, channels of zeros. */
export function pad(step: Step): readonly Value[] {
  const input = step.input(0);
  const dims = dimsOf(input);
  const rank = dims.length;
  const listed = numbersOf(step, 'pads', 1) ?? step.integers('paddings');
  if (!listed) throw step.fail('has no pads');
  const axes = numbersOf(step, 'axes', 3)?.map((axis) => step.axis(axis, rank, 'axes'));
  const of = axes ?? dims.map((_, axis) => axis);
  const pads = (axis: number): readonly [number, number] => {
    const i = of.indexOf(axis);
    return i < 0 ? [0, 0] : [listed[i] ?? 0, listed[i + of.length] ?? 0];
  };
  if (listed.length !== 2 * of.length || listed.some((one) => one < 0))
    throw step.fail(
      `has pads [${listed.join(',')}] for a tensor of ${dims.join('x')}: two of 0 or more for each of ${of.length} axes are supported`,
    );
  const mode = modeOf(step);
  const value = step.constantIf(2, 'value')?.data[0] ?? step.real('value') ?? 0;
  if (listed.every((one) => one === 0)) return [input];
  return [padded(step, step.map(0), { pads, mode, value })];
}

function modeOf(step: Step): AttributesOf<'pad'>['mode'] {
  const mode = step.text('mode', 'constant');
  if (mode === 'constant' || mode === 'edge' || mode === 'reflect' || mode === 'wrap') return mode;
  throw step.fail(`has mode ${mode}, which is not known`);
}

function padded(
  step: Step,
  input: MapValue,
  {
    pads,
    mode,
    value,
  }: {
    readonly pads: (axis: number) => readonly [number, number];
    readonly mode: AttributesOf<'pad'>['mode'];
    readonly value: number;
  },
): MapValue {
  const { dims, isBatch } = input.view;
  if (isBatch && pads(0).some((one) => one > 0)) throw step.mixes('pads axis 0');
  const layout = imageLayout(dims.length, isBatch);
  const side = (axes: readonly number[]): readonly [number, number] => {
    const padded = axes.filter((axis) => pads(axis).some((one) => one > 0));
    const sizes = axes.filter((axis) => dims[axis] !== 1);
    const [axis] = padded;
    if (axis === undefined) return [0, 0];
    if (padded.length > 1 || sizes.some((one) => one !== axis))
      throw step.fail(`pads axis ${axis} of a tensor of ${dims.join('x')}, which is not supported`);
    return pads(axis);
  };
  const [before, after] = side(layout.channels);
  const [[top, bottom], [left, right]] = [side(layout.height), side(layout.width)];
  let node = step.stored(input, layout);
  if (before + after > 0) {
    if (mode !== 'constant' || value !== 0)
      throw step.fail(
        `pads channels with ${mode === 'constant' ? value : `mode ${mode}`}: only zeros are supported`,
      );
    node = step.emit('padChannels', [node], { before, after });
  }
  if (top + bottom + left + right > 0) {
    const attributes = {
      pads: [top, left, bottom, right] as const,
      mode,
      ...(value === 0 ? {} : { value }),
    };
    node = step.emit('pad', [node], attributes);
  }
  const result = dims.map((size, axis) => size + pads(axis)[0] + pads(axis)[1]);
  return step.result(node, result, { layout, like: input });
}

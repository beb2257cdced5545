// What flows along the edges of an ONNX graph: constants, and tensors that depend on the image and so are feature maps.

import { type Constant, type ElementType, valuesFor } from './tensor.ts';
import { placesIn, rowMajor, type View } from './view.ts';

/** A tensor that depends on the image. */
export interface MapValue {
  readonly kind: 'map';
  /** The node of the network that makes the map. */
  readonly node: string;
  readonly type: ElementType;
  /** How the tensor lies in it. */
  readonly view: View;
  /** Of whole numbers of which the map has what they stand for: (number - zero) * scale. */
  readonly codes?: { readonly scale: number; readonly zero: number } | undefined;
}

/** A tensor of the graph. */
export type Value = Constant | MapValue;

/** The dimensions of a tensor. */
export const dimsOf = (value: Value): readonly number[] =>
  value.kind === 'map' ? value.view.dims : value.dims;

/** A constant with these values. */
export const constantOf = (
  name: string,
  type: ElementType,
  dims: readonly number[],
  values: ArrayLike<number>,
): Constant => {
  const data = valuesFor(type, values.length);
  data.set(values);
  return { kind: 'constant', name, type, dims, data };
};

/** The tensor that a view shows of a constant. */
export function viewed(constant: Constant, view: View): Constant {
  const { name, type, data, units } = constant;
  const loops = view.axes.flat();
  const isWhole = view.first === 0 && isRowMajor(view);
  if (isWhole && loops.reduce((count, loop) => count * loop.count, 1) === data.length)
    return { ...constant, dims: view.dims };
  const places = placesIn(view);
  const values = valuesFor(type, places.length);
  places.forEach((place, i) => (values[i] = data[place] as number));
  const own = units && { bits: units.bits, scale: scaleAt(units.scale, places) };
  return {
    kind: 'constant',
    name,
    type,
    dims: view.dims,
    data: values,
    ...(own ? { units: own } : {}),
  };
}

/** The scale of each value where there are several. */
const scaleAt = (scale: Float64Array, places: Float64Array): Float64Array =>
  scale.length === 1 ? scale : Float64Array.from(places, (place) => scale[place] as number);

const isRowMajor = ({ dims, axes }: View): boolean => {
  const plain = rowMajor(dims).axes.flat();
  const loops = axes.flat();
  return (
    plain.length === loops.length &&
    plain.every(({ count, step }, i) => loops[i]?.count === count && loops[i].step === step)
  );
};

// A network as it is made from an ONNX graph, and one node of that graph on its way into it. The files of `operators` know
// the operators; what they have in common is here.

import { CimError } from '../../../core/errors.ts';
import type { Shape } from '../../../core/feature-map.ts';
import { type AttributesOf, type GraphNode, operatorOf, type OperatorName } from '../../graph.ts';
import type { NodeTensors } from '../../ops/operator.ts';
import { placesOf } from '../../ops/rearrange.ts';
import type { Attribute, OnnxNode } from './model.ts';
import type { NetworkParts } from './network-parts.ts';
import { type Constant, mostValues, readConstant, valuesIn } from './tensor.ts';
import { trainedUnits } from './trained-units.ts';
import { type MapValue, type Value, viewed } from './value.ts';
import {
  broadcast,
  imageLayout,
  isStoredAs,
  type Layout,
  loopsOf,
  rowMajor,
  shapeOf,
  strideOf,
  type View,
  viewOf,
} from './view.ts';

/** Operators that look at no value, or only at which is larger: whole numbers and what they stand for are alike to them. */
const keepsCodes: ReadonlySet<string> = new Set([
  'Concat',
  'DepthToSpace',
  'DequantizeLinear',
  'Dropout',
  'Flatten',
  'Gather',
  'Identity',
  'MaxPool',
  'Reshape',
  'Shape',
  'Size',
  'Slice',
  'SpaceToDepth',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** A node of the graph while it is imported. */
export class Step {
  readonly node: OnnxNode;
  /** Version of its operators. */
  readonly version: number;
  readonly inputs: readonly (Value | undefined)[];
  /** File and node. */
  readonly where: readonly string[];
  readonly parts: NetworkParts;
  /** Names of what was made of it. */
  readonly made: string[] = [];
  /** What became of it, where that is no node. */
  note = '';
  readonly warnings: string[] = [];
  readonly #known = new Set<string>();
  readonly #label: string;

  constructor(
    node: OnnxNode,
    context: {
      readonly version: number;
      readonly inputs: readonly (Value | undefined)[];
      readonly file: string;
      readonly parts: NetworkParts;
    },
  ) {
    const { version, inputs, file, parts } = context;
    this.node = node;
    this.version = version;
    this.inputs = inputs;
    this.parts = parts;
    this.#label = labelOf(node);
    this.where = [file, this.#label];
  }

  /** An error about this node. */
  fail(what: string, todo?: string): CimError {
    return new CimError('input', { what: `${this.node.type} ${what}`, where: this.where, todo });
  }

  /** An error about an operator that works across the images of a batch. */
  mixes(what: string): CimError {
    this.parts.mixesImages = true;
    return this.fail(`${what}, which mixes the images of a batch`);
  }

  #attribute<K extends Attribute['kind']>(
    name: string,
    kind: K,
  ): Extract<Attribute, { readonly kind: K }> | undefined {
    this.#known.add(name);
    const attribute = this.node.attributes.get(name);
    if (!attribute) return undefined;
    if (attribute.kind !== kind && kind !== 'other')
      throw this.fail(`has an attribute ${name} that is no ${words[kind]}`);
    return attribute as Extract<Attribute, { readonly kind: K }>;
  }

  /** A whole number. */
  integer(name: string, byDefault: number): number {
    return this.#attribute(name, 'integer')?.value ?? byDefault;
  }

  /** A list of whole numbers. */
  integers(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'integers')?.value;
  }

  /** A real number; undefined where it is missing. */
  real(name: string): number | undefined {
    return this.#attribute(name, 'real')?.value;
  }

  /** A list of real numbers. */
  list(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'reals')?.value;
  }

  /** A text. */
  text(name: string, byDefault: string): string {
    return this.#attribute(name, 'text')?.value ?? byDefault;
  }

  /** A tensor. */
  tensor(name: string): Constant | undefined {
    const attribute = this.#attribute(name, 'tensor');
    return attribute && readConstant({ ...attribute.value, name }, this.where);
  }

  /** An attribute of no consequence here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#known.add(name);
  }

  /**
   * Refuses attributes that nobody asked for.
   * @throws {CimError} (input)
   */
  checkAttributes(): void {
    const odd = [...this.node.attributes.keys()].find((name) => !this.#known.has(name));
    if (odd !== undefined)
      throw this.fail(
        `has an attribute ${odd}, which is not known here (operator set ${this.version})`,
      );
  }

  /** Input `index`, whatever it is; whole numbers as such. */
  input(index: number): Value {
    const value = this.inputs[index];
    if (!value) throw this.fail(`has no input ${index}`);
    const isKept = value.kind === 'constant' || keepsCodes.has(this.node.type);
    return isKept ? value : this.whole(value);
  }

  /** Whole numbers of which only what they stand for is stored: as they are. */
  whole(value: MapValue): MapValue {
    const { codes, node, ...rest } = value;
    if (!codes) return value;
    const { scale, zero } = codes;
    const pixel = { height: 1, width: 1, channels: 1 };
    const arrays = { factor: Float32Array.of(1 / scale), shift: Float32Array.of(zero) };
    const units = this.helper('affine', [node], pixel, arrays);
    // The quotient may miss the whole number by a rounding of 32-bit floats.
    const range = { scale: 1, zero: 0, low: -65536, high: 65536 };
    return { ...rest, node: this.helper('quantize', [units], range) };
  }

  /** Input `index`, which must depend on the image. */
  map(index: number): MapValue {
    const value = this.input(index);
    if (value.kind === 'map') return value;
    throw this.fail('has only constants to work on, which is not supported for it');
  }

  /**
   * Input `index`, which must be a constant; undefined where it is left out.
   * @param role what it is, such as `weight`
   */
  constantIf(index: number, role: string): Constant | undefined {
    const value = this.inputs[index];
    if (!value || value.kind === 'constant') return value;
    const name = this.node.inputs[index] ?? '';
    throw this.fail(
      `has a ${role} "${name}" that is computed from the image`,
      'only constants can be stored in macros',
    );
  }

  /** {@link constantIf}, which must be there. */
  constant(index: number, role: string): Constant {
    const value = this.constantIf(index, role);
    if (value) return value;
    throw this.fail(`has no ${role} (input ${index})`);
  }

  /**
   * The values of a constant that takes part in real arithmetic with `map`.
   * @throws {CimError} (input) when it is of another type, or not finite
   */
  reals(constant: Constant, map: MapValue): Float32Array {
    const { name, type, data } = constant;
    if (type !== map.type)
      throw this.fail(`has a tensor "${name}" of type ${type}, and its input is ${map.type}`);
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw this.fail(
        `has a tensor "${name}" whose value ${placeText(constant, bad)} is ${data[bad]}`,
      );
    return data instanceof Float32Array ? data : Float32Array.from(data);
  }

  /**
   * Refuses whole numbers, which wrap around where real ones do not.
   * @throws {CimError} (input)
   */
  checkReal({ type }: MapValue): void {
    if (!type.startsWith('float'))
      throw this.fail(`of ${type} is not supported: real numbers only`);
  }

  /** Adds a node of the network that has the name of this one. Gives its name. */
  emit<O extends OperatorName>(
    op: O,
    inputs: readonly string[],
    attributes: AttributesOf<O>,
    tensors?: NodeTensors,
  ): string {
    return this.#add(this.#label, { op, inputs, attributes }, tensors);
  }

  /** Adds a node that comes before the one that has the name of this one. Gives its name. */
  helper<O extends OperatorName>(
    op: O,
    inputs: readonly string[],
    attributes: AttributesOf<O>,
    tensors?: NodeTensors,
  ): string {
    return this.#add(`${this.#label}.${op}`, { op, inputs, attributes }, tensors);
  }

  #add(wanted: string, one: object, tensors?: NodeTensors): string {
    const { parts } = this;
    const name = parts.free(wanted);
    const node = { ...one, name } as GraphNode;
    const operator = operatorOf(node.op);
    const inputs = node.inputs.map((input) => this.shapeOf(input));
    parts.shapes.set(name, operator.shape(node.attributes, inputs, this.where));
    if (tensors) parts.tensors.set(name, tensors);
    parts.nodes.push(node);
    parts.byName.set(name, node);
    this.made.push(name);
    return name;
  }

  /** Shape of the map that a node makes. */
  shapeOf(node: string): Shape {
    return this.parts.shapes.get(node) as Shape;
  }

  /** A node whose map has the tensor in this layout: its own, or one that rearranges it. */
  stored({ node, view }: MapValue, layout: Layout): string {
    const shape = this.shapeOf(node);
    if (isStoredAs(view, shape, layout)) return node;
    const wanted = shapeOf(view.dims, layout);
    const stride = strideOf(view, shape, layout);
    if (stride !== undefined) return this.helper('subsample', [node], { stride });
    return this.helper('rearrange', [node], {
      shape: wanted,
      first: view.first,
      loops: loopsOf(view, layout),
    });
  }

  /** The tensor with these dimensions that a node makes in this layout. */
  result(
    node: string,
    dims: readonly number[],
    { layout, like }: { readonly layout: Layout; readonly like: MapValue },
  ): MapValue {
    const { type, codes } = like;
    const view = viewOf(dims, layout, like.view.isBatch);
    return { kind: 'map', node, type, view, ...(codes ? { codes } : {}) };
  }

  /** {@link imageLayout} of a tensor; the one it has already, where it has channels behind rows and columns. */
  layoutOf({ node, view }: MapValue): Layout {
    const rank = view.dims.length;
    const images = imageLayout(rank, view.isBatch);
    const shape = this.shapeOf(node);
    if (rank < 3 || isStoredAs(view, shape, images)) return images;
    const first = view.isBatch ? [] : [0];
    const last = { height: [...first, 1], width: rank === 4 ? [2] : [], channels: [rank - 1] };
    return rank <= 4 && isStoredAs(view, shape, last) ? last : images;
  }

  /** Notes of a node that its weights are whole numbers of some unit, if they are. */
  noteUnits(node: string, weight: Constant | undefined, kernels: number): void {
    const scales = weight && trainedUnits(weight, kernels);
    if (scales) this.parts.scales.set(node, scales);
  }

  /** A constant, repeated to these dimensions, as a map that is the same for every image. */
  mapOfConstant(constant: Constant, dims: readonly number[], like: MapValue): MapValue {
    const layout = imageLayout(dims.length, like.view.isBatch);
    const { shape, data } = this.spread(constant, { dims, layout, like }, true);
    return this.result(this.helper('constant', [], shape, { value: data }), dims, { layout, like });
  }

  /**
   * The values of a constant that takes part in arithmetic with a map of these dimensions, in the order of the map.
   * @param isWhole whether each side has all its values; else one stands for all where they are the same
   */
  spread(
    constant: Constant,
    map: { readonly dims: readonly number[]; readonly layout: Layout; readonly like: MapValue },
    isWhole = false,
  ): { readonly shape: Shape; readonly data: Float32Array } {
    const { dims, layout, like } = map;
    const values = this.reals(constant, like);
    const missing = dims.length - constant.dims.length;
    const own = dims.map((_, axis) => constant.dims[axis - missing] ?? 1);
    const sides = [layout.height, layout.width, layout.channels];
    const needed = sides.filter((side) => isWhole || side.some((axis) => own[axis] !== 1)).flat();
    const target = dims.map((size, axis) => (needed.includes(axis) ? size : 1));
    const view = missing < 0 ? undefined : broadcast(rowMajor(constant.dims), target);
    if (!view) {
      const text = `combines ${dims.join('x')} with a constant of ${constant.dims.join('x')}`;
      throw like.view.isBatch && own[0] === dims[0] ? this.mixes(text) : this.fail(text);
    }
    const places = placesOf(view.first, loopsOf(view, layout));
    const data = Float32Array.from(places, (place) => values[place] as number);
    return { shape: shapeOf(target, layout), data };
  }

  /** A tensor whose values lie elsewhere: of a map only the view changes, of a constant the values move. */
  changed(value: Value, change: (view: View) => View | undefined, what: string): Value {
    if (value.kind === 'constant') {
      const view = change(rowMajor(value.dims));
      if (!view) throw this.fail(`cannot ${what} a tensor of ${value.dims.join('x')}`);
      const count = valuesIn(view.dims);
      if (count > mostValues || !this.parts.makesValues(count))
        throw this.fail(`makes ${count} values: too many`);
      return viewed(value, view);
    }
    const view = change(value.view);
    if (view) return { ...value, view };
    const plain = this.plain(value);
    const changed = change(plain.view);
    if (changed) return { ...plain, view: changed };
    throw this.mixes(`cannot ${what} a tensor of ${value.view.dims.join('x')}`);
  }

  /** The tensor in row-major order. */
  plain(value: MapValue): MapValue {
    const { dims, isBatch } = value.view;
    const own = dims.map((_, i) => i).slice(isBatch ? 1 : 0);
    const layout = { height: [], width: own.slice(0, -1), channels: own.slice(-1) };
    return this.result(this.stored(value, layout), dims, { layout, like: value });
  }

  /** An axis, counted from the end where it is negative. */
  axis(axis: number, rank: number, name = 'axis'): number {
    const counted = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(counted) && counted >= 0 && counted < Math.max(1, rank)) return counted;
    throw this.fail(`has ${name} ${axis}, and its tensor has ${rank} dimensions`);
  }
}

const words: Readonly<Record<Attribute['kind'], string>> = {
  integer: 'whole number',
  real: 'real number',
  text: 'text',
  integers: 'list of whole numbers',
  reals: 'list of real numbers',
  tensor: 'tensor',
  other: 'value that is known here',
};

/** What a node is called: its name, or that of its first output. */
export const labelOf = ({ name, outputs, type }: OnnxNode): string =>
  name === '' ? (outputs.find((output) => output !== '') ?? type) : name;

/** Place of a value in a constant: `[5,1,2,0]`. */
function placeText({ dims }: Constant, index: number): string {
  const place: number[] = [];
  let rest = index;
  for (const size of dims.toReversed()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${place.join(',')}]`;
}

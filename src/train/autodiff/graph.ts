// Builds an ONNX graph node by node. Shapes are static and known at once, so mistakes show while building.

import { assert, at } from '../../core/errors.ts';
import {
  type Attribute,
  type ElementType,
  type OnnxConstant,
  type OnnxNode,
  type OnnxValue,
  writeOnnx,
} from './onnx-writer.ts';

/** A tensor of the graph: what nodes take and give. */
export type Value = OnnxValue;

/** What else a node has than an operator, inputs and an output shape. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Type of the output. Default `'float32'`. */
  readonly type?: ElementType;
}

/** A graph under construction. */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: OnnxConstant[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  /** Constants by content, so that each is stored once. */
  readonly #known = new Map<string, Value>();
  #count = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** A tensor that is handed in at every run. */
  input(name: string, shape: readonly number[]): Value {
    const value: Value = { name, type: 'float32', shape };
    this.#inputs.push(value);
    return value;
  }

  /** Gives `value` back under `name` at every run. */
  output(name: string, value: Value): void {
    this.#nodes.push({
      operator: 'Identity',
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    });
    this.#outputs.push({ ...value, name });
  }

  /** The output, of the given shape, of a new node. */
  node(
    operator: string,
    inputs: readonly Value[],
    shape: readonly number[],
    options: NodeOptions = {},
  ): Value {
    assert(
      shape.every((size) => Number.isInteger(size) && size > 0),
      `${operator} gives shape ${shape.join('x')}`,
    );
    this.#count += 1;
    const value: Value = {
      name: `${operator}_${this.#count}`,
      type: options.type ?? 'float32',
      shape,
    };
    const names = inputs.map((input) => input.name);
    this.#nodes.push({
      operator,
      inputs: names,
      outputs: [value.name],
      attributes: options.attributes ?? {},
    });
    return value;
  }

  /** A constant number, shape () . */
  scalar(number: number): Value {
    return this.#constant(`scalar_${number}`, [], Float32Array.of(number));
  }

  /** A constant list of real numbers. */
  floats(list: readonly number[]): Value {
    return this.#constant(`floats_${list.join('_')}`, [list.length], Float32Array.from(list));
  }

  /** A constant list of integers, as shapes, axes and positions are given. */
  integers(list: readonly number[]): Value {
    return this.#constant(
      `integers_${list.join('_')}`,
      [list.length],
      BigInt64Array.from(list, BigInt),
    );
  }

  /** A list of real numbers, too long for {@link floats}. */
  array(name: string, data: Float32Array): Value {
    return this.#constant(name, [data.length], data);
  }

  /** The bytes of the `.onnx` file. */
  toBytes(): Uint8Array {
    return writeOnnx({
      name: this.#name,
      nodes: this.#nodes,
      constants: this.#constants,
      inputs: this.#inputs,
      outputs: this.#outputs,
    });
  }

  #constant(name: string, shape: readonly number[], data: Float32Array | BigInt64Array): Value {
    const known = this.#known.get(name);
    if (known) return known;
    const value: Value = { name, type: data instanceof Float32Array ? 'float32' : 'int64', shape };
    this.#constants.push({ name, shape, data });
    this.#known.set(name, value);
    return value;
  }
}

/** Stands for an optional input that is left out. */
export const absent: Value = { name: '', type: 'float32', shape: [] };

/** Number of elements of a shape. */
export const elements = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** Height, width and so on of an (N, C, H, W) tensor. */
export interface ImageShape {
  readonly images: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** The sizes of a tensor of order (N, C, H, W). */
export function imageShape(value: Value): ImageShape {
  const { shape } = value;
  assert(shape.length === 4, `${value.name} has ${shape.length} dimensions, not (N, C, H, W)`);
  return {
    images: at(shape, 0),
    channels: at(shape, 1),
    height: at(shape, 2),
    width: at(shape, 3),
  };
}

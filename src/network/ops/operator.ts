// What a network needs to know of an operator: everything that differs between a convolution and a pool is behind this.

import { assert } from '../../core/errors.ts';
import type { FloatMap, Shape } from '../../core/feature-map.ts';

/** Arrays of one node, by name: `weight`, `bias`, … */
export type NodeTensors = Readonly<Record<string, Float32Array>>;

/** One array that nodes of an operator have. */
export interface TensorSpec {
  readonly shape: readonly number[];
  /** False by default: a node without it is refused. */
  readonly isOptional?: boolean;
}

/** One node's attributes and arrays, as its forward pass reads them. */
export interface Operation<A> {
  readonly attributes: A;
  readonly tensors: NodeTensors;
}

/** A schema of zod's, without its name: the package's types do not need zod's. */
export interface AttributeSchema<A> {
  parse(value: unknown): A;
}

/** Attributes of an operator that has none. */
export type NoAttributes = Readonly<Record<string, never>>;

/** An operator of networks in real arithmetic. One file of this folder each, and one line of `index.ts`. */
export interface Operator<A = unknown> {
  /** What a network file may say of such a node. */
  readonly attributes: AttributeSchema<A>;
  /** Maps that a node reads: how many, or at least and at most so many. */
  readonly inputs: number | readonly [min: number, max: number];
  /**
   * The shape of its output.
   * @throws {CimError} (network) with `where`, when maps of these shapes do not fit
   */
  shape(attributes: A, inputs: readonly Shape[], where: readonly string[]): Shape;
  /** The arrays it has; none by default. */
  tensors?(attributes: A): Readonly<Record<string, TensorSpec>>;
  /**
   * What may not be in arrays that are finite and of the right length.
   * @throws {CimError} (network) with `where`
   */
  checkTensors?(operation: Operation<A>, where: readonly string[]): void;
  /** Multiplications of one image; 0 by default. */
  macs?(attributes: A, output: Shape): number;
  /** Its forward pass in real arithmetic; `output` has its shape, and zeros. */
  forward(operation: Operation<A>, inputs: readonly FloatMap[], output: FloatMap): void;
  /** Of an operator that changes each value on its own: how. The requantizer can then do it with a table. */
  activation?(attributes: A): (value: number) => number;
}

/** The array of a checked node that is not optional. */
export function tensorOf(tensors: NodeTensors, name: string): Float32Array {
  const tensor = tensors[name];
  assert(tensor !== undefined, `a checked node has its ${name}`);
  return tensor;
}

// The nodes of a network's graph. Their arrays are kept apart from them, so that a topology is a value of its own.

import { CimError } from '../core/errors.ts';
import type { Shape } from '../core/feature-map.ts';
import { countOf } from '../core/words.ts';
import { foldGraph, type NodeList, type Reader } from './fold.ts';
import * as operators from './ops/index.ts';
import type { NodeTensors, Operator } from './ops/operator.ts';

/** Name of an operator, as in network files. */
export type OperatorName = keyof typeof operators;

/** Attributes of an operator's nodes. */
export type AttributesOf<O extends OperatorName> =
  (typeof operators)[O] extends Operator<infer A> ? A : never;

/** A node of operator `O`; of any of them by default. */
export type GraphNode<O extends OperatorName = OperatorName> = {
  readonly [name in O]: Reader & { readonly op: name; readonly attributes: AttributesOf<name> };
}[O];

/** A network without its arrays. */
export interface Topology extends NodeList<GraphNode> {
  readonly input: Shape;
}

/** Arrays by name of their node. Nodes without arrays may be missing. */
export type Tensors = ReadonlyMap<string, NodeTensors>;

/** Name by which nodes read the network's input. */
export const imageName = 'image';

/** The names of all operators. */
export const operatorNames: readonly OperatorName[] = Object.keys(operators) as OperatorName[];

/** Every operator by name. */
const table: Readonly<Record<OperatorName, Operator>> = operators;

/** What is known of an operator. */
export const operatorOf = (op: OperatorName): Operator => table[op];

/**
 * The shape of every node's output, by name; the input under `'image'`.
 * @throws {CimError} (network) naming the node that has no input, or whose inputs do not have the shapes that it needs
 */
export const nodeShapes = (topology: Topology): ReadonlyMap<string, Shape> =>
  foldGraph(topology, new Map([[imageName, topology.input]]), (node, inputs) => {
    const operator = operatorOf(node.op);
    const where = [topology.name, node.name];
    const [min, max] =
      typeof operator.inputs === 'number' ? [operator.inputs, operator.inputs] : operator.inputs;
    if (inputs.length < min || inputs.length > max)
      throw new CimError('network', {
        what: `reads ${countOf(inputs.length, 'map')}, but ${node.op} reads ${min === max ? min : `${min} to ${max}`}`,
        where,
      });
    return operator.shape(node.attributes, inputs, where);
  });

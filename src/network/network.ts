// A network: the graph of its operators, and their arrays.

import { CimError } from '../core/errors.ts';
import { type Shape, shapeText } from '../core/feature-map.ts';
import { firstNotFinite } from '../core/finite.ts';
import { type GraphNode, nodeShapes, operatorOf, type Tensors, type Topology } from './graph.ts';
import type { NodeTensors } from './ops/operator.ts';

/** Who made the weights and how: shown in reports. */
export interface Origin {
  /** The command that made the weights. */
  readonly command: string;
  readonly seed: number;
  /** Hardware it ran on. */
  readonly hardware: string;
  /** Day, as `2026-11-24`. */
  readonly date: string;
  /** Share of the test images classified rightly, in real arithmetic; null for weights that were never trained. */
  readonly testAccuracy: number | null;
  /** Share of its weight groups that training made zero: what `mars run` prunes by default. 0 where it is missing. */
  readonly prunedGroups?: number | undefined;
}

/** Bits that a network was trained for. */
export interface Precision {
  /** Of its weights, 2 ... 8; single layers may have others. */
  readonly weightBits: number;
  /** Of the image and of stored activations, 1 ... 8; single layers may have others. */
  readonly activationBits: number;
}

/** How a layer's output is stored. */
export interface OutputScale {
  /** 1 ... 8. */
  readonly bits: number;
  /** Real value of one unit. */
  readonly scale: number;
}

/**
 * Integers that a layer was trained with: its weights are whole multiples of `weightScale`, its bias of `weightScale`
 * times the scale of its input. Compression takes these instead of choosing its own.
 */
export interface TrainedScales {
  /** 2 ... 8: weights are -(2^(bits-1) - 1) ... 2^(bits-1) - 1 units. */
  readonly weightBits: number;
  /** Real value of one unit of a weight. */
  readonly weightScale: number;
  /** Real value of one unit of the weights of each kernel, instead of `weightScale`. */
  readonly kernelScales?: readonly number[] | undefined;
  /** Its stored output; undefined in the last layer, whose sums are the network's output. */
  readonly output?: OutputScale | undefined;
}

/** What is said of a network whatever the form of its layers. */
export interface NetworkFacts {
  readonly name: string;
  /** Data set that it was trained on. */
  readonly dataset: string;
  readonly input: Shape;
  /** Number of classes: the outputs of the last layer. */
  readonly classes: number;
  /** Set when it was trained with quantization: then its layers have trained scales. */
  readonly precision?: Precision | undefined;
  readonly origin: Origin;
}

/** A trained CNN in real arithmetic. Its input is an 8-bit image; pixel p means p / 255. The last node is its output. */
export interface Network extends NetworkFacts, Topology {
  readonly name: string;
  readonly input: Shape;
  readonly nodes: readonly GraphNode[];
  /** Arrays of the nodes that have some, by name of the node. */
  readonly tensors: Tensors;
  /** By name of the node with the weights. */
  readonly scales?: ReadonlyMap<string, TrainedScales> | undefined;
}

/** Multiply-accumulates of one image, over all nodes with weights. */
export function networkMacs(topology: Topology): number {
  const shapes = nodeShapes(topology);
  let macs = 0;
  for (const { op, name, attributes } of topology.nodes) {
    const shape = shapes.get(name);
    if (shape) macs += operatorOf(op).macs?.(attributes, shape) ?? 0;
  }
  return macs;
}

/**
 * Checks that shapes fit, that every node has its arrays, of their length and with finite values only, and that the last
 * node gives one pixel with a value per class.
 * @throws {CimError} (network) naming the node and what is wrong with it
 */
export function checkNetwork(network: Network): void {
  const last = network.nodes.at(-1);
  if (!last) throw new CimError('network', { what: 'has no layers', where: network.name });
  const shapes = checkArrays(network);
  checkOutput(network, last.name, shapes.get(last.name));
}

/**
 * Checks all that {@link checkNetwork} does but the shape of the output, and gives the shapes of all nodes.
 * @throws {CimError} (network) naming the node and what is wrong with it
 */
export function checkArrays(network: Network): ReadonlyMap<string, Shape> {
  const shapes = nodeShapes(network);
  for (const node of network.nodes) checkTensors(network, node);
  for (const [name, { weightScale, kernelScales = [], output }] of network.scales ?? [])
    for (const scale of [weightScale, output?.scale ?? 1, ...kernelScales])
      if (!(scale > 0 && scale < Infinity))
        throw new CimError('network', {
          what: `was trained with a scale of ${scale}`,
          where: [network.name, name],
        });
  return shapes;
}

function checkOutput({ name, classes }: Network, last: string, output: Shape | undefined): void {
  if (output && output.height * output.width === 1 && output.channels === classes) return;
  throw new CimError('network', {
    what: `the output of its last layer is ${output ? shapeText(output) : 'nothing'}, not 1x1x${classes} for ${classes} classes`,
    where: [name, last],
  });
}

const noTensors: NodeTensors = {};

function checkTensors(network: Network, node: GraphNode): void {
  const where = [network.name, node.name];
  const operator = operatorOf(node.op);
  const tensors = network.tensors.get(node.name) ?? noTensors;
  const specs = operator.tensors?.(node.attributes) ?? {};
  const odd = Object.keys(tensors).find((part) => !Object.hasOwn(specs, part));
  if (odd !== undefined)
    throw new CimError('network', {
      what: `has an array "${odd}", but ${node.op} has none of that name`,
      where,
    });
  for (const [part, { shape, isOptional = false }] of Object.entries(specs)) {
    const array = tensors[part];
    if (array) checkValues(part, array, shape, where);
    else if (!isOptional) throw new CimError('network', { what: `has no array "${part}"`, where });
  }
  operator.checkTensors?.({ attributes: node.attributes, tensors }, where);
}

function checkValues(
  part: string,
  array: Float32Array,
  shape: readonly number[],
  where: readonly string[],
): void {
  const length = shape.reduce((product, size) => product * size, 1);
  if (array.length !== length)
    throw new CimError('network', {
      what: `its ${part} has ${array.length} values, but needs ${length}`,
      where,
    });
  const bad = firstNotFinite(array);
  if (bad >= 0) throw new CimError('network', { what: `${part}[${bad}] is ${array[bad]}`, where });
}

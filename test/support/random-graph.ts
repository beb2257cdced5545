// Random small graphs over everything that the chip runs: branches, joins, groups, activations wherever they stand.

import { at } from '../../src/core/errors.ts';
import { gaussian } from '../../src/core/random.ts';
import { symmetricWindow, type Window } from '../../src/core/window.ts';
import type { Shape } from '../../src/core/feature-map.ts';
import { type GraphNode, nodeShapes } from '../../src/network/graph.ts';
import type { Network } from '../../src/network/network.ts';
import type { NodeTensors } from '../../src/network/ops/operator.ts';
import { type Draw, drawFrom } from '../../src/measure/draw.ts';
import { fusedOf } from './small-networks.ts';

/** Values that nodes made so far, the last of which are read first. */
interface Growing {
  readonly draw: Draw;
  readonly nodes: GraphNode[];
  readonly tensors: Map<string, NodeTensors>;
  readonly shapes: Map<string, Shape>;
}

const activations: readonly (readonly [GraphNode['op'], object])[] = [
  ['relu', {}],
  ['relu', {}],
  ['clip', { min: 0, max: 0.5 }],
  ['clip', { min: -0.25, max: 1 }],
  ['leakyRelu', { alpha: 0.125 }],
  ['hardSwish', {}],
];

/** Graph number `seed`. */
export function randomGraph(seed: number): Network {
  const draw = drawFrom(seed);
  const input = { height: draw(3, 6), width: draw(3, 6), channels: draw(1, 5) };
  const growing: Growing = {
    draw,
    nodes: [],
    tensors: new Map(),
    shapes: new Map([['image', input]]),
  };
  let last = addConv(growing, 'image', seed);
  const steps = draw(2, 6);
  for (let step = 0; step < steps; step++) last = addStep(growing, last, seed * 100 + step);
  const ends = draw(0, 2);
  if (ends > 0) last = put(growing, 'averagePool', [last], {});
  if (ends < 2) {
    const shape = growing.shapes.get(last)!;
    const inputs = shape.height * shape.width * shape.channels;
    const classes = 3;
    const weight = normal(inputs * classes, Math.sqrt(2 / inputs), seed);
    last = put(growing, 'linear', [last], { inputs, outputs: classes, tensors: { weight } });
  }
  const { nodes, tensors, shapes } = growing;
  const classes = shapes.get(last)!.channels;
  const { layers: _, ...facts } = fusedOf(`graph ${seed}`, input, classes, []);
  return { ...facts, nodes, tensors };
}

function addStep(growing: Growing, last: string, seed: number): string {
  const { draw } = growing;
  const shape = growing.shapes.get(last)!;
  switch (draw(0, 9)) {
    case 0:
    case 1:
      return addConv(growing, last, seed);
    case 2:
      return addActivation(growing, last);
    case 3:
      return addNorm(growing, last, seed);
    case 4:
    case 5: {
      const count = draw(2, 3);
      const branches = Array.from({ length: count }, (_, i) => addBranch(growing, last, seed + i));
      return put(growing, 'concat', branches, { axis: 'channels' });
    }
    case 6: {
      const kernels = shape.channels;
      const branch = addConv(growing, last, seed, { kernels, isSame: true });
      return put(growing, 'add', draw(0, 1) === 0 ? [branch, last] : [last, branch], {});
    }
    case 7: {
      const window = symmetricWindow(2, 2, { stride: draw(1, 2) });
      if (shape.height < 2 || shape.width < 2) return addActivation(growing, last);
      return put(growing, draw(0, 1) === 0 ? 'maxPool' : 'averagePool', [last], { window });
    }
    case 8:
      return addOrder(growing, last);
    default:
      return put(growing, 'add', [last, addActivation(growing, last)], {});
  }
}

/** A map of the same pixels. */
function addBranch(growing: Growing, last: string, seed: number): string {
  switch (growing.draw(0, 4)) {
    case 0:
      return last;
    case 1:
      return put(growing, 'maxPool', [last], {
        window: symmetricWindow(3, 3, { padding: 1 }),
      });
    case 2:
      return addConv(growing, last, seed, { isSame: true });
    default:
      return put(growing, 'relu', [addConv(growing, last, seed, { isSame: true })], {});
  }
}

function addConv(
  growing: Growing,
  input: string,
  seed: number,
  {
    kernels: wanted,
    isSame = false,
  }: { readonly kernels?: number; readonly isSame?: boolean } = {},
): string {
  const { draw } = growing;
  const { channels, height, width } = growing.shapes.get(input)!;
  const isDepthwise = channels > 1 && draw(0, 2) === 0;
  const kernels = isDepthwise ? channels : (wanted ?? draw(1, 20));
  const groups = isDepthwise ? channels : 1;
  // Pads stand for code 0, which is no 0 in a map of signed values.
  const isPadded = isNeverNegative(growing, input) && draw(0, 1) === 0;
  const side = isPadded ? 3 : isSame ? 1 : draw(1, Math.min(2, height, width));
  const window: Window = symmetricWindow(side, side, { padding: isPadded ? 1 : 0 });
  const inputs = (channels / groups) * side * side;
  const tensors = {
    weight: normal(kernels * inputs, Math.sqrt(2 / inputs), seed),
    ...(draw(0, 1) === 0 ? { bias: normal(kernels, 0.2, seed + 7) } : {}),
  };
  const own = { channels, kernels, window, ...(groups > 1 ? { groups } : {}), tensors };
  const name = put(growing, 'conv', [input], own);
  return draw(0, 3) === 0 ? addNorm(growing, name, seed) : name;
}

function addNorm(growing: Growing, input: string, seed: number): string {
  const { channels } = growing.shapes.get(input)!;
  const near = (center: number, stream: number): Float32Array =>
    normal(channels, 0.2, seed + stream).map((value) => center + value);
  const arrays = { gamma: near(1, 11), beta: near(0, 12), mean: near(0, 13) };
  const variance = near(1, 14).map((value) => Math.abs(value) + 0.1);
  const tensors = { ...arrays, variance };
  return put(growing, 'batchNorm', [input], { channels, epsilon: 1e-5, tensors });
}

function addActivation(growing: Growing, input: string): string {
  const [op, attributes] = at(activations, growing.draw(0, activations.length - 1));
  return put(growing, op, [input], { ...attributes });
}

/** Channels backwards, as a shuffle leaves them. */
function addOrder(growing: Growing, input: string): string {
  const shape = growing.shapes.get(input)!;
  return put(growing, 'rearrange', [input], {
    shape,
    first: shape.channels - 1,
    loops: [
      { count: shape.height * shape.width, step: shape.channels },
      { count: shape.channels, step: -1 },
    ],
  });
}

function isNeverNegative({ nodes }: Growing, name: string): boolean {
  const node = nodes.find((one) => one.name === name);
  if (!node || node.op === 'relu') return true;
  if (node.op === 'clip') return (node.attributes.min ?? -1) >= 0;
  return false;
}

function put(
  growing: Growing,
  op: GraphNode['op'],
  inputs: readonly string[],
  { tensors, ...attributes }: { readonly tensors?: NodeTensors; readonly [name: string]: unknown },
): string {
  const name = `${op}${growing.nodes.length}`;
  const node = { op, name, inputs, attributes } as GraphNode;
  growing.nodes.push(node);
  if (tensors) growing.tensors.set(name, tensors);
  const input = growing.shapes.get('image')!;
  const shapes = nodeShapes({ name: 'growing', input, nodes: growing.nodes });
  growing.shapes.set(name, shapes.get(name)!);
  return name;
}

const normal = (count: number, deviation: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => deviation * gaussian(seed, 400, i));

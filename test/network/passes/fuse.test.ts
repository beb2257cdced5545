import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resnet18 } from '../../../src/network/builtin/resnet18.ts';
import { resnet20 } from '../../../src/network/builtin/resnet20.ts';
import { vgg16 } from '../../../src/network/builtin/vgg16.ts';
import { mnistCnn } from '../../../src/network/builtin/mnist-cnn.ts';
import { floatForward, toFloatMap } from '../../../src/network/float-forward.ts';
import type { GraphNode } from '../../../src/network/graph.ts';
import type { Network } from '../../../src/network/network.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';
import { spellOut } from '../../../src/network/passes/spell-out.ts';
import { symmetricWindow, tilingWindow } from '../../../src/core/window.ts';
import { caught } from '../../support/caught.ts';
import { holds } from '../../support/property.ts';
import {
  fusedOf,
  linear,
  noise,
  randomNetwork,
  tourNetwork,
} from '../../support/small-networks.ts';

type Place = readonly [name: string, ...inputs: string[]];

const conv = ([name, ...inputs]: Place, channels = 4, kernels = 4): GraphNode => ({
  op: 'conv',
  name,
  inputs,
  attributes: { channels, kernels, window: symmetricWindow(3, 3, { padding: 1 }) },
});
const norm = ([name, ...inputs]: Place): GraphNode => ({
  op: 'batchNorm',
  name,
  inputs,
  attributes: { channels: 4, epsilon: 1 },
});
const plain = (op: 'add' | 'relu' | 'averagePool', [name, ...inputs]: Place): GraphNode => ({
  op,
  name,
  inputs,
  attributes: {},
});
const add = (...place: Place): GraphNode => plain('add', place);
const relu = (...place: Place): GraphNode => plain('relu', place);
const pad = ([name, ...inputs]: Place, before: number, after: number): GraphNode => ({
  op: 'padChannels',
  name,
  inputs,
  attributes: { before, after },
});
const subsample = ([name, ...inputs]: Place, stride: number): GraphNode => ({
  op: 'subsample',
  name,
  inputs,
  attributes: { stride },
});
const pool = ([name, ...inputs]: Place): GraphNode => ({
  op: 'maxPool',
  name,
  inputs,
  attributes: { window: tilingWindow(2) },
});

/** The nodes with arrays of ones, an average pool and a linear layer behind `last`; 4x4x4 images, `channels` at the end. */
function network(nodes: readonly GraphNode[], last: string, channels = 4): Network {
  const end = fusedOf('n', { height: 1, width: 1, channels }, 2, [
    linear({ name: 'fc', input: 'image', inputs: channels, outputs: 2 }),
  ]);
  const { nodes: tail, tensors: tailTensors, ...facts } = spellOut(end);
  const tensors = new Map(tailTensors);
  for (const node of nodes) {
    if (node.op === 'conv') {
      const { kernels, channels: inputs } = node.attributes;
      tensors.set(node.name, { weight: new Float32Array(kernels * inputs * 9).fill(0.1) });
    }
    if (node.op === 'batchNorm') {
      const one = new Float32Array(4).fill(1);
      tensors.set(node.name, { gamma: one, beta: one, mean: one, variance: one });
    }
  }
  const [fc] = tail;
  return {
    ...facts,
    input: { height: 4, width: 4, channels: 4 },
    nodes: [...nodes, plain('averagePool', ['mean', last]), { ...fc!, inputs: ['mean'] }],
    tensors,
  };
}

/** Name, input and residual of each layer before the average pool. */
const outline = (net: Network): unknown[] =>
  fuse(net)
    .layers.slice(0, -2)
    .map((layer) => {
      const { name, input, kind } = layer;
      if (kind !== 'conv') return [name, input];
      const { residual, relu: hasRelu, batchNorm } = layer;
      const parts = `${batchNorm ? 'n' : ''}${residual ? 'a' : ''}${hasRelu ? 'r' : ''}`;
      return residual
        ? [name, input, parts, residual.input, residual.stride, residual.channelOffset]
        : [name, input, parts];
    });

describe('fuse', () => {
  it('makes one layer of a convolution, its batch norm, an addition and ReLU', () => {
    const net = network(
      [
        conv(['a', 'image']),
        relu('a.r', 'a'),
        conv(['b', 'a.r']),
        norm(['b.n', 'b']),
        add('s', 'b.n', 'a.r'),
        relu('out', 's'),
      ],
      'out',
    );

    expect(outline(net)).toEqual([
      ['a', 'image', 'r'],
      ['b', 'a', 'nar', 'a', 1, 0],
    ]);
  });

  it('fuses an addition whichever of its inputs is the sum', () => {
    const nodes = (first: string, second: string): GraphNode[] => [
      conv(['a', 'image']),
      relu('a.r', 'a'),
      conv(['b', 'a.r']),
      add('s', first, second),
    ];

    expect(outline(network(nodes('b', 'a.r'), 's'))).toEqual(
      outline(network(nodes('a.r', 'b'), 's')),
    );
  });

  it('gives an addition of two sums to the later one, and stores the other', () => {
    const nodes = [conv(['a', 'image']), conv(['b', 'image']), add('s', 'b', 'a')];

    expect(outline(network(nodes, 's'))).toEqual([
      ['a', 'image', ''],
      ['b', 'image', 'a', 'a', 1, 0],
    ]);
  });

  it('gives it to the earlier one where others read the later, and runs that layer behind it', () => {
    const nodes = [
      conv(['a', 'image']),
      conv(['b', 'image']),
      relu('b.r', 'b'),
      add('s', 'a', 'b.r'),
    ];

    expect(outline(network(nodes, 's'))).toEqual([
      ['b', 'image', 'r'],
      ['a', 'image', 'a', 'b', 1, 0],
    ]);
  });

  it('lets others read the map that is added', () => {
    const nodes = [
      conv(['a', 'image']),
      relu('a.r', 'a'),
      conv(['b', 'a.r']),
      add('s', 'b', 'a.r'),
      relu('s.r', 's'),
      conv(['c', 's.r']),
      add('t', 'c', 'a.r'),
    ];

    expect(outline(network(nodes, 't'))).toEqual([
      ['a', 'image', 'r'],
      ['b', 'a', 'ar', 'a', 1, 0],
      ['c', 'b', 'a', 'a', 1, 0],
    ]);
  });

  it('makes stride and channel offset of a shortcut that leaves out pixels and adds channels, in any order', () => {
    const wide = conv(['b', 'image'], 4, 11);
    const half: GraphNode = {
      ...wide,
      attributes: { channels: 4, kernels: 11, window: symmetricWindow(1, 1, { stride: 4 }) },
    } as GraphNode;
    const shortcuts = [
      [
        subsample(['x', 'image'], 2),
        pad(['y', 'x'], 3, 1),
        subsample(['z', 'y'], 2),
        pad(['w', 'z'], 1, 2),
      ],
      [pad(['y', 'image'], 4, 3), subsample(['w', 'y'], 4)],
    ];

    for (const shortcut of shortcuts) {
      const net = network([half, ...shortcut, add('s', 'b', 'w')], 's', 11);
      const tensors = new Map(net.tensors).set('b', { weight: new Float32Array(44).fill(0.1) });
      expect(outline({ ...net, tensors })).toEqual([['b', 'image', 'a', 'image', 4, 4]]);
    }
  });

  it.each<[string, GraphNode[]]>([
    [
      'an addition of two stored maps',
      [
        conv(['a', 'image']),
        relu('a.r', 'a'),
        conv(['b', 'image']),
        relu('b.r', 'b'),
        add('s', 'a.r', 'b.r'),
      ],
    ],
    [
      'an addition to a sum that others read',
      [conv(['a', 'image']), conv(['c', 'a']), relu('c.r', 'c'), add('s', 'a', 'image')],
    ],
    [
      'a second addition to the same sum',
      [conv(['a', 'image']), add('s', 'a', 'image'), add('t', 's', 'image')],
    ],
    ['an addition of a sum to itself', [conv(['a', 'image']), add('s', 'a', 'a')]],
    ['ReLU of a pool', [conv(['a', 'image']), pool(['p', 'a']), relu('r', 'p')]],
    [
      'ReLU of a sum that is added as well',
      [conv(['a', 'image']), relu('r', 'a'), conv(['b', 'r']), add('s', 'b', 'a')],
    ],
    ['batch norm behind ReLU', [conv(['a', 'image']), relu('r', 'a'), norm(['n', 'r'])]],
    [
      'batch norm behind an addition',
      [conv(['a', 'image']), add('s', 'a', 'image'), norm(['n', 's'])],
    ],
  ])('runs %s by convolutions that pass values on', (_, nodes) => {
    const net = network(nodes, nodes.at(-1)!.name);
    const image = toFloatMap(noise(net.input, 1));
    const expected = floatForward(net, image);
    const actual = floatForward(spellOut(fuse(net)), image);

    expect(fuse(net).layers.length).toBeGreaterThan(2);
    expected.forEach((value, i) => expect(actual[i]! / value).toBeCloseTo(1, 4));
  });

  it.each<[string, GraphNode[], string, string]>([
    [
      'a convolution of a shortcut',
      [subsample(['x', 'image'], 2), conv(['a', 'x'])],
      'a',
      'reads "x", a map with pixels left out or channels of zeros, which is never stored',
    ],
    [
      'a pool of a shortcut',
      [pad(['x', 'image'], 0, 0), pool(['a', 'x'])],
      'a',
      'reads "x", a map with pixels left out',
    ],
  ])('refuses %s, naming the node', (_, nodes, name, says) => {
    const error = caught(() => fuse(network(nodes, nodes.at(-1)!.name)));

    expect(error).toMatchObject({ kind: 'network', where: ['n', name] });
    expect(error.what).toContain(says);
    expect(error.todo).toBeDefined();
  });

  it('refuses a network that ends with a shortcut', () => {
    const net = network([conv(['a', 'image'])], 'a');
    const end = subsample(['end', 'fc'], 1);

    const error = caught(() => fuse({ ...net, nodes: [...net.nodes, end] }));

    expect(error).toMatchObject({ kind: 'network', where: ['n', 'end'] });
  });
});

describe('spellOut', () => {
  it.each([vgg16, resnet18, resnet20])('gives back the nodes of %o', (build) => {
    const network = build({ width: 2 });

    expect(spellOut(fuse(network))).toEqual(network);
  });

  it('gives back the nodes of mnist-cnn', () => {
    expect(spellOut(fuse(mnistCnn()))).toEqual(mnistCnn());
  });

  it('is undone by fuse, whatever the layers', () => {
    holds(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const fused = fuse(randomNetwork(seed));

        expect(fuse(spellOut(fused))).toStrictEqual(fused);
      }),
      50,
    );
  });

  it('names nodes apart where a layer has the name that one would get', () => {
    const fused = fuse(tourNetwork());
    const odd = { main: 'stem.relu', skip: 'stem.bn', join: "stem.relu'" };
    const named = (name: string): string => odd[name as keyof typeof odd] ?? name;
    const layers = fused.layers.map((layer) => ({
      ...layer,
      name: named(layer.name),
      input: named(layer.input),
      ...('residual' in layer && layer.residual
        ? { residual: { ...layer.residual, input: named(layer.residual.input) } }
        : {}),
    }));

    const graph = spellOut({ ...fused, layers });

    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(graph.nodes.length);
    expect(fuse(graph).layers).toEqual(layers);
    const images = toFloatMap(noise(fused.input, 2));
    expect(floatForward(graph, images)).toEqual(floatForward(spellOut(fused), images));
  });
});

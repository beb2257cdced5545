import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { readNetworkFile, writeNetworkFile } from '../../src/network/io/network-file.ts';
import {
  readTensorFile,
  type TensorFile,
  writeTensorFile,
} from '../../src/network/io/safetensors.ts';
import { caught } from '../support/caught.ts';
import { holds } from '../support/property.ts';
import {
  conv,
  linear,
  networkOf,
  randomNetwork,
  tourNetwork,
  windowNetwork,
  withLayers,
} from '../support/small-networks.ts';
import { root } from '../support/mars.ts';
import { fitsVersion1, writeVersion1 } from '../support/version-1.ts';
import { compress } from '../../src/compress/compress.ts';

const key = 'mars-cim-network';

/** The file of a network after something was done to its tensors or its description. */
function damaged(
  network: Network,
  damage: (file: {
    tensors: Map<string, TensorFile['tensors'] extends ReadonlyMap<string, infer T> ? T : never>;
    description: Record<string, unknown>;
  }) => void,
): Uint8Array {
  const file = readTensorFile(writeNetworkFile(network), 'whole');
  const parts = {
    tensors: new Map(file.tensors),
    description: JSON.parse(file.metadata[key]!) as Record<string, unknown>,
  };
  damage(parts);
  return writeTensorFile({
    metadata: { [key]: JSON.stringify(parts.description) },
    tensors: parts.tensors,
  });
}

/** A node of a description. */
const nodeOf = (
  description: Record<string, unknown>,
  name: string,
): { inputs: string[]; attributes: Record<string, unknown> } =>
  (
    description['nodes'] as {
      name: string;
      inputs: string[];
      attributes: Record<string, unknown>;
    }[]
  ).find((node) => node.name === name)!;

/** The tour with scales for every layer. */
function trainedTour(): Network {
  const scales = { weightBits: 4, weightScale: 1 / 3, output: { bits: 3, scale: 0.1 + 0.2 } };
  const trained = withLayers(tourNetwork(), (layers) =>
    layers.map((layer) =>
      layer.kind === 'conv'
        ? { ...layer, scales }
        : layer.kind === 'linear'
          ? { ...layer, scales: { weightBits: 8, weightScale: 1e-9 } }
          : layer,
    ),
  );
  return { ...trained, precision: { weightBits: 4, activationBits: 3 } };
}

/** A network whose weights are whole numbers of odd units, those of its last layer by kernel. */
function onUnits(): Network {
  const first = conv({ name: 'first', input: 'image', channels: 2, kernels: 4, bias: true });
  const second = linear({ name: 'second', input: 'first', inputs: 64, outputs: 3 });
  const weightScale = 0.0346334;
  const kernelScales = [0.1, 1 / 3, Math.fround(0.7)];
  const codes = (count: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => ((i * 37) % 15) - 7);
  const shape = { height: 4, width: 4, channels: 2 };
  return networkOf('units', shape, 3, [
    {
      ...first,
      weights: codes(first.weights.length).map((code) => code * weightScale + 0),
      scales: { weightBits: 4, weightScale, output: { bits: 4, scale: 0.5 } },
    },
    {
      ...second,
      weights: codes(64 * 3).map((code, i) => code * kernelScales[Math.floor(i / 64)]! + 0),
      scales: { weightBits: 4, weightScale: 0.7, kernelScales },
    },
  ]);
}

describe('writeNetworkFile and readNetworkFile', () => {
  it('give back an equal network with every kind of layer', () => {
    const network = tourNetwork();

    expect(readNetworkFile(writeNetworkFile(network), 'a')).toStrictEqual(network);
  });

  it('give back the scales that a network was trained with', () => {
    const trained = trainedTour();

    expect(readNetworkFile(writeNetworkFile(trained), 'test')).toEqual(trained);
  });

  it('give back any network', () => {
    holds(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const network = randomNetwork(seed);

        expect(readNetworkFile(writeNetworkFile(network), 'a')).toStrictEqual(network);
      }),
      50,
    );
  });

  it('give back names in any script, and odd numbers', () => {
    const network = {
      ...networkOf('séismes 地震', { height: 1, width: 1, channels: 2 }, 2, [
        linear({ name: 'слой', input: 'image', inputs: 2, outputs: 2 }),
      ]),
      origin: { command: '"a"\n', seed: 2 ** 40, hardware: '🌋', date: '', testAccuracy: 1 / 3 },
    };

    expect(readNetworkFile(writeNetworkFile(network), 'a')).toStrictEqual(network);
  });

  it('store weights as bytes where training settled their units, and give back the same bits', () => {
    const network = onUnits();
    const written = writeNetworkFile(network);

    const { tensors } = readTensorFile(written, 'a');
    expect(tensors.get('first.weight')?.data).toBeInstanceOf(Int8Array);
    expect(tensors.get('second.weight')?.data).toBeInstanceOf(Int8Array);
    expect(tensors.get('first.bias')?.data).toBeInstanceOf(Float32Array);
    expect(readNetworkFile(written, 'a')).toStrictEqual(network);
  });

  it('store weights as floats where one of them is no whole number of units', () => {
    const network = onUnits();
    network.tensors.get('first')!['weight']![5]! += 1e-7;
    const written = writeNetworkFile(network);

    expect(readTensorFile(written, 'a').tensors.get('first.weight')?.data).toBeInstanceOf(
      Float32Array,
    );
    expect(readNetworkFile(written, 'a')).toStrictEqual(network);
  });

  it('give back the files of the trained networks that have units, weights of a byte each', () => {
    for (const name of ['resnet20-4b', 'vgg16-w0.25-4b', 'vgg16-w0.25-d0.1-4b']) {
      const bytes = readFileSync(join(root, `models/${name}.safetensors`));
      const network = readNetworkFile(bytes, name);

      const types = [...readTensorFile(bytes, name).tensors].filter(([key]) =>
        key.endsWith('.weight'),
      );
      expect(types.every(([, { data }]) => data instanceof Int8Array)).toBe(true);
      expect(Buffer.from(writeNetworkFile(network)).equals(bytes)).toBe(true);
    }
  });

  it('give the same bytes for the same network', () => {
    expect(writeNetworkFile(tourNetwork())).toEqual(writeNetworkFile(tourNetwork()));
  });
});

describe('readNetworkFile', () => {
  const network = tourNetwork();

  it.each([
    ['that is missing', 'stem.weight'],
    ['of batch norm that is missing', 'stem.bn.variance'],
  ])('names a tensor %s', (_, name) => {
    const bytes = damaged(network, ({ tensors }) => tensors.delete(name));

    const error = caught(() => readNetworkFile(bytes, 'tour.safetensors'));

    const node = name.slice(0, name.lastIndexOf('.'));
    expect(error).toMatchObject({ kind: 'input', where: ['tour.safetensors', node] });
    expect(error.message).toContain(name);
  });

  it.each([NaN, Infinity, -Infinity])(
    'refuses %d among the weights, naming network and layer',
    (bad) => {
      const bytes = damaged(network, ({ tensors }) => {
        (tensors.get('half.weight')!.data as Float32Array)[7] = bad;
      });

      const error = caught(() => readNetworkFile(bytes, 'a'));

      expect(error).toMatchObject({ kind: 'network', where: ['tour', 'half'] });
      expect(error.what).toBe(`weight[7] is ${bad}`);
    },
  );

  it('refuses weights of another size', () => {
    const bytes = damaged(network, ({ tensors }) =>
      tensors.set('fc.weight', { shape: [5, 21], data: new Float32Array(105) }),
    );

    expect(caught(() => readNetworkFile(bytes, 'a'))).toMatchObject({
      kind: 'input',
      what: 'tensor fc.weight is 5x21, its layer needs 5x20',
      where: ['a', 'fc'],
    });
  });

  it.each<[string, Parameters<typeof damaged>[1], string]>([
    [
      'a tensor that no layer reads',
      ({ tensors }) => tensors.set('half.wieght', { shape: [1], data: new Float32Array(1) }),
      'tensor half.wieght belongs to no layer',
    ],
    [
      'a batch norm whose description is misspelt',
      ({ description }) => {
        const norm = nodeOf(description, 'stem.bn').attributes;
        norm['epsilom'] = norm['epsilon'];
        delete norm['epsilon'];
      },
      'a > stem.bn: its network description is not valid: attributes has no field "epsilom"; did you mean "epsilon"?',
    ],
    [
      'a bias of another shape',
      ({ tensors }) => tensors.set('fc.bias', { shape: [5, 1], data: new Float32Array(5) }),
      'tensor fc.bias is 5x1, its layer needs 5',
    ],
  ])('refuses %s', (_, change, says) => {
    const bytes = damaged(network, change);

    expect(caught(() => readNetworkFile(bytes, 'a')).message).toContain(says);
  });

  it('refuses weights of the right size in another shape', () => {
    const bytes = damaged(network, ({ tensors }) => {
      const { data } = tensors.get('fc.weight')!;
      tensors.set('fc.weight', { shape: [20, 5], data });
    });

    expect(caught(() => readNetworkFile(bytes, 'a')).message).toContain('fc');
  });

  it('reads weights in floats of a network with units, as files had them before', () => {
    const network = onUnits();
    const bytes = damaged(network, ({ tensors }) => {
      for (const [node, { weight }] of network.tensors) {
        const name = `${node}.weight`;
        tensors.set(name, { ...tensors.get(name)!, data: weight! });
      }
    });

    expect(bytes.length).toBeGreaterThan(writeNetworkFile(network).length);
    expect(readNetworkFile(bytes, 'a')).toStrictEqual(network);
  });

  it('refuses whole numbers whose unit nothing says', () => {
    const ofWeights = damaged(onUnits(), ({ description }) => delete description['scales']);
    const ofBias = damaged(onUnits(), ({ tensors }) =>
      tensors.set('second.bias', { shape: [3], data: new Int8Array(3) }),
    );
    const ofKernels = damaged(onUnits(), ({ description }) => {
      const scales = description['scales'] as Record<string, { kernelScales: number[] }>;
      scales['second']!.kernelScales.pop();
    });

    expect(caught(() => readNetworkFile(ofWeights, 'a')).message).toBe(
      'a > first: tensor first.weight is I8, and no scales say what one unit of it is',
    );
    expect(caught(() => readNetworkFile(ofBias, 'a')).message).toBe(
      'a > second: tensor second.bias is I8, and no scales say what one unit of it is',
    );
    expect(caught(() => readNetworkFile(ofKernels, 'a')).message).toBe(
      'a > second: tensor second.weight is I8, with 3 kernels and scales of 2',
    );
  });

  it('refuses a tensor file without a description', () => {
    const bytes = writeTensorFile({ metadata: {}, tensors: new Map() });

    expect(caught(() => readNetworkFile(bytes, 'a')).message).toContain(key);
  });

  it('refuses a description that is not JSON', () => {
    const bytes = writeTensorFile({ metadata: { [key]: '{' }, tensors: new Map() });

    expect(caught(() => readNetworkFile(bytes, 'a'))).toMatchObject({
      kind: 'input',
      where: ['a'],
    });
  });

  it.each([
    ['another version', 'version', 3],
    ['no nodes', 'nodes', []],
    ['no classes', 'classes', 0],
    ['half a class', 'classes', 1.5],
    ['a negative size', 'input', { height: -9, width: 8, channels: 3 }],
    ['a huge size', 'input', { height: 1e9, width: 8, channels: 3 }],
    ['an unknown operator', 'nodes', [{ op: 'lstm', name: '', inputs: ['image'], attributes: {} }]],
    ['an accuracy of 120 %', 'origin', { ...network.origin, testAccuracy: 1.2 }],
  ])('refuses a description with %s, naming the field', (_, field, value) => {
    const bytes = damaged(network, ({ description }) => {
      description[field] = value;
    });

    const error = caught(() => readNetworkFile(bytes, 'a'));

    expect(error.kind).toBe('input');
    expect(error.message).toContain(`: ${field}`);
  });

  it('gives back every kind of window', () => {
    const written = windowNetwork();

    expect(readNetworkFile(writeNetworkFile(written), 'a')).toStrictEqual(written);
  });

  it('names the node with a stride of zero', () => {
    const bytes = damaged(network, ({ description }) => {
      (nodeOf(description, 'half').attributes['window'] as { strides: number[] }).strides[1] = 0;
    });

    expect(caught(() => readNetworkFile(bytes, 'a')).message).toBe(
      'a > half: its network description is not valid: attributes.window.strides.1 must be above 0 and at most 65536, not 0',
    );
  });

  it('refuses layers that do not fit together', () => {
    const bytes = damaged(
      networkOf('chain', { height: 4, width: 4, channels: 2 }, 3, [
        conv({ name: 'one', input: 'image', channels: 2, kernels: 4 }),
        linear({ name: 'two', input: 'one', inputs: 64, outputs: 3 }),
      ]),
      ({ description }) => {
        nodeOf(description, 'two').inputs = ['image'];
      },
    );

    expect(caught(() => readNetworkFile(bytes, 'a'))).toMatchObject({
      kind: 'network',
      where: ['chain', 'two'],
    });
  });
});

describe('files of version 1', () => {
  it('hold the networks that they held', () => {
    holds(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const network = randomNetwork(seed);
        fc.pre(fitsVersion1(network));

        expect(readNetworkFile(writeVersion1(network), 'a')).toStrictEqual(network);
      }),
      50,
    );
  });

  it('hold the scales that a network was trained with', () => {
    const network = trainedTour();

    expect(readNetworkFile(writeVersion1(network), 'a')).toEqual(network);
  });

  it('give the same integers as the file of version 2 that is written of them', () => {
    const bytes = readFileSync(join(root, 'models/mnist-cnn.safetensors'));
    expect(bytes.toString('latin1')).toContain('\\"version\\":1');
    const old = readNetworkFile(bytes, 'mnist-cnn');

    const written = writeNetworkFile(old);

    expect(Buffer.from(written).toString('latin1')).toContain('\\"version\\":2');
    expect(compress(readNetworkFile(written, 'again'))).toEqual(compress(old));
  });

  it('name the layer that is wrong', () => {
    const file = readTensorFile(writeVersion1(tourNetwork()), 'a');
    const changed = (change: (layers: Record<string, unknown>[]) => void): Uint8Array => {
      const description = JSON.parse(file.metadata[key]!) as { layers: Record<string, unknown>[] };
      change(description.layers);
      return writeTensorFile({ ...file, metadata: { [key]: JSON.stringify(description) } });
    };
    const errorOf = (change: (layers: Record<string, unknown>[]) => void): string =>
      caught(() => readNetworkFile(changed(change), 'a')).message;

    expect(errorOf((layers) => (layers[1]!['stride'] = 0))).toBe(
      'a > half: its network description is not valid: stride must be above 0 and at most 65536, not 0',
    );
    expect(errorOf((layers) => (layers[1]!['kernels'] = 25))).toBe(
      'a > half: tensor half.bias is 24, its layer needs 25',
    );
    expect(
      errorOf(
        (layers) => (layers[1]!['residual'] = { input: 'stem', stride: 1, channelOffset: 3 }),
      ),
    ).toBe('tour > half: adds stem of 9x8x18 at stride 1 to 5x4x24');
  });
});

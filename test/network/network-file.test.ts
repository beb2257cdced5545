import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onePixel } from '../../src/core/window.ts';
import type { Network } from '../../src/network/network.ts';
import { readNetworkFile, writeNetworkFile } from '../../src/network/network-file.ts';
import { readTensorFile, type TensorFile, writeTensorFile } from '../../src/network/safetensors.ts';
import { caught } from '../support/caught.ts';
import { holds } from '../support/property.ts';
import {
  conv,
  linear,
  networkOf,
  randomNetwork,
  tourNetwork,
  windowNetwork,
} from '../support/small-networks.ts';

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

describe('writeNetworkFile and readNetworkFile', () => {
  it('give back an equal network with every kind of layer', () => {
    const network = tourNetwork();

    expect(readNetworkFile(writeNetworkFile(network), 'a')).toStrictEqual(network);
  });

  it('give back the scales that a network was trained with', () => {
    const network = tourNetwork();
    const scales = { weightBits: 4, weightScale: 1 / 3, output: { bits: 3, scale: 0.1 + 0.2 } };
    const layers = network.layers.map((layer) =>
      layer.kind === 'conv'
        ? { ...layer, scales }
        : layer.kind === 'linear'
          ? { ...layer, scales: { weightBits: 8, weightScale: 1e-9 } }
          : layer,
    );
    const trained = { ...network, layers, precision: { weightBits: 4, activationBits: 3 } };

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

    expect(error).toMatchObject({ kind: 'input', where: ['tour.safetensors'] });
    expect(error.message).toContain(name);
  });

  it.each([NaN, Infinity, -Infinity])(
    'refuses %d among the weights, naming network and layer',
    (bad) => {
      const bytes = damaged(network, ({ tensors }) => {
        tensors.get('half.weight')!.data[7] = bad;
      });

      const error = caught(() => readNetworkFile(bytes, 'a'));

      expect(error).toMatchObject({ kind: 'network', where: ['tour', 'half'] });
      expect(error.what).toBe(`weights[7] is ${bad}`);
    },
  );

  it('refuses weights of another size', () => {
    const bytes = damaged(network, ({ tensors }) =>
      tensors.set('fc.weight', { shape: [5, 21], data: new Float32Array(105) }),
    );

    expect(caught(() => readNetworkFile(bytes, 'a'))).toMatchObject({
      kind: 'input',
      what: 'tensor fc.weight is 5x21, its layer needs 5x20',
      where: ['a'],
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
        const [stem] = description['layers'] as Record<string, unknown>[];
        stem!['epsilom'] = stem!['epsilon'];
        delete stem!['epsilon'];
      },
      'has no field "epsilom"; did you mean "epsilon"?',
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
    ['another version', 'version', 2],
    ['no layers', 'layers', []],
    ['no classes', 'classes', 0],
    ['half a class', 'classes', 1.5],
    ['a negative size', 'input', { height: -9, width: 8, channels: 3 }],
    ['a huge size', 'input', { height: 1e9, width: 8, channels: 3 }],
    ['an unknown kind of layer', 'layers', [{ kind: 'lstm', name: 'a', input: 'image' }]],
    ['an accuracy of 120 %', 'origin', { ...network.origin, testAccuracy: 1.2 }],
  ])('refuses a description with %s, naming the field', (_, field, value) => {
    const bytes = damaged(network, ({ description }) => {
      description[field] = value;
    });

    const error = caught(() => readNetworkFile(bytes, 'a'));

    expect(error.kind).toBe('input');
    expect(error.message).toContain(`: ${field}`);
  });

  it('writes windows as version 1 did where that says all about them, and else whole', () => {
    const layersOf = (written: Network): readonly Record<string, unknown>[] => {
      const { metadata } = readTensorFile(writeNetworkFile(written), 'a');
      return (JSON.parse(metadata[key]!) as { layers: Record<string, unknown>[] }).layers;
    };
    const [stem, , pool] = layersOf(tourNetwork());
    const [shifted, overlapping, , mean] = layersOf(windowNetwork());

    expect(stem).toMatchObject({ kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 1 });
    expect(stem).not.toHaveProperty('window');
    expect(pool).toEqual({ kind: 'maxPool', name: 'pool', input: 'half', size: 2 });
    expect(shifted).toMatchObject({ window: { pads: [0, 3, 2, 1], dilations: [2, 1] } });
    expect(shifted).not.toHaveProperty('stride');
    expect(overlapping).toMatchObject({ window: { strides: [2, 2], pads: [1, 1, 1, 1] } });
    expect(mean).toMatchObject({ kind: 'averagePool', window: { height: 3, width: 2 } });
  });

  it('gives back every kind of window', () => {
    const written = windowNetwork();

    expect(readNetworkFile(writeNetworkFile(written), 'a')).toStrictEqual(written);
  });

  it.each<[string, (layer: Record<string, unknown>) => void, string]>([
    ['a missing stride', (layer) => delete layer['stride'], 'layers.0.stride is missing'],
    [
      'two forms of one window',
      (layer) => (layer['window'] = onePixel),
      'layers.0 has no field "kernelHeight"',
    ],
    [
      'a dilation of zero',
      (layer) => {
        for (const field of ['kernelHeight', 'kernelWidth', 'stride', 'padding'])
          delete layer[field];
        layer['window'] = { ...onePixel, dilations: [0, 1] };
      },
      'layers.0.window.dilations.0 must be above 0 and at most 65536, not 0',
    ],
  ])('refuses %s, naming the field', (_, damage, message) => {
    const bytes = damaged(network, ({ description }) => {
      damage((description['layers'] as Record<string, unknown>[])[0]!);
    });

    expect(caught(() => readNetworkFile(bytes, 'a')).message).toContain(message);
  });

  it('refuses a stride of zero', () => {
    const bytes = damaged(network, ({ description }) => {
      (description['layers'] as { stride: number }[])[0]!.stride = 0;
    });

    expect(caught(() => readNetworkFile(bytes, 'a')).message).toContain('layers.0.stride');
  });

  it('refuses layers that do not fit together', () => {
    const bytes = damaged(
      networkOf('chain', { height: 4, width: 4, channels: 2 }, 3, [
        conv({ name: 'one', input: 'image', channels: 2, kernels: 4 }),
        linear({ name: 'two', input: 'one', inputs: 64, outputs: 3 }),
      ]),
      ({ description }) => {
        (description['layers'] as { input: string }[])[1]!.input = 'image';
      },
    );

    expect(caught(() => readNetworkFile(bytes, 'a'))).toMatchObject({
      kind: 'network',
      where: ['chain', 'two'],
    });
  });
});

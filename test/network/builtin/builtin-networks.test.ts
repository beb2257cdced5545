import { describe, expect, it } from 'vitest';
import { symmetricWindow, tileSizeOf } from '../../../src/core/window.ts';
import { builtinNetworks } from '../../../src/network/builtin/builtin-networks.ts';
import { resnet18 } from '../../../src/network/builtin/resnet18.ts';
import { resnet20 } from '../../../src/network/builtin/resnet20.ts';
import { vgg16 } from '../../../src/network/builtin/vgg16.ts';
import { type ConvLayer, hasWeights } from '../../../src/network/layer.ts';
import { checkNetwork, layerShapes, type Network } from '../../../src/network/network.ts';
import { readNetworkFile, writeNetworkFile } from '../../../src/network/network-file.ts';
import { caught } from '../../support/caught.ts';

const convs = (network: Network): ReadonlyMap<string, ConvLayer> =>
  new Map(
    network.layers.flatMap((layer) =>
      layer.kind === 'conv' ? [[layer.name, layer] as const] : [],
    ),
  );

describe.each([vgg16, resnet18, resnet20])('%o', (build) => {
  it('starts with weights of variance 2 / inputs', () => {
    for (const layer of build({ width: 16 }).layers.filter(hasWeights)) {
      const { weights } = layer;
      const inputs = weights.length / (layer.kind === 'conv' ? layer.kernels : layer.outputs);
      const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0) / weights.length;

      // The mean square of n normal draws has relative deviation sqrt(2 / n): five of them.
      expect(Math.abs((squares * inputs) / 2 - 1), layer.name).toBeLessThan(
        5 * Math.sqrt(2 / weights.length),
      );
    }
  });

  it('depends on the seed alone', () => {
    const layers = build({ width: 4, seed: 1 }).layers;

    expect(build({ width: 4 }).layers).toEqual(layers);
    const other = build({ width: 4, seed: 2 }).layers.filter(hasWeights);
    layers.filter(hasWeights).forEach((layer, i) => {
      expect(other[i]!.weights).not.toEqual(layer.weights);
    });
  });

  it('has neutral batch norm in every convolution', () => {
    for (const { kernels, batchNorm } of convs(build({ width: 4 })).values())
      expect(batchNorm).toEqual({
        gamma: new Float32Array(kernels).fill(1),
        beta: new Float32Array(kernels),
        mean: new Float32Array(kernels),
        variance: new Float32Array(kernels).fill(1),
        epsilon: 1e-5,
      });
  });

  it('says that it was never trained', () => {
    const { origin } = build({ width: 4, seed: 7 });

    expect(origin).toMatchObject({ seed: 7, date: 'not trained', testAccuracy: null });
  });

  it.each([
    { classes: 10, dataset: 'cifar10', ending: /\d$/ },
    { classes: 100, dataset: 'cifar100', ending: /-cifar100$/ },
    { classes: 7, dataset: 'none', ending: /\d$/ },
  ])('takes $classes classes', ({ classes, dataset, ending }) => {
    const network = build({ classes, width: 2 });

    checkNetwork(network);
    expect(network.name).toMatch(ending);
    expect(network).toMatchObject({ classes, dataset });
    expect(layerShapes(network).get('fc')).toEqual({ height: 1, width: 1, channels: classes });
  });

  it('fits together for images of 224x224, under another name', () => {
    const network = build({ side: 224, width: 2, classes: 1000 });

    checkNetwork(network);
    expect(network.name).toMatch(/-224$/);
    expect(network).toMatchObject({ dataset: 'none', input: { height: 224, width: 224 } });
    expect(network.origin.command).toContain('side: 224');
    expect(layerShapes(network).get('fc')).toEqual({ height: 1, width: 1, channels: 1000 });
  });

  it.each([1, 3, 10])('fits together at width %i', (width) => {
    const network = build({ width });

    expect(() => checkNetwork(network)).not.toThrow();
    expect(network.layers.find(hasWeights)).toMatchObject({ channels: 3, kernels: width });
  });

  it.each([
    ['classes', 0],
    ['classes', 2.5],
    ['seed', -1],
    ['seed', NaN],
    ['width', 0],
    ['width', 1e9],
    ['side', 0],
    ['side', 100],
    ['side', NaN],
    ['side', 2048],
  ])('refuses %s = %d by name', (option, value) => {
    expect(caught(() => build({ [option]: value }))).toMatchObject({
      kind: 'network',
      where: [build.name, option],
    });
  });

  it('is the same when written to a file and read back', () => {
    const network = build({ width: 2 });

    expect(readNetworkFile(writeNetworkFile(network), 'file')).toEqual(network);
  });
});

describe('vgg16', () => {
  it('halves the map after conv1_2, conv2_2, conv3_3, conv4_3 and conv5_3', () => {
    const network = vgg16({ width: 1 });

    const pools = network.layers.flatMap((layer) =>
      layer.kind === 'maxPool' ? [[layer.name, layer.input, tileSizeOf(layer.window)]] : [],
    );
    expect(pools).toEqual([
      ['pool1', 'conv1_2', 2],
      ['pool2', 'conv2_2', 2],
      ['pool3', 'conv3_3', 2],
      ['pool4', 'conv4_3', 2],
      ['pool5', 'conv5_3', 2],
    ]);
    expect(layerShapes(network).get('pool5')).toEqual({ height: 1, width: 1, channels: 8 });
  });
});

describe('resnet18', () => {
  const layers = convs(resnet18({ width: 2 }));

  it('adds the input of each block, or its projection where a stage begins, before the last ReLU', () => {
    const added = [...layers.values()].flatMap(({ name, residual }) =>
      residual ? [[name, residual.input, residual.stride, residual.channelOffset]] : [],
    );

    expect(added).toEqual([
      ['l1b1c2', 'conv1', 1, 0],
      ['l1b2c2', 'l1b1c2', 1, 0],
      ['l2b1c2', 'l2b1sc', 1, 0],
      ['l2b2c2', 'l2b1c2', 1, 0],
      ['l3b1c2', 'l3b1sc', 1, 0],
      ['l3b2c2', 'l3b1c2', 1, 0],
      ['l4b1c2', 'l4b1sc', 1, 0],
      ['l4b2c2', 'l4b1c2', 1, 0],
    ]);
  });

  it('projects through 1x1 convolutions of stride 2 without ReLU', () => {
    for (const [name, input] of [
      ['l2b1sc', 'l1b2c2'],
      ['l3b1sc', 'l2b2c2'],
      ['l4b1sc', 'l3b2c2'],
    ] as const)
      expect(layers.get(name)).toMatchObject({
        input,
        window: symmetricWindow(1, 1, { stride: 2 }),
        relu: false,
      });
    expect([...layers.values()].filter(({ relu }) => !relu)).toHaveLength(3);
  });
});

describe('resnet20', () => {
  const network = resnet20();
  const layers = convs(network);

  it('has 268,336 weights and 40.55 million multiplications per image', () => {
    const shapes = layerShapes(network);
    const weightLayers = network.layers.filter(hasWeights);

    // 27 * 16 + 6 * 9 * 16^2, 9 * 16 * 32 + 5 * 9 * 32^2, 9 * 32 * 64 + 5 * 9 * 64^2, 640.
    expect(weightLayers.reduce((sum, { weights }) => sum + weights.length, 0)).toBe(268_336);
    const macs = weightLayers.reduce((sum, { name, weights }) => {
      const { height, width } = shapes.get(name)!;
      return sum + weights.length * height * width;
    }, 0);
    // (432 + 13,824) * 32^2, (4608 + 46,080) * 16^2, (18,432 + 184,320) * 8^2, 640.
    expect(macs).toBe(14_598_144 + 12_976_128 + 12_976_128 + 640);
    expect(weightLayers).toHaveLength(20);
  });

  it('goes around blocks without weights: every second pixel into the middle half of the channels', () => {
    expect(layers.get('l1b1c2')!.residual).toEqual({
      input: 'conv1',
      stride: 1,
      channelOffset: 0,
    });
    expect(layers.get('l2b1c2')!.residual).toEqual({
      input: 'l1b3c2',
      stride: 2,
      channelOffset: 8,
    });
    expect(layers.get('l3b1c2')!.residual).toEqual({
      input: 'l2b3c2',
      stride: 2,
      channelOffset: 16,
    });
    expect([...layers.values()].every(({ relu }) => relu)).toBe(true);
  });
});

describe('builtinNetworks', () => {
  it.each(Object.keys(builtinNetworks))('%s is called so', (name) => {
    expect(builtinNetworks[name]!({ seed: 3 })).toMatchObject({ name, origin: { seed: 3 } });
  });
});

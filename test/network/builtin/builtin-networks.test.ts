import { describe, expect, it } from 'vitest';
import { symmetricWindow, tileSizeOf } from '../../../src/core/window.ts';
import { builtinNetworks } from '../../../src/network/builtin/builtin-networks.ts';
import { resnet18 } from '../../../src/network/builtin/resnet18.ts';
import { resnet20 } from '../../../src/network/builtin/resnet20.ts';
import { resnet50 } from '../../../src/network/builtin/resnet50.ts';
import { vgg16 } from '../../../src/network/builtin/vgg16.ts';
import { type ConvLayer, hasWeights, layerShapes } from '../../../src/network/fused-network.ts';
import { checkNetwork, type Network } from '../../../src/network/network.ts';
import { readNetworkFile, writeNetworkFile } from '../../../src/network/io/network-file.ts';
import { caught } from '../../support/caught.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';

const convs = (network: Network): ReadonlyMap<string, ConvLayer> =>
  new Map(
    fuse(network).layers.flatMap((layer) =>
      layer.kind === 'conv' ? [[layer.name, layer] as const] : [],
    ),
  );

describe.each([vgg16, resnet18, resnet20, resnet50])('%o', (build) => {
  it('starts with weights of variance 2 / inputs', () => {
    for (const layer of fuse(build({ width: 16 })).layers.filter(hasWeights)) {
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
    const layers = fuse(build({ width: 4, seed: 1 })).layers;

    expect(fuse(build({ width: 4 })).layers).toEqual(layers);
    const other = fuse(build({ width: 4, seed: 2 })).layers.filter(hasWeights);
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
    expect(layerShapes(fuse(network)).get('fc')).toEqual({
      height: 1,
      width: 1,
      channels: classes,
    });
  });

  it('fits together for images of 224x224, under another name', () => {
    const network = build({ side: 224, width: 2, classes: 1000 });

    checkNetwork(network);
    expect(network.name).toMatch(/-224$/);
    expect(network).toMatchObject({ dataset: 'none', input: { height: 224, width: 224 } });
    expect(network.origin.command).toContain('side: 224');
    expect(layerShapes(fuse(network)).get('fc')).toEqual({ height: 1, width: 1, channels: 1000 });
  });

  it.each([1, 3, 10])('fits together at width %i', (width) => {
    const network = build({ width });

    expect(() => checkNetwork(network)).not.toThrow();
    expect(fuse(network).layers.find(hasWeights)).toMatchObject({ channels: 3, kernels: width });
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

    const pools = fuse(network).layers.flatMap((layer) =>
      layer.kind === 'maxPool' ? [[layer.name, layer.input, tileSizeOf(layer.window)]] : [],
    );
    expect(pools).toEqual([
      ['pool1', 'conv1_2', 2],
      ['pool2', 'conv2_2', 2],
      ['pool3', 'conv3_3', 2],
      ['pool4', 'conv4_3', 2],
      ['pool5', 'conv5_3', 2],
    ]);
    expect(layerShapes(fuse(network)).get('pool5')).toEqual({ height: 1, width: 1, channels: 8 });
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
    const shapes = layerShapes(fuse(network));
    const weightLayers = fuse(network).layers.filter(hasWeights);

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

/** Weights, and multiplications per image. */
function sizesOf(network: Network): { readonly weights: number; readonly macs: number } {
  const fused = fuse(network);
  const shapes = layerShapes(fused);
  const layers = fused.layers.filter(hasWeights);
  return {
    weights: layers.reduce((sum, { weights }) => sum + weights.length, 0),
    macs: layers.reduce((sum, { name, weights }) => {
      const { height, width } = shapes.get(name)!;
      return sum + weights.length * height * width;
    }, 0),
  };
}

describe('resnet18 for 224x224', () => {
  const network = resnet18({ classes: 1000, side: 224 });

  it('has the weights and multiplications of the network that was published', () => {
    // Stem 7 * 7 * 3 * 64; stages 4 * 9 * 64^2, 9 * 64 * 128 + 3 * 9 * 128^2 + 64 * 128 and so on, each on maps of half the
    // side; fc 512 * 1000. With biases and batch norm the 11,689,512 parameters that the layers are known for.
    const stage = (kernels: number): number =>
      (9 * (kernels / 2) + 3 * 9 * kernels + kernels / 2) * kernels;
    const stages = [4 * 9 * 64 ** 2, stage(128), stage(256), stage(512)];
    const stem = 7 * 7 * 3 * 64;
    const weights = stages.reduce((sum, one) => sum + one, stem + 512_000);
    const macs = stages.reduce(
      (sum, one, i) => sum + one * (56 / 2 ** i) ** 2,
      stem * 112 ** 2 + 512_000,
    );

    expect(sizesOf(network)).toEqual({ weights, macs });
    const norms = 2 * (64 * 5 + 128 * 5 + 256 * 5 + 512 * 5);
    expect(weights + norms + 1000).toBe(11_689_512);
    expect(macs).toBe(1_814_073_344);
  });
});

describe('resnet50 for 224x224', () => {
  const network = resnet50({ classes: 1000, side: 224 });

  it('has 25.5 million weights and 4.09 billion multiplications per image', () => {
    // A block of C inputs and K middle kernels: C K + 9 K^2 + 4 K^2, the first one with its projection 4 C K. The 1x1
    // convolution that comes before the stride is on the map of the stage before.
    const side = (stage: number): number => 56 / 2 ** stage;
    let weights = 7 * 7 * 3 * 64;
    let macs = weights * 112 ** 2;
    let inputs = 64;
    [3, 4, 6, 3].forEach((blocks, stage) => {
      const middle = 64 * 2 ** stage;
      for (let block = 0; block < blocks; block++) {
        const narrow = inputs * middle;
        const others = 13 * middle ** 2 + (block === 0 ? 4 * narrow : 0);
        weights += narrow + others;
        macs += others * side(stage) ** 2;
        macs += narrow * side(block === 0 && stage > 0 ? stage - 1 : stage) ** 2;
        inputs = 4 * middle;
      }
    });
    weights += 2_048_000;
    macs += 2_048_000;

    expect(sizesOf(network)).toEqual({ weights, macs });
    expect([weights, macs]).toEqual([25_502_912, 4_089_184_256]);
    // With batch norm and the bias of fc the parameters that the network is known for.
    const kernels = fuse(network).layers.flatMap((layer) =>
      layer.kind === 'conv' ? layer.kernels : [],
    );
    expect(kernels).toHaveLength(53);
    expect(weights + 2 * kernels.reduce((sum, one) => sum + one, 0) + 1000).toBe(25_557_032);
  });

  it('has its strides in 3x3 convolutions, and adds after 1x1 ones without ReLU', () => {
    const layers = convs(network);

    expect(layers.get('conv1')).toMatchObject({
      window: symmetricWindow(7, 7, { stride: 2, padding: 3 }),
    });
    const strided = [...layers.values()].filter(
      ({ name, window }) => window.strides[0] === 2 && !name.endsWith('sc'),
    );
    expect(strided.map(({ name }) => name)).toEqual(['conv1', 'l2b1c2', 'l3b1c2', 'l4b1c2']);
    expect(layers.get('l1b1c3')!.residual).toMatchObject({ input: 'l1b1sc', stride: 1 });
    expect(layers.get('l1b2c3')!.residual).toMatchObject({ input: 'l1b1c3', stride: 1 });
    expect(layers.get('l4b1sc')).toMatchObject({
      input: 'l3b6c3',
      window: symmetricWindow(1, 1, { stride: 2 }),
      relu: false,
    });
  });
});

describe('builtinNetworks', () => {
  it.each(Object.keys(builtinNetworks))('%s is called so', (name) => {
    expect(builtinNetworks[name]!({ seed: 3 })).toMatchObject({ name, origin: { seed: 3 } });
  });
});

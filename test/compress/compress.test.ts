import { describe, expect, it } from 'vitest';
import { compress } from '../../src/compress/compress.ts';
import { isMacroLayer, type MacroLayer } from '../../src/compress/compressed-network.ts';
import { fuseBatchNorm } from '../../src/compress/fuse-batch-norm.ts';
import { groupGrid, nonZeroGroups } from '../../src/compress/weight-group.ts';
import { scaleValue } from '../../src/core/integer.ts';
import { tilingWindow } from '../../src/core/window.ts';
import { floatForward, toFloatMap } from '../../src/network/float-forward.ts';
import type { Layer } from '../../src/network/fused-network.ts';
import type { Network } from '../../src/network/network.ts';
import { integerForward, integerInput } from '../../src/reference/integer-network.ts';
import { caught } from '../support/caught.ts';
import {
  conv,
  linear,
  networkOf,
  withLayers,
  noise,
  randomNetwork,
  tourNetwork,
} from '../support/small-networks.ts';
import { fuse } from '../../src/network/passes/fuse.ts';

const groupShape = { channels: 16, kernels: 16 };

const macroLayers = (network: ReturnType<typeof compress>): MacroLayer[] =>
  network.layers.filter(isMacroLayer);

/** Largest difference of real outputs and rescaled integer outputs, as a share of the largest real output. */
function worstError(network: Network, options: Parameters<typeof compress>[1]): number {
  const images = noise(network.input, 8, 3);
  const compressed = compress(network, { calibration: noise(network.input, 16, 4), ...options });
  const last = macroLayers(compressed).at(-1)!;
  const real = floatForward(network, toFloatMap(images));
  const integers = integerForward(compressed, images);
  const largest = real.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const unit = last.weightScale * last.inputScale;
  return (
    real.reduce((most, value, i) => Math.max(most, Math.abs(value - integers[i]! * unit)), 0) /
    largest
  );
}

/** The network as training with quantization would export it: weights of 4 bits, outputs of 3 and 5 bits. */
function trainedNetwork(): Network {
  const [first, second] = [0.02, 0.05];
  const multiples = (count: number, unit: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => unit * ((i % 15) - 7));
  const output = { bits: 3, scale: 0.1 };
  const layers: readonly Layer[] = [
    {
      ...conv({ name: 'conv', input: 'image', channels: 4, kernels: 5 }),
      weights: multiples(180, first),
      bias: multiples(5, first / 31),
      scales: { weightBits: 4, weightScale: first, output },
    },
    {
      ...linear({ name: 'fc', input: 'conv', inputs: 80, outputs: 3 }),
      weights: multiples(240, second),
      scales: { weightBits: 4, weightScale: second },
    },
  ];
  const network = networkOf('trained', { height: 4, width: 4, channels: 4 }, 3, layers);
  return { ...network, precision: { weightBits: 4, activationBits: 5 } };
}

describe('compress, of a network that was trained in integers', () => {
  const network = trainedNetwork();

  it('takes its bits and its integers', () => {
    const compressed = compress(network);

    const [first, last] = macroLayers(compressed);
    expect([compressed.weightBits, compressed.activationBits]).toEqual([4, 5]);
    expect([...first!.weights]).toEqual(Array.from({ length: 180 }, (_, i) => (i % 15) - 7));
    expect([...first!.bias]).toEqual([-7, -6, -5, -4, -3]);
    expect([first!.inputBits, first!.requantize?.outputBits, last!.inputBits]).toEqual([5, 3, 3]);
    expect([first!.weightScale, last!.inputScale]).toEqual([0.02, 0.1]);
    expect(scaleValue(first!.requantize!.scale)).toBeCloseTo(0.02 / 31 / 0.1, 4);
  });

  it('chooses anew where other bits are asked for', () => {
    const images = noise(network.input, 4);

    const all = macroLayers(compress(network, { weightBits: 8, calibration: images }));
    const layerBits = new Map([['fc', { weightBits: 2 }]]);
    const one = macroLayers(compress(network, { layerBits }));

    expect(all.map((layer) => layer.weightBits)).toEqual([8, 8]);
    expect(all[0]?.weightScale).not.toBe(0.02);
    expect(all[0]?.requantize?.outputBits).toBe(5);
    expect(one.map((layer) => layer.weightBits)).toEqual([4, 2]);
    expect(one[0]?.weightScale).toBe(0.02);
    expect(Math.max(...one[1]!.weights.map(Math.abs))).toBe(1);
  });

  it('refuses weights that are no such integers, naming the layer', () => {
    const [first, second] = fuse(network).layers as [Layer & { weights: Float32Array }, Layer];
    const odd = (weight: number): Network =>
      withLayers(network, () => [
        { ...first, weights: first.weights.with(3, weight) } as Layer,
        second,
      ]);

    expect(() => compress(odd(0.03))).toThrow(/trained > conv: weight 3 is 1.49999/);
    expect(() => compress(odd(0.16))).toThrow(/trained > conv: weight 3 is [78]\.?/);
  });
});

describe('compress', () => {
  it('keeps the outputs of a network within a few per cent at 8 bits', () => {
    // Each of the tour's six layers adds about one part in 255 to the activations, and scales are within 1/256.
    expect(worstError(tourNetwork(), {})).toBeLessThan(6 * (1 / 255 + 1 / 256) + 0.02);
  });

  it('loses more with fewer bits', () => {
    const [eight, four] = [8, 4].map((bits) =>
      worstError(tourNetwork(), { weightBits: bits, activationBits: bits }),
    );

    expect(four).toBeGreaterThan(2 * eight!);
  });

  it.each([2, 3, 5, 8])('gives integers of %i bits with nearest real values', (weightBits) => {
    const compressed = compress(tourNetwork(), { weightBits });

    const floats = new Map(
      fuseBatchNorm(fuse(tourNetwork())).layers.map((layer) => [layer.name, layer]),
    );
    const highest = 2 ** (weightBits - 1) - 1;
    for (const layer of macroLayers(compressed)) {
      const real = (floats.get(layer.name) as { weights: Float32Array }).weights;
      layer.weights.forEach((value, i) => {
        const ideal = Math.max(-highest, Math.min(highest, real[i]! / layer.weightScale));
        // Half a unit, and a billionth for the division in doubles.
        expect(Math.abs(value - ideal)).toBeLessThanOrEqual(0.5 + 1e-9);
      });
    }
  });

  it('chains the scales: the requantizer takes units of sums to units of the next input', () => {
    const layers = macroLayers(compress(randomChain(), {}));

    expect(layers).toHaveLength(3);
    layers.slice(1).forEach((next, i) => {
      const layer = layers[i]!;
      const exact = (layer.weightScale * layer.inputScale) / next.inputScale;
      const used = scaleValue(layer.requantize!.scale);
      // What an 8-bit multiplier can be off.
      expect(Math.abs(used - exact) / exact).toBeLessThanOrEqual(1 / 256);
    });
  });

  it('starts from pixels of 1 / (2^bits - 1)', () => {
    const [first] = macroLayers(compress(tourNetwork(), { activationBits: 4 }));

    expect(first!.inputScale).toBe(1 / 15);
    expect(first!.inputBits).toBe(4);
  });

  it('leaves the sums of the last layer as they are, and requantizes all others', () => {
    const layers = macroLayers(compress(tourNetwork(), {}));

    expect(layers.map(({ requantize }) => requantize === undefined)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('stores a layer without ReLU with its sign', () => {
    const layers = macroLayers(compress(tourNetwork(), {}));
    const named = (name: string): MacroLayer => layers.find((layer) => layer.name === name)!;

    expect(named('skip').requantize!.signed).toBe(true);
    expect(named('main').requantize!.signed).toBe(false);
    expect(named('join').residual).toMatchObject({ input: 'skip', signed: true });
    expect(named('half').residual).toMatchObject({
      input: 'stem',
      stride: 2,
      channelOffset: 3,
      signed: false,
    });
  });

  it('gives the same network twice', () => {
    const options = { prunedGroups: 0.3, groupShape };

    expect(compress(tourNetwork(), options)).toEqual(compress(tourNetwork(), options));
  });

  it('prunes groups of the shape it is given, and of no other', () => {
    const zeros = (kernels: number): number => {
      const shape = { channels: 16, kernels };
      const options = { prunedGroups: 0.5, groupShape: shape };
      const layers = macroLayers(compress(tourNetwork(), options));
      return layers.filter(({ weights, geometry }) =>
        nonZeroGroups(weights, groupGrid(geometry, shape), geometry).includes(0),
      ).length;
    };

    expect(zeros(8)).toBeGreaterThan(0);
    expect(zeros(16)).toBeGreaterThan(0);
    expect(compress(tourNetwork(), { groupShape: { channels: 16, kernels: 8 } })).toEqual(
      compress(tourNetwork()),
    );
  });

  it.each([{ prunedGroups: 0.5 }, { groupMasks: new Map() }])(
    'refuses to prune groups of an unknown shape: %j',
    (options) => {
      expect(caught(() => compress(tourNetwork(), options))).toMatchObject({
        kind: 'compress',
        where: ['tour', 'groupShape'],
      });
    },
  );

  it('compresses a network whose weights are all zero', () => {
    const network = tourNetwork();
    const empty = withLayers(network, (layers) =>
      layers.map((layer): Layer => {
        if (!('weights' in layer)) return layer;
        const weights = new Float32Array(layer.weights.length);
        if (layer.kind === 'linear') {
          const { bias: _, ...rest } = layer;
          return { ...rest, weights };
        }
        const { bias: _, batchNorm: __, ...rest } = layer;
        return { ...rest, weights };
      }),
    );

    const compressed = compress(empty, {});

    expect(macroLayers(compressed).every(({ weights }) => weights.every((w) => w === 0))).toBe(
      true,
    );
    expect([...integerForward(compressed, noise(network.input, 2))]).toEqual(
      new Array<number>(10).fill(0),
    );
  });

  it('compresses a layer that gave nothing but zero on the calibration images', () => {
    const silent = {
      ...conv({ name: 'silent', input: 'image', channels: 2, kernels: 4 }),
      bias: new Float32Array(4).fill(-100),
    };
    const network = networkOf('n', { height: 3, width: 3, channels: 2 }, 2, [
      silent,
      linear({ name: 'fc', input: 'silent', inputs: 36, outputs: 2, bias: true }),
    ]);

    expect(() => compress(network, { calibration: noise(network.input, 4) })).not.toThrow();
  });

  it('keeps the bias of a layer whose weights are all pruned', () => {
    // What is left of layer "dead" is its bias of 0.01, which the linear layer adds up.
    const dead = {
      ...conv({ name: 'dead', input: 'first', channels: 16, kernels: 4 }),
      weights: new Float32Array(4 * 16 * 9),
      bias: new Float32Array(4).fill(0.01),
    };
    const network = networkOf('biased', { height: 3, width: 3, channels: 2 }, 2, [
      conv({ name: 'first', input: 'image', channels: 2, kernels: 16 }),
      dead,
      {
        ...linear({ name: 'fc', input: 'dead', inputs: 36, outputs: 2 }),
        weights: new Float32Array(72).fill(1),
      },
    ]);

    // The clip may be a histogram bin (1/1024) low, codes are 1/255 apart, the scale is within 1/256.
    expect(worstError(network, {})).toBeLessThan(1 / 1024 + 1 / 255 + 1 / 256);
  });

  it('takes a layer whose weights are all pruned and whose bias is tiny', () => {
    const dead = {
      ...conv({ name: 'dead', input: 'image', channels: 2, kernels: 4 }),
      weights: new Float32Array(4 * 2 * 9),
      bias: Float32Array.of(1e-6, 2e-6, 0, 0),
    };
    const network = networkOf('tiny', { height: 3, width: 3, channels: 2 }, 2, [
      dead,
      linear({ name: 'fc', input: 'dead', inputs: 36, outputs: 2 }),
    ]);

    expect(() => compress(network, {})).not.toThrow();
  });

  it.each([
    ['weightBits', 1],
    ['weightBits', 9],
    ['weightBits', 4.5],
    ['weightBits', NaN],
    ['activationBits', 0],
    ['activationBits', 9],
    ['prunedGroups', 1.5],
    ['prunedGroups', -1],
    ['prunedGroups', NaN],
  ])('refuses %s = %d by name', (option, value) => {
    expect(caught(() => compress(tourNetwork(), { [option]: value, groupShape }))).toMatchObject({
      kind: 'compress',
      where: ['tour', option],
    });
  });

  it('says of a layer with pads that reads a layer without ReLU which code stands for 0', () => {
    const network = networkOf('n', { height: 4, width: 4, channels: 2 }, 4, [
      conv({ name: 'signed', input: 'image', channels: 2, kernels: 4, relu: false }),
      conv({ name: 'reader', input: 'signed', channels: 4, kernels: 4 }),
      linear({ name: 'fc', input: 'reader', inputs: 64, outputs: 4 }),
    ]);

    const [signed, reader] = compress(network, {}).layers;

    expect(signed).toMatchObject({ requantize: { signed: false } });
    expect(reader).toMatchObject({ padCode: 128 });
  });

  it.each(['conv', 'maxPool', 'averagePool', 'linear'] as const)(
    'stores a layer without ReLU that feeds a layer of kind %s with a zero point, and takes it out again',
    (kind) => {
      const common = { name: 'reader', input: 'signed' };
      const reader: Layer = {
        conv: conv({
          ...common,
          channels: 4,
          kernels: 4,
          padding: 0,
          kernelHeight: 1,
          kernelWidth: 1,
        }),
        maxPool: { ...common, kind: 'maxPool' as const, window: tilingWindow(2) },
        averagePool: { ...common, kind: 'averagePool' as const },
        linear: linear({ ...common, inputs: 64, outputs: 4 }),
      }[kind];
      const after = kind === 'linear' ? [] : [lastLayer(kind)];
      const input = { height: 4, width: 4, channels: 2 };
      const network = networkOf('n', input, 4, [
        conv({ name: 'signed', input: 'image', channels: 2, kernels: 4, relu: false }),
        reader,
        ...after,
      ]);
      const compressed = compress(network, { calibration: noise(input, 2) });
      const dark = { ...noise(input, 1), data: new Uint8Array(32) };

      expect(integerInput(compressed, dark, 'reader').data).toEqual(new Uint8Array(64).fill(128));
      expect(integerForward(compressed, dark)).toEqual(new Int32Array(4));
      expect(integerForward(compressed, noise(input, 1))).not.toEqual(new Int32Array(4));
    },
  );

  it('refuses a network that is not consistent', () => {
    const layer = conv({ name: 'a', input: 'image', channels: 2, kernels: 4, relu: false });
    const bad = [
      { ...layer, weights: layer.weights.subarray(1) },
      { ...layer, weights: layer.weights.map(() => NaN) },
      { ...layer, channels: 3 },
    ];

    for (const one of bad) {
      const network = (): Network =>
        networkOf('n', { height: 4, width: 4, channels: 2 }, 2, [
          one,
          linear({ name: 'fc', input: 'image', inputs: 32, outputs: 2 }),
        ]);

      expect(caught(() => compress(network(), {}))).toMatchObject({
        kind: 'network',
        where: ['n', 'a'],
      });
    }
  });

  it('gives sums where a network ends in a maximum, or in an addition', () => {
    const input = { height: 4, width: 4, channels: 4 };
    const first = conv({ name: 'a', input: 'image', channels: 4, kernels: 4 });
    const small = {
      ...conv({
        name: 'a',
        input: 'image',
        channels: 4,
        kernels: 4,
        kernelHeight: 1,
        kernelWidth: 1,
        padding: 0,
      }),
      relu: false,
      residual: { input: 'image', stride: 1, channelOffset: 0 },
    };
    for (const [shape, layers] of [
      [input, [first, { kind: 'maxPool', name: 'most', input: 'a', window: tilingWindow(4) }]],
      [{ height: 1, width: 1, channels: 4 }, [small]],
    ] as const) {
      const network = networkOf('n', shape, 4, layers);
      const images = noise(shape, 3);
      const compressed = compress(network, { calibration: images });
      const last = compressed.layers.at(-1)!;
      const stored = integerInput(compressed, images, last.name);
      const zero = shape.height === 1 ? 128 : 0;

      // Each class is its channel: 127 times the code that is stored.
      const expected = Int32Array.from(stored.data, (code) => 127 * (code - zero));
      expect(integerForward(compressed, images)).toEqual(expected);
    }
  });

  it('refuses calibration images of another shape', () => {
    const images = noise({ height: 9, width: 8, channels: 1 }, 2);

    expect(caught(() => compress(tourNetwork(), { calibration: images }))).toMatchObject({
      kind: 'compress',
      where: ['tour', 'calibration'],
    });
  });

  it('refuses a bias beyond 32 bits, naming the layer', () => {
    const layer = linear({ name: 'fc', input: 'image', inputs: 4, outputs: 2 });
    const network = networkOf('n', { height: 1, width: 1, channels: 4 }, 2, [
      { ...layer, bias: Float32Array.of(0, 1e30) },
    ]);

    const error = caught(() => compress(network, {}));

    expect(error).toMatchObject({ kind: 'compress', where: ['n', 'fc'] });
    expect(error.message).toContain('kernel 1');
  });

  it('compresses random networks without complaint', () => {
    for (let seed = 0; seed < 20; seed++)
      expect(() => compress(randomNetwork(seed), { prunedGroups: 0.3, groupShape })).not.toThrow();
  });
});

function lastLayer(kind: 'conv' | 'maxPool' | 'averagePool'): Layer {
  const inputs = { conv: 64, maxPool: 16, averagePool: 4 }[kind];
  return linear({ name: 'fc', input: 'reader', inputs, outputs: 4 });
}

const randomChain = (): Network =>
  networkOf('chain', { height: 5, width: 5, channels: 2 }, 3, [
    conv({ name: 'a', input: 'image', channels: 2, kernels: 8, seed: 1 }),
    conv({ name: 'b', input: 'a', channels: 8, kernels: 8, bias: true, seed: 2 }),
    linear({ name: 'c', input: 'b', inputs: 200, outputs: 3, seed: 3 }),
  ]);

// Leaky ReLU from the network file to the chip: an operator that has no code of its own beyond its file.

import { describe, expect, it } from 'vitest';
import { calibrateClips } from '../../../src/compress/calibrate.ts';
import { fuseBatchNorm } from '../../../src/compress/fuse-batch-norm.ts';
import { compress } from '../../../src/compress/compress.ts';
import { isMacroLayer } from '../../../src/compress/compressed-network.ts';
import { symmetricWindow } from '../../../src/core/window.ts';
import { mapToChip } from '../../../src/mapping/map-to-chip.ts';
import { readStoredImage, writeStoredImage } from '../../../src/mapping/stored-image.ts';
import { mars } from '../../../src/chips/index.ts';
import { groupShapeOf } from '../../../src/mapping/layer-groups.ts';
import { floatForward } from '../../../src/network/float-forward.ts';
import type { ConvLayer, Layer } from '../../../src/network/fused-network.ts';
import { readNetworkFile, writeNetworkFile } from '../../../src/network/io/network-file.ts';
import type { Network } from '../../../src/network/network.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';
import {
  integerConvolution,
  integerForward,
  integerInput,
} from '../../../src/reference/integer-network.ts';
import { openReference } from '../../../src/reference/reference-backend.ts';
import { simulate } from '../../../src/simulate/simulate.ts';
import { evaluateIntegers } from '../../../src/train/run/evaluate.ts';
import { train } from '../../../src/train/run/train.ts';
import { trainDefaults } from '../../../src/train/run/train-options.ts';
import { adapterKinds } from '../../support/adapters.ts';
import { suiteBackend } from '../../support/suite-backend.ts';
import { caught } from '../../support/caught.ts';
import { plainConvolution, scaledExactly } from '../../support/plain.ts';
import { conv, type ConvOptions, linear, networkOf, noise } from '../../support/small-networks.ts';
import { runtime } from '../../train/onnx-runtime.ts';

const leaky = (options: ConvOptions, alpha = 0.25): ConvLayer => ({
  ...conv({ ...options, relu: false }),
  activation: { op: 'leakyRelu', attributes: { alpha } },
});

/**
 * A padded first layer, a kernel over its leaky map, one that adds that map, among more channels and in a stride, pools of
 * both kinds: all that can read a map with a zero point.
 */
const leakyTour = (seed = 1): Network =>
  networkOf('leaky', { height: 8, width: 8, channels: 3 }, 5, [
    leaky({ name: 'stem', input: 'image', channels: 3, kernels: 18, batchNorm: true, seed }),
    leaky(
      { name: 'main', input: 'stem', channels: 18, kernels: 20, padding: 0, seed: seed + 1 },
      0.1,
    ),
    { kind: 'maxPool', name: 'half', input: 'main', window: symmetricWindow(2, 2, { stride: 2 }) },
    leaky({
      name: 'join',
      input: 'stem',
      channels: 18,
      kernels: 24,
      kernelHeight: 2,
      kernelWidth: 2,
      stride: 4,
      padding: 0,
      bias: true,
      residual: { input: 'stem', stride: 4, channelOffset: 2 },
      seed: seed + 2,
    }),
    { kind: 'averagePool', name: 'mean', input: 'half' },
    linear({ name: 'aside', input: 'mean', inputs: 20, outputs: 4, seed }),
    linear({ name: 'fc', input: 'join', inputs: 96, outputs: 5, bias: true, seed: seed + 3 }),
  ] as Layer[]);

describe('leakyRelu', () => {
  const images = noise({ height: 8, width: 8, channels: 3 }, 6);
  const network = leakyTour();
  const compressed = compress(network, { calibration: images });

  it('keeps positive values and makes negative ones smaller', () => {
    const only = networkOf('only', { height: 1, width: 1, channels: 1 }, 2, [
      {
        ...leaky({
          name: 'a',
          input: 'image',
          channels: 1,
          kernels: 2,
          kernelHeight: 1,
          kernelWidth: 1,
          padding: 0,
        }),
        weights: Float32Array.of(-2, 3),
      },
    ]);
    const image = { images: 1, height: 1, width: 1, channels: 1, data: Float32Array.of(5) };

    expect([...floatForward(only, image)]).toEqual([-2.5, 15]);
  });

  it('comes back from its file, and from its fused layers', () => {
    expect(readNetworkFile(writeNetworkFile(network), 'a')).toStrictEqual(network);
    expect(fuse(network).layers[0]).toMatchObject({
      relu: false,
      activation: { op: 'leakyRelu', attributes: { alpha: 0.25 } },
    });
  });

  it.each([-0.1, 1.1, NaN])(
    'is refused with an alpha of %d by the reader of files, by name',
    (alpha) => {
      const nodes = network.nodes.map((node) =>
        node.name === 'main.leakyRelu' ? { ...node, attributes: { alpha } } : node,
      );

      const bytes = writeNetworkFile({ ...network, nodes } as Network);

      expect(caught(() => readNetworkFile(bytes, 'file')).where).toEqual([
        'file',
        'main.leakyRelu',
      ]);
    },
  );

  it('is a table whose entries are the nearest codes of the real function', () => {
    const clips = calibrateClips(fuseBatchNorm(fuse(network)), images, 8, {});
    const stem = compressed.layers.filter(isMacroLayer)[0]!;
    const unit = clips.get('stem')! / 127;
    const [low, high] = [0.25 * -128 * unit, 127 * unit];
    const step = (high - low) / 255;
    const zero = Math.round(-low / step);

    const table = stem.requantize!.table!;

    expect(table).toHaveLength(256);
    for (const code of [-128, -127, -64, -1, 0, 1, 64, 127]) {
      const real = (code < 0 ? 0.25 : 1) * code * unit;
      expect(table[code + 128]).toBe(Math.round(real / step) + zero);
    }
    expect(table[128]).toBe(zero);
  });

  it('stores what the real function gives, up to rounding on both sides of the table', () => {
    const [stem] = compressed.layers.filter(isMacroLayer);
    const sums = integerConvolution(stem!, integerInput(compressed, images, 'stem'));
    const stored = integerInput(compressed, images, 'main').data;
    const sumScale = stem!.weightScale * stem!.inputScale;
    const unit = calibrateClips(fuseBatchNorm(fuse(network)), images, 8, {}).get('stem')! / 127;
    const step = (127 * unit + 0.25 * 128 * unit) / 255;
    const zero = stem!.requantize!.table![128]!;

    let negative = 0;
    sums.forEach((sum, i) => {
      const real = sum * sumScale;
      if (Math.abs(real) > 127 * unit) return;
      const wanted = real < 0 ? 0.25 * real : real;
      // Half a code in front of the table, half a step behind it, and the multiplier, which is one of 128 ... 255.
      const bound = unit / 2 + step / 2 + Math.abs(real) * (0.5 / 128) + 1e-12;
      expect(Math.abs((stored[i]! - zero) * step - wanted), `value ${i}`).toBeLessThan(bound);
      if (real < 0 && stored[i]! < zero) negative += 1;
    });
    expect(negative).toBeGreaterThan(100);
  });

  it('takes the zero point of what a layer reads out of its sums, exactly', () => {
    const [stem, main] = compressed.layers.filter(isMacroLayer);
    const zero = stem!.requantize!.table![128]!;
    const input = integerInput(compressed, images, 'main');

    const sums = integerConvolution(main!, input);

    const signed = { ...input, data: Array.from(input.data, (code) => code - zero) };
    const { bias: _, ...withoutBias } = main!;
    const plain = plainConvolution({ ...withoutBias.geometry, ...withoutBias }, signed);
    expect(zero).toBeGreaterThan(0);
    expect([...sums]).toEqual(Array.from(plain.data));
  });

  it('takes the zero point of what a layer adds out of the channels that it is added to', () => {
    const layers = compressed.layers.filter(isMacroLayer);
    const zero = layers[0]!.requantize!.table![128]!;
    const join = layers.find(({ name }) => name === 'join')!;
    const real = fuse(network).layers.find(({ name }) => name === 'join') as ConvLayer;
    const perKernel = join.weights.length / 24;

    join.bias.forEach((bias, m) => {
      const weights = join.weights.subarray(m * perKernel, (m + 1) * perKernel);
      const read = zero * weights.reduce((sum, weight) => sum + weight, 0);
      const added = m >= 2 && m < 20 ? scaledExactly(zero, join.residual!.scale) : 0;
      const own = real.bias![m]! / (join.weightScale * join.inputScale);
      expect(bias + read + added).toBe(Math.sign(own) * Math.floor(Math.abs(own) + 0.5) + 0);
    });
  });

  it('is stored in images, and gives the same sums from them', () => {
    const stored = { network: compressed, dataset: 'noise', indexCoding: 'absolute' as const };
    const bytes = writeStoredImage(stored, (bits) => groupShapeOf(mars, bits));

    const again = readStoredImage(bytes, 'image').network;

    expect(integerForward(again, images)).toEqual(integerForward(compressed, images));
  });

  it('has the integers of the integer network on the chip, and in ONNX Runtime', async () => {
    const run = await simulate(mapToChip(compressed, mars), images, { backend: openReference() });
    const set = { name: 'noise', classes: 5, images, labels: new Uint8Array(6) };

    const inRuntime = await evaluateIntegers(compressed, set, runtime);

    expect([...run.outputs]).toEqual([...integerForward(compressed, images)]);
    expect([...inRuntime]).toEqual([...run.outputs]);
  });

  it('is read through pads of the code that stands for 0, as on the chip and in ONNX Runtime', async () => {
    const shape = { height: 4, width: 4, channels: 2 };
    const padded = networkOf('padded', shape, 2, [
      leaky({ name: 'a', input: 'image', channels: 2, kernels: 4 }),
      conv({ name: 'b', input: 'a', channels: 4, kernels: 4 }),
      linear({ name: 'fc', input: 'b', inputs: 64, outputs: 2 }),
    ]);
    const pixels = noise(shape, 3);
    const compressed = compress(padded, { calibration: pixels });
    const set = { name: 'noise', classes: 2, images: pixels, labels: new Uint8Array(3) };

    const run = await simulate(mapToChip(compressed, mars), pixels, { backend: openReference() });

    expect(compressed.layers[1]).toHaveProperty('padCode');
    const exact = integerForward(compressed, pixels);
    expect([...run.outputs]).toEqual([...exact]);
    expect([...(await evaluateIntegers(compressed, set, runtime))]).toEqual([...exact]);
  });

  it('is refused by training, by name', async () => {
    const set = { name: 'noise', classes: 5, images, labels: new Uint8Array(6) };

    await expect(train(network, set, runtime, { ...trainDefaults, batchSize: 2 })).rejects.toThrow(
      'leaky > stem: training does not know leakyRelu, only ReLU',
    );
  });
});

describe.each(adapterKinds)('leakyRelu on %s', (kind) => {
  const gpuOf = suiteBackend(kind);

  it('has the numbers of the reference, bit for bit', async (context) => {
    const backend = gpuOf(context.skip);
    const images = noise({ height: 8, width: 8, channels: 3 }, 4);
    const mapping = mapToChip(compress(leakyTour(7), { calibration: images }), mars);

    const expected = await simulate(mapping, images, { backend: openReference() });
    const { outputs } = await simulate(mapping, images, { backend });

    expect([...outputs]).toEqual([...expected.outputs]);
    expect(new Set(outputs).size).toBeGreaterThan(5);
  });
});

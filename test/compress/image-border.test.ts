// Normalised images: pads of the first layer are pixels of the mean, which stand for 0.

import { describe, expect, it } from 'vitest';
import { mars } from '../../src/chips/index.ts';
import { compress, compressLayers } from '../../src/compress/compress.ts';
import { type CompressedNetwork, isMacroLayer } from '../../src/compress/compressed-network.ts';
import { imageSlice } from '../../src/core/feature-map.ts';
import { imageShape, withBorder } from '../../src/core/image-border.ts';
import type { Window } from '../../src/core/window.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { readStoredImage, writeStoredImage } from '../../src/mapping/stored-image.ts';
import { floatForward, toFloatMap } from '../../src/network/float-forward.ts';
import type { GraphNode } from '../../src/network/graph.ts';
import type { Network } from '../../src/network/network.ts';
import { fuse } from '../../src/network/passes/fuse.ts';
import { takeImageBorder } from '../../src/network/passes/image-border.ts';
import {
  integerConvolution,
  integerForward,
  integerInput,
} from '../../src/reference/integer-network.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import { caught } from '../support/caught.ts';
import { adapterKinds } from '../support/adapters.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { tries } from '../support/long.ts';
import { mapped } from '../support/mapped.ts';
import { conv, linear, networkOf, noise } from '../support/small-networks.ts';
import { suiteBackend } from '../support/suite-backend.ts';

/** Means of whole pixels, as Caffe has them, and deviations. */
const means = [123, 117, 104];
const deviations = [0.229, 0.5, 0.225];

/** A network whose first layer has pads and reads normalised pixels. */
function normalised(
  window: Window,
  seed: number,
  { mean = means.map((value) => value / 255) }: { readonly mean?: readonly number[] } = {},
): Network {
  const input = { height: 7, width: 6, channels: 3 };
  const plain = networkOf(`normalised ${seed}`, input, 3, [
    conv({ name: 'stem', input: 'image', channels: 3, kernels: 8, window, bias: true, seed }),
    { kind: 'averagePool', name: 'mean', input: 'stem' },
    linear({ name: 'fc', input: 'mean', inputs: 8, outputs: 3, seed: seed + 1 }),
  ]);
  const norm: GraphNode = {
    op: 'affine',
    name: 'normalise',
    inputs: ['image'],
    attributes: { height: 1, width: 1, channels: 3 },
  };
  const nodes = plain.nodes.map((node) =>
    node.name === 'stem' ? { ...node, inputs: ['normalise'] } : node,
  );
  const arrays = {
    factor: Float32Array.from(deviations, (deviation) => 1 / deviation),
    shift: Float32Array.from(deviations, (deviation, c) => -mean[c]! / deviation),
  };
  return {
    ...plain,
    nodes: [norm, ...nodes],
    tensors: new Map([...plain.tensors, ['normalise', arrays]]),
  };
}

const windows = Array.from({ length: tries(4, 40) }, (_, seed): Window => {
  const draw = drawFrom(seed + 900);
  const [height, width] = [draw(2, 4), draw(2, 4)];
  return {
    height,
    width,
    strides: [draw(1, 2), draw(1, 2)],
    pads: [draw(0, height - 1), draw(1, width - 1), draw(0, height - 1), draw(0, width - 1)],
    dilations: [1, 1],
  };
});

/** The largest difference of the first layer's sums from real arithmetic, over what quantization permits. */
function worstAtBorder(network: Network, compressed: CompressedNetwork): number {
  const images = noise(network.input, 1);
  const layer = compressed.layers.find(({ name }) => name === 'stem')!;
  if (!isMacroLayer(layer)) throw new Error('the first layer has weights');
  const input = integerInput(compressed, images, 'stem');
  const sums = integerConvolution(layer, input);
  // The sums in real arithmetic, in front of ReLU.
  let real: Float32Array | undefined;
  floatForward(network, toFloatMap(images), ({ name }, output) => {
    if (name === 'stem') real = output.data.slice();
  });
  const unit = layer.weightScale * layer.inputScale;
  // Each weight is half a unit off at most, each bias half a unit of the sums; pixels are exact.
  const positive = { ...layer, weights: layer.weights.map(() => 1), bias: layer.bias.map(() => 0) };
  const seen = integerConvolution(positive, input);
  return sums.reduce((worst, sum, i) => {
    const permitted = (seen[i]! + 1) * (unit / 2) + 1e-4;
    return Math.max(worst, Math.abs(sum * unit - real![i]!) / permitted);
  }, 0);
}

describe('pads around normalised pixels', () => {
  it('are pixels of the mean: sums at the border are those of real arithmetic, within quantization', () => {
    for (const [seed, window] of windows.entries()) {
      const network = normalised(window, seed);

      expect(worstAtBorder(network, compress(network)), JSON.stringify(window)).toBeLessThan(1);
      // Pads of pixels of 0 are far off.
      expect(worstAtBorder(network, compressLayers(fuse(network)))).toBeGreaterThan(1);
    }
  });

  it('lie around the image, and leave it as it is', () => {
    const window = {
      height: 3,
      width: 3,
      strides: [1, 1],
      pads: [1, 2, 0, 1],
      dilations: [1, 1],
    } as const;
    const compressed = compress(normalised(window, 1));
    const images = noise(imageShape(compressed), 2);
    const { height, width, data } = integerInput(compressed, images, 'stem');

    expect(compressed.border).toEqual({ pads: [1, 2, 0, 1], pixels: means });
    expect([height, width]).toEqual([8, 9]);
    for (let image = 0; image < 2; image++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const found = data.subarray(((image * 8 + y) * 9 + x) * 3).subarray(0, 3);
          const from = ((image * 7 + y - 1) * 6 + x - 2) * 3;
          const isInside = y >= 1 && x >= 2 && x < 8;
          expect([...found]).toEqual(isInside ? [...images.data.subarray(from, from + 3)] : means);
        }
  });

  it('give the same on the reference and in WebAssembly, bit for bit, with an ADC that clips and noise', async () => {
    await using wasm = await openWasm();
    for (const [seed, window] of windows.entries()) {
      const network = normalised(window, seed);
      const images = noise(network.input, 3);
      const lossless = mapped(network);
      const exact = await simulate(lossless, images, { backend: openReference() });
      expect(exact.outputs).toEqual(integerForward(lossless.network, images));

      const mapping = mapped(network, { settings: ['adc.bits=3', 'noise.read=0.3'] });
      const expected = await simulate(mapping, images, { backend: openReference() });
      const actual = await simulate(mapping, images, { backend: wasm, batch: 2 });
      expect(actual.outputs).toEqual(expected.outputs);
      expect(actual.activity).toEqual(expected.activity);
    }
  });

  it('are measured with the image when clips are chosen', () => {
    const network = normalised(windows[0]!, 3);
    const images = noise(network.input, 4);

    expect(() => compress(network, { calibration: images })).not.toThrow();
    const wrong = caught(() =>
      compress(network, { calibration: withBorder(images, compress(network).border) }),
    );
    expect(wrong.message).toContain('7x6x3');
  });

  it('come back from a stored image, which refuses a border larger than the map', () => {
    const compressed = compress(normalised(windows[0]!, 5));
    const write = (network: CompressedNetwork): Uint8Array =>
      writeStoredImage({ network, indexCoding: 'gap', dataset: '' }, (bits) =>
        groupShapeOf(mars, bits),
      );

    expect(readStoredImage(write(compressed), 'a test').network).toEqual(compressed);
    const border = { ...compressed.border!, pads: [9, 9, 9, 9] as const };
    const error = caught(() => write({ ...compressed, border }));
    expect(error.message).toContain('has a border of');
  });
});

describe('a border', () => {
  const padded = windows[0]!;

  it('is not made where the first layer has no pads, or no pixel stands for 0', () => {
    const open = { ...padded, pads: [0, 0, 0, 0] as const };
    expect(takeImageBorder(normalised(open, 1))).toBe(undefined);
    expect(takeImageBorder(normalised(padded, 1, { mean: [0, 0, 0] }))).toBe(undefined);
    expect(takeImageBorder(normalised(padded, 1, { mean: [0.5, 1.2, 0.5] }))).toBe(undefined);
    expect(
      takeImageBorder(normalised(padded, 1, { mean: [0.485, 0.456, 0] }))?.border.pixels,
    ).toEqual([124, 116, 0]);
  });
});

describe.each(adapterKinds)('pads of the mean on %s', (kind) => {
  const backendOf = suiteBackend(kind);

  it('are those of the reference', async ({ skip }) => {
    const backend = backendOf(skip);
    for (const [seed, window] of windows.slice(0, tries(1, 8)).entries())
      for (const settings of [[], ['adc.bits=3', 'noise.read=0.3']]) {
        const mapping = mapped(normalised(window, seed), { settings });
        const images = noise(imageShape(mapping.network), 2);
        const expected = await simulate(mapping, images, { backend: openReference() });
        const actual = await simulate(mapping, imageSlice(images, 0, 2), { backend });
        expect(actual.outputs).toEqual(expected.outputs);
        expect(actual.activity).toEqual(expected.activity);
      }
  });
});

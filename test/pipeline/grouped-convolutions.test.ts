// Convolutions of several groups on the chip: only weight groups in which some kernel sees some channel are stored.

import { describe, expect, it } from 'vitest';
import { compress } from '../../src/compress/compress.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { layerStorage } from '../../src/mapping/mapping-summary.ts';
import { readStoredImage, writeStoredImage } from '../../src/mapping/stored-image.ts';
import type { Network } from '../../src/network/network.ts';
import { integerForward } from '../../src/reference/integer-network.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import { summarize } from '../../src/report/summarize.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { mars } from '../../src/chips/index.ts';
import { conv, linear, networkOf, noise } from '../support/small-networks.ts';
import { tries } from '../support/long.ts';

/** A convolution of `groups` groups between two plain layers. */
function grouped(groups: number, perGroup: number, kernels: number, seed: number): Network {
  const draw = drawFrom(seed);
  const input = { height: draw(4, 7), width: draw(4, 6), channels: 3 };
  const channels = groups * perGroup;
  const side = draw(1, 3);
  return networkOf(`grouped ${seed}`, input, 3, [
    conv({ name: 'stem', input: 'image', channels: 3, kernels: channels, seed }),
    conv({
      name: 'own',
      input: 'stem',
      channels,
      kernels: groups * kernels,
      groups,
      kernelHeight: side,
      kernelWidth: side,
      padding: side >> 1,
      bias: true,
      batchNorm: draw(0, 1) === 0,
      seed: seed + 1,
    }),
    { kind: 'averagePool', name: 'mean', input: 'own' },
    linear({ name: 'fc', input: 'mean', inputs: groups * kernels, outputs: 3, seed: seed + 2 }),
  ]);
}

const cases = Array.from({ length: tries(4, 60) }, (_, seed) => {
  const draw = drawFrom(seed + 500);
  const groups = draw(2, 34);
  return draw(0, 1) === 0
    ? grouped(groups, 1, 1, seed)
    : grouped(Math.min(groups, 6), draw(1, 12), draw(1, 9), seed);
});

describe('convolutions of several groups', () => {
  it('give the exact integers on the chip, and the same in WebAssembly with an ADC that clips', async () => {
    await using wasm = await openWasm();
    for (const network of cases) {
      const lossless = mapped(network);
      const images = noise(network.input, 2);
      const { outputs } = await simulate(lossless, images, { backend: openReference() });
      expect(outputs, network.name).toEqual(integerForward(lossless.network, images));

      const mapping = mapped(network, { settings: ['adc.bits=3', 'noise.read=0.3'] });
      const expected = await simulate(mapping, images, { backend: openReference() });
      const actual = await simulate(mapping, images, { backend: wasm });
      expect(actual.outputs, network.name).toEqual(expected.outputs);
      expect(actual.activity, network.name).toEqual(expected.activity);
    }
  });

  it('equal the dense convolution with zeros where a kernel does not see a channel', () => {
    for (const network of cases) {
      const compressed = compress(network);
      const layers = compressed.layers.map((layer) => {
        if (layer.kind !== 'conv' || !layer.geometry.groups) return layer;
        const { channels, kernels, window, groups } = layer.geometry;
        const area = window.height * window.width;
        const seen = channels / groups;
        const weights = new Int8Array(kernels * channels * area);
        layer.weights.forEach((weight, i) => {
          const kernel = Math.floor(i / (seen * area));
          const group = Math.floor(kernel / (kernels / groups));
          weights[(kernel * channels + group * seen) * area + (i % (seen * area))] = weight;
        });
        return { ...layer, weights, geometry: { channels, kernels, window } };
      });
      const images = noise(network.input, 1);

      expect(integerForward({ ...compressed, layers }, images)).toEqual(
        integerForward(compressed, images),
      );
    }
  });

  it('come back from a stored image', () => {
    for (const network of cases) {
      const compressed = compress(network);
      const stored = { network: compressed, indexCoding: 'gap' as const, dataset: '' };
      const bytes = writeStoredImage(stored, (bits) => groupShapeOf(mars, bits));

      expect(readStoredImage(bytes, 'a test').network).toEqual(compressed);
    }
  });
});

describe('a depthwise layer', () => {
  const network = grouped(40, 1, 1, 3);

  it.each(['groups', 'none'])('stores its diagonal alone, with sparsity %s', (sparsity) => {
    const mapping = mapped(network, { settings: [`controller.sparsity=${sparsity}`] });
    const own = macroLayersOf(mapping)[1]!;
    const { groups, groupsKept, cellsUsed, macs } = layerStorage(own);
    const positions = own.grid.positions;

    // 40 channels and kernels are blocks of 16, 16 and 8.
    expect([groups, groupsKept]).toEqual([3 * positions, 3 * positions]);
    expect(cellsUsed).toBe(40 / (3 * 256));
    const { height, width } = own.layer.outputShape;
    expect(macs).toBe(40 * positions * height * width);
  });

  it('says in the report how little of its groups is weights', async () => {
    const mapping = mapped(network);
    const images = noise(network.input, 1);
    const run = await simulate(mapping, images, { backend: openReference() });
    const report = summarize(mapping, run, scheduleAll(mapping));

    expect(report.layers.map(({ cellsUsed }) => cellsUsed)).toEqual([
      undefined,
      undefined,
      40 / (3 * 256),
      undefined,
      undefined,
    ]);
  });
});

// Random graphs over all operators that the chip runs: the layers that they become mean the same, and every backend gives
// the same integers.

import { expect, it } from 'vitest';
import { compress } from '../../src/compress/compress.ts';
import { mars } from '../../src/chips/index.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { readStoredImage, writeStoredImage } from '../../src/mapping/stored-image.ts';
import { floatForward, toFloatMap } from '../../src/network/float-forward.ts';
import type { Network } from '../../src/network/network.ts';
import { fuse } from '../../src/network/passes/fuse.ts';
import { spellOut } from '../../src/network/passes/spell-out.ts';
import { integerForward } from '../../src/reference/integer-network.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { schedule } from '../../src/timeline/schedule.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import { tries } from '../support/long.ts';
import { mapped } from '../support/mapped.ts';
import { randomGraph } from '../support/random-graph.ts';
import { noise } from '../support/small-networks.ts';

const graphs = Array.from({ length: tries(120, 500) }, (_, seed) => randomGraph(seed + 1));
const simulated = graphs.slice(0, tries(12, 500));

const operators = (network: Network): string => network.nodes.map(({ op }) => op).join(' ');

it('has graphs with all of it', () => {
  const all = new Set(graphs.flatMap(({ nodes }) => nodes.map(({ op }) => op)));
  expect([...all].toSorted()).toEqual(
    'add averagePool batchNorm clip concat conv hardSwish leakyRelu linear maxPool rearrange relu'.split(
      ' ',
    ),
  );
});

it('become layers that compute the same in real arithmetic', () => {
  for (const network of graphs) {
    const image = toFloatMap(noise(network.input, 1, 3));
    const expected = floatForward(network, image);
    const actual = floatForward(spellOut(fuse(network)), image);
    const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);

    // 32-bit numbers, rounded once more for each layer.
    expected.forEach((value, i) =>
      expect(Math.abs(actual[i]! - value), operators(network)).toBeLessThan(1e-4 * largest),
    );
  }
});

it('come back from a stored image', () => {
  for (const [i, network] of graphs.entries()) {
    const calibration = noise(network.input, 2);
    const compressed = compress(network, { calibration, kernelScales: i % 2 === 0 });
    const stored = { network: compressed, indexCoding: 'bitmap' as const, dataset: '' };
    const bytes = writeStoredImage(stored, (bits) => groupShapeOf(mars, bits));

    expect(readStoredImage(bytes, 'a test').network, operators(network)).toEqual(compressed);
  }
});

it('give the exact integers on a chip that loses nothing, and the same on every backend', async () => {
  await using wasm = await openWasm();
  for (const [i, network] of simulated.entries()) {
    const options = { calibration: noise(network.input, 2), kernelScales: i % 2 === 0 };
    const images = noise(network.input, 1, 5);
    const lossless = mapped(network, options);
    const exact = await simulate(lossless, images, { backend: openReference() });
    expect(exact.outputs, operators(network)).toEqual(integerForward(lossless.network, images));

    const clipping = mapped(network, { ...options, settings: ['adc.bits=4', 'noise.read=0.2'] });
    const expected = await simulate(clipping, images, { backend: openReference() });
    const actual = await simulate(clipping, images, { backend: wasm });
    expect(actual.outputs, operators(network)).toEqual(expected.outputs);
    expect(actual.activity, operators(network)).toEqual(expected.activity);
    expect(schedule(lossless).cyclesPerFrame).toBeGreaterThan(0);
  }
});

// Whole numbers that training settled: codes, zero points, scales by kernel, pads of the code that stands for 0.

import { describe, expect, it } from 'vitest';
import { mars } from '../../../src/chips/index.ts';
import { compress } from '../../../src/compress/compress.ts';
import { readStoredImage, writeStoredImage } from '../../../src/mapping/stored-image.ts';
import { groupShapeOf } from '../../../src/mapping/layer-groups.ts';
import { mapToChip } from '../../../src/mapping/map-to-chip.ts';
import { symmetricWindow } from '../../../src/core/window.ts';
import { floatForward, toFloatMap } from '../../../src/network/float-forward.ts';
import type { GraphNode } from '../../../src/network/graph.ts';
import { readNetworkFile, writeNetworkFile } from '../../../src/network/io/network-file.ts';
import type { Network, TrainedScales } from '../../../src/network/network.ts';
import { codeOf, roundHalfEven } from '../../../src/network/ops/quantize.ts';
import { integerForward } from '../../../src/reference/integer-network.ts';
import { openReference } from '../../../src/reference/reference-backend.ts';
import { simulate } from '../../../src/simulate/simulate.ts';
import { evaluateIntegers } from '../../../src/train/run/evaluate.ts';
import { drawFrom } from '../../../src/measure/draw.ts';
import { adapterKinds } from '../../support/adapters.ts';
import { noise } from '../../support/small-networks.ts';
import { suiteBackend } from '../../support/suite-backend.ts';
import { runtime } from '../../train/onnx-runtime.ts';

const origin = { command: 'a test', seed: 0, hardware: '', date: '', testAccuracy: null };
const input = { height: 6, width: 6, channels: 3 };

/** Codes of a power of two, rounded halves up as the requantizer does, so that real arithmetic and integers agree exactly. */
const codes = (scale: number, zero: number) =>
  ({ scale, zero, low: -128, high: 127, rounding: 'up' }) as const;

/** A network as an exporter of quantized networks writes it: whole numbers behind the image, each layer and the pool. */
function codedNetwork(seed: number): Network {
  const draw = drawFrom(seed);
  const tensors = new Map<string, Record<string, Float32Array>>();
  const scales = new Map<string, TrainedScales>();
  const weights = (name: string, kernels: number, perKernel: number, kernelScales: number[]) => {
    const of = (m: number): number => kernelScales[m % kernelScales.length]!;
    const weight = Float32Array.from(
      { length: kernels * perKernel },
      (_, i) => draw(-127, 127) * of(Math.floor(i / perKernel)),
    );
    const bias = Float32Array.from(
      { length: kernels },
      (_, m) => draw(-500, 500) * of(m) * 2 ** -3,
    );
    tensors.set(name, { weight, bias });
    const all = Array.from({ length: kernels }, (_, m) => of(m));
    const isOne = kernelScales.length === 1;
    const weightScale = Math.max(...all);
    scales.set(name, { weightBits: 8, weightScale, ...(isOne ? {} : { kernelScales: all }) });
  };
  tensors.set('norm', { factor: Float32Array.of(16, 8, 4), shift: Float32Array.of(-8, -3, 0) });
  weights('a', 4, 27, [2 ** -6, 2 ** -8]);
  weights('b', 4, 9, [2 ** -7, 2 ** -5]);
  weights('fc', 5, 36, [2 ** -7]);
  const nodes: readonly GraphNode[] = [
    {
      op: 'affine',
      name: 'norm',
      inputs: ['image'],
      attributes: { height: 1, width: 1, channels: 3 },
    },
    { op: 'quantize', name: 'q0', inputs: ['norm'], attributes: codes(2 ** -4, draw(-90, 20)) },
    {
      op: 'conv',
      name: 'a',
      inputs: ['q0'],
      attributes: { channels: 3, kernels: 4, window: symmetricWindow(3, 3, { padding: 1 }) },
    },
    { op: 'clip', name: 'a6', inputs: ['a'], attributes: { min: 0, max: 6 } },
    { op: 'quantize', name: 'qa', inputs: ['a6'], attributes: codes(2 ** -4, draw(-100, 0)) },
    {
      op: 'conv',
      name: 'b',
      inputs: ['qa'],
      attributes: {
        channels: 4,
        kernels: 4,
        groups: 4,
        window: symmetricWindow(3, 3, { padding: 1 }),
      },
    },
    { op: 'quantize', name: 'qb', inputs: ['b'], attributes: codes(2 ** -3, draw(-60, 60)) },
    {
      op: 'averagePool',
      name: 'pool',
      inputs: ['qb'],
      attributes: { window: symmetricWindow(2, 2, { stride: 2 }) },
    },
    // As the exporter has it: the pool's own rounding.
    { op: 'quantize', name: 'qp', inputs: ['pool'], attributes: codes(2 ** -3, 0) },
    { op: 'linear', name: 'fc', inputs: ['qp'], attributes: { inputs: 36, outputs: 5 } },
  ];
  const qb = nodes.find(({ name }) => name === 'qb')!;
  const nodesAlike = nodes.map((node) =>
    node.name === 'qp' ? ({ ...node, attributes: qb.attributes } as GraphNode) : node,
  );
  const precision = { weightBits: 8, activationBits: 8 };
  const facts = { name: 'coded', dataset: 'none', input, classes: 5, origin, precision };
  return { ...facts, nodes: nodesAlike, tensors, scales };
}

describe('quantize', () => {
  it.each([
    ['even', [-2, 0, 0, 2, 2]],
    ['up', [-1, 0, 1, 2, 3]],
    ['down', [-1, 0, 0, 1, 2]],
    ['floor', [-2, -1, 0, 1, 2]],
    ['ceil', [-1, 0, 1, 2, 3]],
    ['zero', [-1, 0, 0, 1, 2]],
    ['away', [-2, -1, 1, 2, 3]],
  ] as const)('rounds halves with %s', (rounding, wanted) => {
    const code = codeOf({ scale: 0.5, zero: 0, low: -9, high: 9, rounding });

    expect([-0.75, -0.25, 0.25, 0.75, 1.25].map((value) => code(value) + 0)).toEqual(wanted);
  });

  it('rounds halves to the even number', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4].map((value) => roundHalfEven(value) + 0)).toEqual([
      0, 2, 2, 0, -2, 2,
    ]);
  });
});

describe('a network whose codes training settled', () => {
  const images = noise(input, 6);

  it.each([8, 16] as const)(
    'has the whole numbers of real arithmetic on the chip, with multipliers of %d bits',
    async (multiplierBits) => {
      for (let seed = 0; seed < 4; seed++) {
        const network = codedNetwork(seed);
        const compressed = compress(network, { multiplierBits });
        const real = floatForward(network, toFloatMap(images));

        const exact = integerForward(compressed, images);
        const run = await simulate(mapToChip(compressed, mars), images, {
          backend: openReference(),
        });
        const set = { name: 'noise', classes: 5, images, labels: new Uint8Array(6) };
        const inRuntime = await evaluateIntegers(compressed, set, runtime);

        const unit = 2 ** -7 * 2 ** -3;
        expect(Array.from(exact, (sum) => sum * unit)).toEqual([...real]);
        expect([...inRuntime]).toEqual([...exact]);
        expect([...run.outputs]).toEqual([...exact]);
        expect(new Set(exact).size).toBeGreaterThan(10);
      }
    },
  );

  it('drives the code that stands for 0 outside the map, and stores no layer for the pool’s rounding', () => {
    const { layers, imageTable } = compress(codedNetwork(1));

    expect(layers.map(({ name }) => name)).toEqual(['a', 'b', 'qp', 'fc']);
    expect(layers[0]).toHaveProperty('padCode');
    expect(imageTable).toHaveLength(3 * 256);
  });

  it('is the same network again from its file, and its integers from a stored image', () => {
    const network = codedNetwork(2);
    const compressed = compress(network, { multiplierBits: 16 });

    const again = readNetworkFile(writeNetworkFile(network), 'file');
    const stored = { network: compressed, indexCoding: 'absolute', dataset: '' } as const;
    const image = writeStoredImage(stored, (bits) => groupShapeOf(mars, bits));

    expect(compress(again, { multiplierBits: 16 })).toEqual(compressed);
    expect(readStoredImage(image, 'image').network).toEqual(compressed);
  });
});

describe.each(adapterKinds)('codes on %s', (kind) => {
  const gpuOf = suiteBackend(kind);

  it('have the numbers of the reference, bit for bit', async (context) => {
    const backend = gpuOf(context.skip);
    const images = noise(input, 3);
    const mapping = mapToChip(compress(codedNetwork(5), { multiplierBits: 16 }), mars);

    const expected = await simulate(mapping, images, { backend: openReference() });
    const { outputs } = await simulate(mapping, images, { backend });

    expect([...outputs]).toEqual([...expected.outputs]);
  });
});

// A network whose layers were trained with different bits, through the whole pipeline.
import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import { compress } from '../../src/compress/compress.ts';
import { openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { mapToChip } from '../../src/mapping/map-to-chip.ts';
import { readStoredImage, writeStoredImage } from '../../src/mapping/stored-image.ts';
import type { Layer } from '../../src/network/fused-network.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { runJob } from '../../src/pipeline/run-job.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { openEstimator } from '../../src/pipeline/estimator.ts';
import { tryAdapter } from '../support/adapters.ts';
import { conv, linear, networkOf, noise } from '../support/small-networks.ts';
import { everyNth, tries } from '../support/long.ts';
import { macroLayersOf } from '../support/mapped.ts';

const multiples = (count: number, unit: number, highest: number): Float32Array =>
  Float32Array.from(
    { length: count },
    (_, i) => unit * ((i * 7) % (2 * highest + 1)) - unit * highest,
  );
const layers: readonly Layer[] = [
  {
    ...conv({ name: 'wide', input: 'image', channels: 16, kernels: 40 }),
    weights: multiples(40 * 144, 1 / 64, 127).map((w) => Math.round(w * 64) / 64),
    scales: { weightBits: 8, weightScale: 1 / 64, output: { bits: 6, scale: 4 } },
  },
  {
    ...conv({ name: 'narrow', input: 'wide', channels: 40, kernels: 40 }),
    weights: multiples(40 * 360, 1 / 4, 7),
    scales: { weightBits: 4, weightScale: 1 / 4, output: { bits: 3, scale: 64 } },
  },
  {
    ...linear({ name: 'fc', input: 'narrow', inputs: 640, outputs: 3 }),
    weights: multiples(1920, 1 / 4, 7),
    scales: { weightBits: 4, weightScale: 1 / 4 },
  },
];
const network = {
  ...networkOf('mixed', { height: 4, width: 4, channels: 16 }, 3, layers),
  precision: { weightBits: 4, activationBits: 5 },
};
const groupShape = (bits: number): ReturnType<typeof groupShapeOf> => groupShapeOf(mars, bits);

describe('a network of mixed bits', () => {
  const compressed = compress(network);

  it('has groups and phases that follow the bits of each layer', () => {
    const found = macroLayersOf(mapToChip(compressed, mars)).map(({ layer, grid }) => [
      layer.weightBits,
      layer.inputBits,
      grid.shape.kernels,
    ]);

    expect(found).toEqual([
      [8, 5, 16],
      [4, 6, 32],
      [4, 3, 32],
    ]);
  });

  it('gives on the chip what its integers give', async () => {
    const images = noise(network.input, 3);
    const set = { name: 'noise', classes: 3, images, labels: new Uint8Array(3) };
    const bits = { ...network.precision, prunedGroups: 0 };
    const job = { network, chip: mars, calibration: images, ...bits, images: set, seed: 1 };

    const { report, outputs } = await runJob(job, openReference());

    expect(report.accuracy).toMatchObject({ agreement: 1 });
    expect(new Set(outputs).size).toBeGreaterThan(3);
  });

  const settings: readonly { readonly title: string; readonly changes: readonly string[] }[] = [
    { title: 'ideal', changes: [] },
    { title: 'with a small ADC', changes: ['adc.bits=4'] },
    {
      title: 'with noise',
      changes: ['noise.read=0.3', 'noise.offset=0.3', 'noise.gain=0.02', 'noise.cell=0.05'],
    },
  ];
  it.for(everyNth(2, settings))(
    'gives the same on lavapipe, $title',
    async ({ changes }, { skip }) => {
      const adapter = await tryAdapter('lavapipe');
      if (typeof adapter === 'string') return skip(adapter);
      const { device } = await openDevice(adapter.gpu);
      await using gpu = await openGpuBackend(device, adapter.description);
      const mapping = mapToChip(compressed, setChipValues(mars, changes));
      const images = noise(network.input, tries(1, 3));

      const expected = await simulate(mapping, images, { backend: openReference() });
      const actual = await simulate(mapping, images, { backend: gpu });

      expect(actual.outputs).toEqual(expected.outputs);
      expect(actual.activity).toEqual(expected.activity);
    },
  );

  it('comes back from its stored image, and can be estimated', () => {
    const stored = { network: compressed, indexCoding: 'absolute' as const, dataset: 'noise' };
    const estimate = openEstimator({ network, ...network.precision });

    expect(readStoredImage(writeStoredImage(stored, groupShape), 'test').network).toEqual(
      compressed,
    );
    expect(estimate(mars).performance.framesPerSecond).toBeGreaterThan(0);
  });
});

// Every reader of files, with damaged ones: each is refused by name, or read as a value that can be written again.

import { describe, expect, it } from 'vitest';
import { mars, readChipFile } from '../src/chips/index.ts';
import { compress } from '../src/compress/compress.ts';
import { readMaskFile, writeMaskFile } from '../src/compress/mask-file.ts';
import { crc32 } from '../src/core/bits.ts';
import { parseJson } from '../src/core/json.ts';
import type { GroupShape } from '../src/compress/weight-group.ts';
import { CimError } from '../src/core/errors.ts';
import { tilingWindow } from '../src/core/window.ts';
import { type CifarKind, readCifar } from '../src/datasets/cifar.ts';
import { readIdxImages, readIdxLabels } from '../src/datasets/idx.ts';
import type { ImageSet } from '../src/datasets/image-set.ts';
import { indexCodings } from '../src/mapping/index-coding.ts';
import { groupShapeOf } from '../src/mapping/layer-groups.ts';
import { readStoredImage, writeStoredImage } from '../src/mapping/stored-image.ts';
import { readNetworkFile, writeNetworkFile } from '../src/network/io/network-file.ts';
import { readTensorFile, type Tensor, writeTensorFile } from '../src/network/io/safetensors.ts';
import { readJob, writeJob } from '../src/pipeline/job-file.ts';
import { checkMatrixVectorCase, type MatrixVectorCase } from '../src/pipeline/matrix-vector.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../src/train/run/checkpoint.ts';
import { readLayerPlans } from '../src/train/groups/layer-plan.ts';
import { readMetrics, writeMetricsLine } from '../src/network/io/metrics-file.ts';
import { type EpochRecord } from '../src/network/epoch-record.ts';
import { estimateRun } from '../src/pipeline/estimate.ts';
import { readReport } from '../src/report/read-report.ts';
import { reportText } from '../src/report/report.ts';
import { summarize } from '../src/report/summarize.ts';
import { scheduleAll } from '../src/timeline/schedule-all.ts';
import { mapped } from './support/mapped.ts';
import { readsOrRefuses } from './support/mutations.ts';
import { conv, linear, networkOf, noise } from './support/small-networks.ts';
import { fuse } from '../src/network/passes/fuse.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const json = (value: unknown): Uint8Array => text(JSON.stringify(value));

const shape = (weightBits: number): GroupShape => groupShapeOf(mars, weightBits);

/** Two layers with weights, batch norm and a pool; few numbers, so that damage meets what is said of them. */
const small = networkOf('small', { height: 4, width: 4, channels: 2 }, 3, [
  conv({ name: 'a', input: 'image', channels: 2, kernels: 4, bias: true, batchNorm: true }),
  { kind: 'maxPool', name: 'pool', input: 'a', window: { ...tilingWindow(2), pads: [0, 1, 1, 0] } },
  linear({ name: 'fc', input: 'pool', inputs: 16, outputs: 3, bias: true }),
]);

const epochs: readonly EpochRecord[] = [1, 2].map((epoch) => ({
  epoch,
  stage: epoch === 1 ? 'lasso' : 'tune',
  loss: 1.5 / epoch,
  accuracy: 0.5,
  density: 0.75,
  learningRate: 0.05,
  imagesPerSecond: 100,
  seconds: 2.5,
  ...(epoch === 2 ? { testAccuracy: 0.875 } : {}),
}));

const checkpoint: Checkpoint = {
  network: fuse(small),
  velocities: new Map([['a.weight', new Float32Array(72).fill(0.25)]]),
  kept: new Map([['a', Float32Array.of(1, 0)]]),
  scales: new Map(
    ['a', 'fc'].map((name) => [name, { weight: { value: 0.5, velocity: -0.125 } }] as const),
  ),
  position: { epoch: 2, step: 3, lossSum: 4.5, right: 6, seconds: 7.5 },
  epochs,
  settings: { seed: 1, bits: null, layers: { a: [8] } },
};

const testCase: MatrixVectorCase = {
  wordLinesOn: 16,
  inputBitsPerPhase: 2,
  adc: { bits: 6, step: 1, offset: 0 },
  weightBits: 8,
  inputBits: 8,
  weights: [
    [1, 2, 3],
    [-4, 5, 6],
  ],
  inputs: [[7, 8, 9]],
  noise: { read: 0.5 },
  seed: 3,
};

/** CIFAR's bytes of a set; of CIFAR-100 with a coarse label of 7. */
function writeCifar(kind: CifarKind, { images, labels }: ImageSet): Uint8Array {
  const bytes: number[] = [];
  for (let image = 0; image < images.images; image++) {
    if (kind === 'cifar100') bytes.push(7);
    bytes.push(labels[image]!);
    for (let c = 0; c < 3; c++)
      for (let pixel = 0; pixel < 1024; pixel++)
        bytes.push(images.data[(image * 1024 + pixel) * 3 + c]!);
  }
  return Uint8Array.from(bytes);
}

const cifar = (kind: CifarKind, classes: number): Uint8Array =>
  writeCifar(kind, {
    name: kind,
    classes,
    images: noise({ height: 32, width: 32, channels: 3 }, 2),
    labels: Uint8Array.of(9, 4),
  });

function idx(sizes: readonly number[], data: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  head.setUint32(0, 0x0800 + sizes.length);
  sizes.forEach((size, i) => head.setUint32(4 + 4 * i, size));
  return Uint8Array.from([...new Uint8Array(head.buffer), ...data]);
}

/** An image with its checksum made right again. */
function sealed(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) return bytes;
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(copy.length - 4, crc32(copy.subarray(0, -4)), true);
  return copy;
}

const jsonOf = (bytes: Uint8Array): unknown =>
  parseJson(bytes, (what) => new CimError('input', { what, where: 'a.json' }));

describe('a damaged file is refused, or read as what can be written again:', () => {
  it('safetensors', () => {
    const tensors = new Map<string, Tensor>([
      ['a', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['none', { shape: [0], data: new Float32Array() }],
      ['b', { shape: [], data: Float32Array.of(7) }],
      ['codes', { shape: [3], data: Int8Array.of(-7, 0, 7) }],
    ]);

    const refused = readsOrRefuses(
      {
        files: [writeTensorFile({ metadata: { note: 'x' }, tensors })],
        read: (bytes) => readTensorFile(bytes, 'a.safetensors'),
        write: writeTensorFile,
      },
      1500,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('networks', () => {
    const refused = readsOrRefuses(
      {
        files: [writeNetworkFile(small)],
        read: (bytes) => readNetworkFile(bytes, 'a.safetensors'),
        write: writeNetworkFile,
      },
      500,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('checkpoints', () => {
    const refused = readsOrRefuses(
      {
        files: [writeCheckpoint(checkpoint)],
        read: (bytes) => readCheckpoint(bytes, 'a.checkpoint'),
        write: writeCheckpoint,
      },
      500,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('stored images, under a right checksum', () => {
    const network = compress(small, { prunedGroups: 0.5, weightBits: 4, groupShape: shape(4) });

    const refused = readsOrRefuses(
      {
        files: indexCodings.map((indexCoding) =>
          writeStoredImage({ network, indexCoding, dataset: 'noise' }, shape),
        ),
        read: (bytes) => readStoredImage(bytes, 'a.bin'),
        write: (stored) => writeStoredImage(stored, shape),
        mend: sealed,
        place: 'a.bin',
      },
      500,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('jobs', () => {
    const images = {
      name: 'noise',
      classes: 3,
      images: noise(small.input, 2),
      labels: Uint8Array.of(2, 0),
    };
    const common = { chip: mars, images, seed: 4 };
    const trained = {
      ...common,
      network: small,
      calibration: noise(small.input, 1, 9),
      weightBits: 6,
      activationBits: 7,
      prunedGroups: 0.25,
    };
    const network = compress(small);

    const refused = readsOrRefuses(
      {
        files: [
          writeJob(trained),
          writeJob({ ...common, stored: { network, indexCoding: 'gap', dataset: 'noise' } }),
        ],
        read: readJob,
        write: writeJob,
      },
      200,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('images in IDX', () => {
    const refused = readsOrRefuses(
      {
        files: [
          idx(
            [2, 3, 2],
            Uint8Array.from({ length: 12 }, (_, i) => i),
          ),
        ],
        read: (bytes) => readIdxImages(bytes, 'a-ubyte'),
        write: ({ images, height, width, data }) => idx([images, height, width], data),
      },
      1500,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('labels in IDX', () => {
    const refused = readsOrRefuses(
      {
        files: [idx([5], Uint8Array.of(1, 2, 3, 4, 5))],
        read: (bytes) => readIdxLabels(bytes, 'a-ubyte'),
        write: (labels) => idx([labels.length], labels),
      },
      1500,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it.each([
    ['cifar10', 10],
    ['cifar100', 100],
  ] as const)('%s', (kind, classes) => {
    const refused = readsOrRefuses(
      {
        files: [cifar(kind, classes)],
        read: (bytes) => readCifar(bytes, kind, 'a.bin'),
        write: (set) => writeCifar(kind, set),
      },
      100,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('group masks', () => {
    const masks = new Map([['a', Uint8Array.of(0, 1, 1)]]);
    const file = { network: 'small', shape: { channels: 16, kernels: 16 }, masks };

    const refused = readsOrRefuses(
      {
        files: [text(writeMaskFile(file))],
        read: (bytes) => readMaskFile(bytes, 'masks.json'),
        write: (value) => text(writeMaskFile(value)),
      },
      1000,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('chips', () => {
    const refused = readsOrRefuses(
      { files: [json(mars)], read: (bytes) => readChipFile(bytes, 'a.json'), write: json },
      250,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('matrices and vectors', () => {
    const refused = readsOrRefuses(
      {
        files: [json(testCase)],
        read: (bytes) => checkMatrixVectorCase(jsonOf(bytes), 'a.json'),
        write: json,
      },
      800,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('plans of layers', () => {
    const refused = readsOrRefuses(
      {
        files: [
          json({ version: 1, layers: { a: { weightBits: 8 }, fc: { lasso: 2, dense: true } } }),
        ],
        read: (bytes) => readLayerPlans(jsonOf(bytes), 'a.json'),
        write: (plans) => json({ version: 1, layers: Object.fromEntries(plans) }),
      },
      1500,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('metrics', () => {
    const refused = readsOrRefuses(
      {
        files: [text(epochs.map(writeMetricsLine).join(''))],
        read: (bytes) => readMetrics(bytes, 'a.jsonl'),
        write: (records) => text(records.map(writeMetricsLine).join('')),
      },
      1000,
    );

    expect(refused).toBeGreaterThan(0);
  });

  it('reports', () => {
    const mapping = mapped(small);
    const written = reportText(summarize(mapping, estimateRun(mapping), scheduleAll(mapping)));
    // What was read has its fields in another order.
    const report = readReport(written, 'report.json');

    const refused = readsOrRefuses(
      {
        files: [text(reportText(report))],
        read: (bytes) => readReport(bytes, 'report.json'),
        write: (value) => text(reportText(value)),
      },
      250,
    );

    expect(refused).toBeGreaterThan(0);
  });
});

// Real reports for the page of pieces: three MNIST images on the reference, and ResNet18 estimated.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mars, marsDense, setChipValues } from '../../../src/chips/index.ts';
import { loadDataset } from '../../../src/cli/load-dataset.ts';
import { packageRoot } from '../../../src/cli/package-root.ts';
import { densityProfileMasks } from '../../../src/compress/group-masks.ts';
import { firstImages, spreadImages } from '../../../src/datasets/image-set.ts';
import type { Mapping } from '../../../src/mapping/map-to-chip.ts';
import { resnet18 } from '../../../src/network/builtin/resnet18.ts';
import { readNetworkFile } from '../../../src/network/io/network-file.ts';
import { estimate, type Estimate } from '../../../src/pipeline/estimate.ts';
import { groupShapeOf } from '../../../src/mapping/layer-groups.ts';
import { drawingOf } from '../../../src/experiment/drawing.ts';
import { statisticsOf } from '../../../src/experiment/statistics.ts';
import { rooflineOf } from '../../../src/report/roofline.ts';
import type { SweepPicture } from '../../../src/view/pieces/plots/sweep-data.ts';
import { madeRow } from '../../support/rows.ts';
import { mapJob, runJob } from '../../../src/pipeline/run-job.ts';
import { integerForward } from '../../../src/reference/integer-network.ts';
import { openReference } from '../../../src/reference/reference-backend.ts';
import type { EpochRecord } from '../../../src/network/epoch-record.ts';
import type { TrainingRecord } from '../../../src/view/pieces/plots/training-data.ts';
import type { PiecesData } from './pieces-page/pieces-data.ts';

const bits = { weightBits: 8, activationBits: 8, prunedGroups: 0 } as const;

/** ResNet18 with half the illustrative density profile. */
export function estimateResnet18(): Estimate {
  const network = resnet18({ seed: 1 });
  const groupMasks = densityProfileMasks(network, 0.5, 1, groupShapeOf(mars, 8));
  return estimate({ network, chip: mars, groupMasks, ...bits });
}

/** Data of every piece. */
export async function makePiecesData(): Promise<PiecesData> {
  const large = estimateResnet18();
  const dense = estimate({ network: resnet18({ seed: 1 }), chip: marsDense, ...bits });
  return {
    ...(await runMnist()),
    large: { report: large.report, timeline: large.timeline },
    dense: dense.report,
    columnSums: {
      sums: Array.from({ length: 241 }, (_, sum) => ({
        sum,
        count: Math.round(2e6 * Math.exp(-(((sum - 20) / 22) ** 2)) + (sum === 90 ? 7 : 0)),
      })),
      adc: { levels: Array.from({ length: 64 }, (_, code) => code), low: -0.5, high: 63.5 },
    },
    sweep: sweepPicture(),
    roofline: rooflineOf(large.report, mars),
    training: epochs(),
    density: [0.1, 0.2, 0.4, 0.7, 1].flatMap((density) => [
      { series: 'group lasso', density, accuracy: 0.93 - 0.03 * (1 - density) ** 4 },
      { series: 'magnitude alone', density, accuracy: 0.93 - 0.6 * (1 - density) ** 3 },
    ]),
    pattern: patternOf(large.mapping, 'l4b1c2'),
  };
}

/** Accuracy by ADC bits and read noise, on three chip instances. */
function sweepPicture(): SweepPicture {
  const rows = [3, 4, 5, 6, 7].flatMap((bits) =>
    [0, 0.2].flatMap((noise) =>
      [1, 2, 3].map((chipSeed) =>
        madeRow(
          { 'adc.bits': bits, 'noise.read': noise },
          { accuracy: 0.98 - 0.4 / bits ** 2 - noise * 0.02 * chipSeed },
          { chipSeed, right: '7f' },
        ),
      ),
    ),
  );
  const statistics = statisticsOf(rows, undefined);
  return { statistics, drawing: drawingOf(statistics, 'rows', { kind: 'curves' }) };
}

async function runMnist(): Promise<Pick<PiecesData, 'small' | 'predictions'>> {
  const tests = loadDataset('mnist', 'test');
  const images = firstImages(tests, 3);
  const job = {
    network: readNetworkFile(
      readFileSync(join(packageRoot, 'models/mnist-cnn.safetensors')),
      'mnist-cnn',
    ),
    chip: setChipValues(mars, ['adc.bits=4']),
    calibration: spreadImages(tests, 32),
    weightBits: 8,
    activationBits: 8,
    prunedGroups: 0.75,
    images,
    seed: 1,
  };
  const { report, outputs } = await runJob(job, openReference());
  const { network } = mapJob(job);
  return {
    small: { report },
    predictions: {
      classes: network.classes,
      labels: [...images.labels],
      outputs: [...outputs],
      exact: [...integerForward(network, images.images)],
      pixels: [...images.images.data],
      height: images.images.height,
      width: images.images.width,
      channels: images.images.channels,
    },
  };
}

function epochs(): readonly TrainingRecord[] {
  const stages = ['dense', 'lasso', 'tune', 'quantize'] as const;
  // As training writes them: what the plot reads must stay assignable.
  const records: readonly EpochRecord[] = Array.from({ length: 12 }, (_, i) => ({
    epoch: i + 1,
    stage: stages[Math.floor(i / 3)]!,
    loss: 2.3 * 0.75 ** i,
    accuracy: 1 - 0.8 * 0.75 ** i,
    density: Math.max(0.25, 1 - 0.15 * Math.max(0, i - 2)),
    learningRate: 0.05,
    imagesPerSecond: 100,
    seconds: 10,
    ...(i % 2 === 1 ? { testAccuracy: 0.97 - 0.7 * 0.75 ** i } : {}),
  }));
  return records;
}

function patternOf(mapping: Mapping, wanted: string): PiecesData['pattern'] {
  const names = mapping.network.layers.map(({ name }) => name);
  const mapped = mapping.layers.find(({ layer }) => layer.name === wanted);
  if (mapped?.layer.kind !== 'conv' || mapped.kind !== 'macro')
    throw new Error(`no convolution ${wanted} among ${names.join(', ')}`);
  const { kernelTiles, blocks, positions } = mapped.grid;
  return { layer: wanted, tiles: kernelTiles, blocks, positions, kept: [...mapped.kept] };
}

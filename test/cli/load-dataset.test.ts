// What is read of a data set: the files that are needed, and no others.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadDataset } from '../../src/cli/load-dataset.ts';
import { datasetOfImage, nodeSources } from '../../src/cli/node-sources.ts';
import { loadCalibratedJob } from '../../src/settings/load-job.ts';
import { defaultSettings, type RunSettings } from '../../src/settings/run-settings.ts';
import { caught, caughtEventually } from '../support/caught.ts';
import { emptyFolder, mars } from '../support/mars.ts';

const record = 3073;

/** A file of CIFAR-10 with `count` images; image i is of class i mod 10, and grey of value i. */
function cifarFile(folder: string, name: string, count: number, extra = 0): void {
  const bytes = new Uint8Array(count * record + extra);
  for (let i = 0; i < count; i++) {
    bytes.fill(i, i * record, (i + 1) * record);
    bytes[i * record] = i % 10;
  }
  writeFileSync(join(folder, name), bytes);
}

/** A folder that holds three test images, and nothing else. */
function testsAlone(): string {
  const folder = emptyFolder();
  cifarFile(folder, 'test_batch.bin', 3);
  return folder;
}

const options = (network: string, data: string): RunSettings => ({
  ...defaultSettings,
  network,
  data,
});

describe('the data set of a stored image', () => {
  it.each([
    ['none', 'cifar10', 'cifar10'],
    ['none', undefined, 'none'],
    ['none', 'own/pictures', 'none'],
    ['mnist', 'cifar10', 'mnist'],
  ])('of a network of %s, mapped with --dataset %s, is %s', (trained, dataset, expected) => {
    expect(datasetOfImage(trained, { dataset })).toBe(expected);
  });
});

describe('a job', () => {
  it('needs no training images where training settled the scales', async () => {
    const job = await loadCalibratedJob(options('resnet20-4b', testsAlone()), nodeSources);

    expect('stored' in job || job.calibration).toBe(undefined);
  });

  it('names the files that are missing where it does need them', async () => {
    const folder = testsAlone();

    const error = await caughtEventually(() =>
      loadCalibratedJob(options('resnet20', folder), nodeSources),
    );

    expect(error.message).toContain(
      'has no data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin of cifar10 (training images)',
    );
    expect(error.message).toContain('https://www.cs.toronto.edu/~kriz/cifar.html');
    expect(error.where).toEqual([folder]);
    const asked = { ...options('resnet20-4b', folder), weightBits: 6 };
    const other = await caughtEventually(() => loadCalibratedJob(asked, nodeSources));
    expect(other.message).toContain('data_batch_1.bin');
  });
});

describe('mars', () => {
  it('maps and runs a network of trained scales with its test images alone', () => {
    const data = testsAlone();
    const cwd = emptyFolder();
    const network = ['--network', 'resnet20-4b', '--data', data];

    const mapped = mars(['map', ...network, '--image', 'image.bin'], cwd);
    const ran = mars(['run', ...network, '--images', '1', '--float-images', '0', '--json'], cwd);
    const more = mars(['run', ...network, '--images', '4'], cwd);
    const calibrated = mars(['run', '--network', 'resnet20', '--data', data, '--images', '1'], cwd);

    expect(mapped.code, mapped.stderr).toBe(0);
    expect(ran.code, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ dataset: 'cifar10 test', images: 1 });
    expect(more.code).toBe(1);
    expect(more.stderr).toContain('4 images asked for, it has 3');
    expect(calibrated.code).toBe(1);
    expect(calibrated.stderr).toMatch(/has no data_batch_1\.bin, .*data_batch_5\.bin of cifar10/);
  });
});

describe('loadDataset', () => {
  it('reads the first images alone, and the first files alone', () => {
    const folder = emptyFolder();
    cifarFile(folder, 'data_batch_1.bin', 4);
    cifarFile(folder, 'data_batch_2.bin', 4);

    const three = loadDataset('cifar10', 'train', folder, 3);
    const six = loadDataset('cifar10', 'train', folder, 6);

    expect(three.images.images).toBe(3);
    expect([...three.labels]).toEqual([0, 1, 2]);
    expect([...six.labels]).toEqual([0, 1, 2, 3, 0, 1]);
    expect([...six.images.data.subarray(5 * 3072, 5 * 3072 + 3)]).toEqual([1, 1, 1]);
  });

  it('names the one file that is missing', () => {
    const folder = emptyFolder();
    for (const n of [1, 2, 4, 5]) cifarFile(folder, `data_batch_${n}.bin`, 1);

    const error = caught(() => loadDataset('cifar10', 'train', folder));

    expect(error.message).toContain('has no data_batch_3.bin of cifar10');
  });

  it('refuses a damaged file, also where its first images would do', () => {
    const folder = emptyFolder();
    cifarFile(folder, 'test_batch.bin', 3, 5);

    const error = caught(() => loadDataset('cifar10', 'test', folder, 1));

    expect(error.message).toContain('not a whole number of 3073-byte images');
  });

  it('says where to get a data set that is not named anywhere', () => {
    vi.stubEnv('MARS_DATA', undefined);

    const error = caught(() => loadDataset('cifar100', 'test'));

    vi.unstubAllEnvs();
    expect(error.message).toContain('needed are test.bin (test images)');
    expect(error.message).toContain('https://www.cs.toronto.edu/~kriz/cifar.html');
  });
});

// CIFAR-10's standard files, where this machine has them (MARS_DATA).

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/cli/load-dataset.ts';
import type { Report } from '../../src/report/report.ts';
import { itLong } from '../support/long.ts';
import { emptyFolder, mars } from '../support/mars.ts';

const data = process.env['MARS_DATA'];
const missing =
  data === undefined || !existsSync(join(data, 'cifar10/test_batch.bin'))
    ? 'MARS_DATA names no folder with CIFAR-10: get its binary version from https://www.cs.toronto.edu/~kriz/cifar.html'
    : undefined;

describe('CIFAR-10', () => {
  it('has 10,000 test images, 1,000 of each class, the first one a cat', ({ skip }) => {
    if (missing) skip(missing);

    const set = loadDataset('cifar10', 'test');
    const counts = Array.from(
      { length: 10 },
      (_, c) => set.labels.filter((label) => label === c).length,
    );

    expect(set.images).toMatchObject({ images: 10_000, height: 32, width: 32, channels: 3 });
    expect(counts).toEqual(Array.from({ length: 10 }, () => 1000));
    expect(set.labels[0]).toBe(3);
  });

  it('runs through ResNet-20 on the chip with every output of the exact integer network', ({
    skip,
  }) => {
    if (missing) skip(missing);
    const cwd = emptyFolder();

    const { code, stdout, stderr } = mars(
      ['run', '--network', 'resnet20', '--images', '2', '--json'],
      cwd,
    );

    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report.dataset).toBe('cifar10 test');
    expect(report.accuracy.agreement).toBe(1);
    expect(report.layers.filter(({ memories }) => memories.adds !== null)).toHaveLength(9);
    expect(existsSync(join(cwd, 'out/trace.json'))).toBe(true);
    expect(readFileSync(join(cwd, 'out/report.json'), 'utf8')).toBe(stdout);
  });

  // Integers, so that every machine counts the same. The whole test set is in models/README.md.
  const rightOf500 = {
    'vgg16-d0.1-8b': 467,
    'resnet18-d0.07-8b': 468,
    'vgg16-w0.25-4b': 446,
    'vgg16-w0.25-d0.1-4b': 421,
    'resnet20-4b': 439,
  };
  for (const [network, right] of Object.entries(rightOf500))
    itLong(`has ${right} of its first 500 images told rightly by ${network}`, ({ skip }) => {
      if (missing) skip(missing);

      const { code, stdout, stderr } = mars(
        ['run', '--network', network, '--images', '500', '--float-images', '0', '--json'],
        emptyFolder(),
      );

      expect(code, stderr).toBe(0);
      const { accuracy } = JSON.parse(stdout) as Report;
      expect(accuracy).toMatchObject({ top1: right / 500, agreement: 1 });
    });
});

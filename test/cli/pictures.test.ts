// Folders of pictures on the command line.

import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, mars, type Ran, root } from '../support/mars.ts';
import { pixelFile } from '../support/pixel-file.ts';
import { itLong } from '../support/long.ts';

const fixtures = join(root, 'test/datasets/pictures/fixtures');

/** A folder with digits of one brightness each, a folder for each class. */
function digits(perClass: number): string {
  const folder = join(emptyFolder(), 'digits');
  for (let i = 0; i < 10 * perClass; i++) {
    mkdirSync(join(folder, `${i % 10}`), { recursive: true });
    writeFileSync(join(folder, `${i % 10}`, `${i}.npy`), pixelFile(28, 28, i));
  }
  return folder;
}

describe('a folder of pictures', () => {
  let folder = '';
  beforeAll(() => {
    folder = digits(3);
  });

  itLong('is a data set of mars run, compress and sweep', () => {
    const of = ['--dataset', folder, '--images', '4'];
    const run = mars(['run', ...of, '--backend', 'wasm', '--threads', '1', '--json']);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ dataset: 'digits', images: 4 });

    const compress = mars(['compress', ...of, '--json']);
    expect(compress.code, compress.stderr).toBe(0);
    expect(JSON.parse(compress.stdout)).toMatchObject({ images: 4 });

    const options = ['--vary', 'adc.bits=5,6', '--backend', 'wasm', '--threads', '1'];
    const sweep = mars(['sweep', ...of, ...options]);
    expect(sweep.code, sweep.stderr).toBe(0);
  });

  it('is classified by mars forward in real arithmetic, also where nothing says the classes', () => {
    const labelled = mars(['forward', 'mnist-cnn', '--dataset', folder, '--json']);
    expect(labelled.code, labelled.stderr).toBe(0);
    const { images, top1, rows } = JSON.parse(labelled.stdout) as {
      images: number;
      top1: number;
      rows: { image: string; label: number; best: [number, number][] }[];
    };
    expect([images, rows.length]).toEqual([30, 30]);
    const right = rows.filter(({ label, best }) => best[0]![0] === label).length;
    expect(top1).toBe(right / 30);
    expect(rows.every(({ image, label }) => image.startsWith(`${label}/`))).toBe(true);

    const flat = emptyFolder();
    copyFileSync(join(fixtures, 'grey.png'), join(flat, 'holiday.png'));
    const unlabelled = mars(['forward', 'mnist-cnn', '--dataset', flat, '--resize', '28']);
    expect(unlabelled.code, unlabelled.stderr).toBe(0);
    expect(unlabelled.stdout).toMatch(/^holiday\.png: \d \(.*\)\n1 image without classes\n$/);
  });

  it('goes through links, and names of classes come from a file', () => {
    const linked = emptyFolder();
    symlinkSync(join(folder, '3'), join(linked, 'three'));
    // A circle: each folder counts once.
    symlinkSync(linked, join(folder, '3', 'again'));
    const names = join(linked, 'names.txt');
    writeFileSync(names, 'zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n');

    const { code, stderr, stdout } = mars([
      'forward',
      'mnist-cnn',
      '--dataset',
      linked,
      '--labels',
      names,
      '--json',
    ]);

    expect(code, stderr).toBe(0);
    const { rows } = JSON.parse(stdout) as { rows: { label: number }[] };
    expect(rows.map(({ label }) => label)).toEqual([3, 3, 3]);
  });
});

describe('what is wrong is one line', () => {
  const oneLine = ({ code, stdout, stderr }: Ran, wanted: number): string => {
    expect([code, stdout]).toEqual([wanted, '']);
    expect(stderr).toMatch(/^mars: [^\n]+\n$/);
    return stderr;
  };

  it('for folders, files and options', () => {
    const folder = emptyFolder();
    const run = (...more: readonly string[]): Ran =>
      mars(['run', '--images', '1', '--out', join(folder, 'out'), ...more]);

    expect(oneLine(run('--dataset', 'nowhere'), 2)).toContain(
      'dataset: no data set is called "nowhere", and no folder either',
    );
    expect(oneLine(run('--dataset', folder), 1)).toContain(`${folder}: has no pictures`);
    expect(oneLine(run('--resize', '28'), 2)).toContain(
      'resize: is for folders of pictures, and no --dataset names one',
    );
    copyFileSync(join(fixtures, 'grey.png'), join(folder, '7.png'));
    expect(oneLine(run('--dataset', folder), 1)).toContain(
      '7.png is 33x28, the network reads 28x28',
    );
    expect(oneLine(run('--dataset', folder, '--resize', '20'), 2)).toContain('give 28 or more');
    expect(oneLine(run('--dataset', folder, '--resize', '28', '--labels', 'no.txt'), 1)).toContain(
      'no.txt: cannot be read (it does not exist)',
    );
    expect(oneLine(run('--dataset', folder, '--resize', '28', '--images', '2'), 1)).toContain(
      '2 images asked for, it has 1',
    );
  });

  it('for mars forward, whose tensors and images exclude each other', () => {
    const both = mars(['forward', 'mnist-cnn', '--dataset', '.', '--input', 'x.npy']);
    expect(oneLine(both, 2)).toContain('--input cannot be given with --dataset');
    const none = mars(['forward', 'x.onnx', '--input', 'x.npy', '--resize', '3']);
    expect(oneLine(none, 2)).toContain('--resize is for images, and there is no --dataset');
  });
});

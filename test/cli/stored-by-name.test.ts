// A stored image that comes along loads by its name: in a clone from models/, in the package from what the element brings.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { mars as chip } from '../../src/chips/mars.ts';
import { compress } from '../../src/compress/compress.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { writeStoredImage } from '../../src/mapping/stored-image.ts';
import { emptyFolder, mars, type Ran, root } from '../support/mars.ts';
import { conv, linear, networkOf } from '../support/small-networks.ts';

/** A network for CIFAR-10 with half of its groups. */
function storedImage(): Uint8Array {
  const network = networkOf('halved', { height: 32, width: 32, channels: 3 }, 10, [
    conv({ name: 'first', input: 'image', channels: 3, kernels: 32, stride: 4 }),
    conv({ name: 'second', input: 'first', channels: 32, kernels: 32, stride: 2 }),
    linear({ name: 'fc', input: 'second', inputs: 512, outputs: 10 }),
  ]);
  const groupShape = groupShapeOf(chip, 8);
  const options = { weightBits: 8, activationBits: 8, prunedGroups: 0.5, groupShape };
  return writeStoredImage(
    { network: compress(network, options), indexCoding: 'absolute', dataset: 'cifar10' },
    (bits) => groupShapeOf(chip, bits),
  );
}

/** A copy of the built command, with networks of its own. */
function copyOfCommand(): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'dist'));
  for (const path of ['package.json', 'bin', 'dist/cli.js', 'dist/cli'])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Runs the command of a copy, without data sets. */
function runIn(folder: string, ...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'bin/mars.js'), ...args],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', MARS_DATA: '' } },
  );
  return { code: status, stdout, stderr };
}

describe('a stored image that comes along', () => {
  let clone = '';
  let packed = '';
  beforeAll(() => {
    mars(['--version']); // builds what is stale
    [clone, packed] = [copyOfCommand(), copyOfCommand()];
    const bytes = storedImage();
    mkdirSync(join(clone, 'models'));
    writeFileSync(join(clone, 'models/small-d0.5-8b.bin'), bytes);
    mkdirSync(join(packed, 'dist/element/data'), { recursive: true });
    writeFileSync(join(packed, 'dist/element/data/small-d0.5-8b.bin.gz'), gzipSync(bytes));
  });

  it.each([
    ['estimate', '--json'],
    ['map', '--json'],
    ['explain', 'energy.macro'],
    ['compare', 'mars', 'mars-low-energy', '--json'],
  ])('gives by its name what its file gives: mars %s', (...args) => {
    const byFile = runIn(clone, ...args, '--network', 'models/small-d0.5-8b.bin');
    const byName = runIn(clone, ...args, '--network', 'small-d0.5-8b');

    expect(byName.code, byName.stderr).toBe(0);
    expect(byName.stdout).not.toBe('');
    expect(byName).toEqual(byFile);
  });

  it('gives the same from the package', () => {
    const args = ['estimate', '--network', 'small-d0.5-8b', '--json'];

    expect(runIn(packed, ...args)).toEqual(runIn(clone, ...args));
  });

  it('is run on the data set that it was trained on', () => {
    const { code, stderr } = runIn(clone, 'run', '--network', 'small-d0.5-8b');

    expect(code).toBe(0);
    expect(stderr).toContain('cifar10 is not on this machine');
  });

  it('is traced and swept', () => {
    const network = ['--network', 'small-d0.5-8b'];
    const trace = runIn(clone, 'trace', ...network, '--out', 'trace.json');
    const sweep = runIn(clone, 'sweep', ...network, '--images', '0', '--vary', 'adc.bits=4,5');

    expect([trace.code, sweep.code], trace.stderr + sweep.stderr).toEqual([0, 0]);
    expect(readFileSync(join(clone, 'trace.json'), 'utf8')).toContain('second');
  });

  it('is listed', () => {
    const { stdout } = runIn(clone, 'run', '--help');

    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('stored images: small-d0.5-8b;');
    expect(runIn(clone, 'info').stdout).toContain('models     small-d0.5-8b (stored image)');
    expect(runIn(clone, 'run', '--network', 'lenet').stderr).toContain('small-d0.5-8b');
  });

  it.each([
    [['run', '--weight-bits', '8'], 'weight-bits'],
    [['map', '--activation-bits', '4'], 'activation-bits'],
    [['estimate', '--pruned-groups', '0.9'], 'pruned-groups'],
    [['estimate', '--density-profile', '1'], 'density-profile'],
    [['map', '--index-coding', 'gap'], 'index-coding'],
  ])('is not compressed again: %j', (args, setting) => {
    const { code, stderr } = runIn(clone, ...args, '--network', 'small-d0.5-8b');

    expect(code).toBe(2);
    expect(stderr).toBe(
      `mars: ${setting}: cannot be given with the stored image small-d0.5-8b, which is compressed already; leave it out here, and give it to mars map --image\n`,
    );
  });

  it.each([['sensitivity'], ['compress']])('is refused by mars %s', (command) => {
    const { code, stderr } = runIn(clone, command, '--network', 'small-d0.5-8b');

    expect(code).toBe(2);
    expect(stderr).toMatch(/small-d0.5-8b is (a stored image, which is )?compressed already/);
  });
});

// The archive of `npm run bundle`, unpacked where there is no Node, no npm and no network to ask: from a path with spaces.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, root } from '../support/mars.ts';

const hasXz = spawnSync('xz', ['--version']).status === 0;
const canBundle = process.platform === 'linux' && process.arch === 'x64' && hasXz;

describe.skipIf(!canBundle)('the archive (Linux on x64 with xz makes it)', () => {
  const folder = join(emptyFolder(), 'a path with spaces');
  let top = '';
  const run = (
    ...words: readonly string[]
  ): { code: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(join(top, 'mars'), words, {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8' },
    });
    return { code: status, stdout, stderr };
  };

  beforeAll(() => {
    mkdirSync(folder);
    const archive = join(folder, 'mars.tar.xz');
    const made = spawnSync(
      process.execPath,
      [join(root, 'tools/bundle.mjs'), '--out', archive, '--level', '3'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(made.status, made.stderr).toBe(0);
    expect(statSync(archive).size).toBeLessThanOrEqual(60 * 2 ** 20);
    expect(spawnSync('tar', ['xf', archive], { cwd: folder }).status).toBe(0);
    expect(readdirSync(folder)).toHaveLength(2);
    top = join(
      folder,
      readdirSync(folder).find((name) => name.startsWith('mars-cim-'))!,
    );
  });

  it('runs MNIST, on 500 images and no more', () => {
    const { code, stdout, stderr } = run('run', '--images', '5', '--backend', 'wasm');

    expect(stderr.split('\n').filter((line) => line.startsWith('Warning'))).toEqual([]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/accuracy on the chip \(5 images/);
    expect(existsSync(join(folder, 'out/report.json'))).toBe(true);
    expect(run('run', '--images', '501').stderr).toBe(
      'mars: mnist test: 501 images asked for, it has 500\n',
    );
  });

  it('sweeps, and has the benches', () => {
    expect(run('sweep', '--vary', 'adc.bits=4,5', '--images', '0').stdout).toMatch(/^2 points$/m);
    const { code, stdout } = run('bench', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('column-reads');
  });

  it('checks its adapter', () => {
    const { code, stdout, stderr } = run('check-gpu', '--seconds', '1', '--out', 'checked');

    // A bare machine has no adapter, which one line says.
    if (code === 1) expect(stderr).toMatch(/^mars: .*no WebGPU adapter opens in Node.*\n$/);
    else expect(stdout).toMatch(/every number (that was compared )?is right/);
    expect(existsSync(join(folder, 'checked/check-gpu.json'))).toBe(code === 0);
  });

  it('has the licences of Node and of every package', () => {
    expect(readFileSync(join(top, 'NODE-LICENSE'), 'utf8')).toMatch(/Node\.js/);
    const packages = join(top, 'app/node_modules');
    for (const name of ['commander', 'zod', 'webgpu'])
      expect(
        readdirSync(join(packages, name)).some((file) => /^licen[cs]e/i.test(file)),
        name,
      ).toBe(true);
  });

  it('says in one line that its Node does not start', () => {
    writeFileSync(
      join(top, 'node'),
      '#!/bin/sh\necho "version GLIBC_2.28 not found" >&2\nexit 1\n',
    );

    const { code, stderr } = run('info');

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^mars: the Node in this archive does not start here: .*GLIBC_2\.28.*\n$/,
    );
  });
});

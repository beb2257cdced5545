// What is said about missing packages and files is right for the copy of mars-cim that says it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { puppeteerAdvice } from '../../src/cli/browser.ts';
import {
  type Installation,
  installationOf,
  installCommand,
  rebuildAdvice,
} from '../../src/cli/install-advice.ts';
import { emptyFolder, root } from '../support/mars.ts';

const manifest = JSON.stringify({
  optionalDependencies: { webgpu: '0.6.2' },
  devDependencies: { puppeteer: '24.0.0' },
});

/** A copy of mars-cim in a new folder. */
function copy(kind: Installation): string {
  const folder = emptyFolder();
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const place: Readonly<Record<Installation, string>> = {
    clone: 'mars-cim',
    project: 'app/node_modules/mars-cim',
    pnpm: 'app/node_modules/.pnpm/mars-cim@0.1.0/node_modules/mars-cim',
    global: 'lib/node_modules/mars-cim',
    npx: '_npx/0123/node_modules/mars-cim',
  };
  write(`${place[kind]}/package.json`, manifest);
  write('app/package.json', '{}');
  write('_npx/0123/package.json', '{}');
  if (kind === 'clone') {
    write('mars-cim/src/index.ts', '');
    write('mars-cim/tools/setup.mjs', '');
  }
  return join(folder, place[kind]);
}

const onnx = 'onnxruntime-node@1.30.0';
/** Installation -> what to run for a dependency, for a package that is none, for puppeteer with and without a browser. */
const advice: Readonly<Record<Installation, readonly string[]>> = {
  clone: [
    'npm ci',
    `npm install --no-save --ignore-scripts ${onnx}`,
    'run: npm ci',
    'run: npm ci',
    'run: npm run build',
  ],
  project: [
    'npm install webgpu@0.6.2',
    `npm install ${onnx}`,
    'run: npm install puppeteer-core',
    'run: npm install puppeteer@24.0.0 (downloads a Chrome as well)',
    'install mars-cim again: its files are not complete',
  ],
  pnpm: [
    'pnpm add webgpu@0.6.2',
    `pnpm add ${onnx}`,
    'run: pnpm add puppeteer-core',
    'run: pnpm add puppeteer@24.0.0 (downloads a Chrome as well)',
    'install mars-cim again: its files are not complete',
  ],
  global: [
    'npm install --global webgpu@0.6.2',
    `npm install --global ${onnx}`,
    'run: npm install --global puppeteer-core',
    'run: npm install --global puppeteer@24.0.0 (downloads a Chrome as well)',
    'install mars-cim again: its files are not complete',
  ],
  npx: [
    'npx --package mars-cim --package webgpu@0.6.2 mars …',
    `npx --package mars-cim --package ${onnx} mars …`,
    'run: npx --package mars-cim --package puppeteer-core mars …',
    'run: npx --package mars-cim --package puppeteer@24.0.0 mars … (downloads a Chrome as well)',
    'install mars-cim again: its files are not complete',
  ],
};

describe('advice about what is missing', () => {
  it.for(Object.entries(advice) as [Installation, readonly string[]][])(
    'fits a copy of the kind %s',
    ([kind, wanted]) => {
      const folder = copy(kind);

      expect(installationOf(folder)).toBe(kind);
      expect([
        installCommand('webgpu', folder),
        installCommand(onnx, folder),
        puppeteerAdvice(true, folder),
        puppeteerAdvice(false, folder),
        rebuildAdvice(folder),
      ]).toEqual(wanted);
    },
  );

  it('knows this copy as a clone', () => {
    expect(installationOf(root)).toBe('clone');
  });
});

// The package as npm would publish it: packed, unpacked elsewhere, imported and type-checked there.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itLong } from './support/long.ts';
import { mars, root } from './support/mars.ts';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>;
  readonly sideEffects: readonly string[];
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** What a program that uses the element would be written like; wrong lines are marked as such. */
const consumer = `
import { mars } from 'mars-cim/chips';
import { type Report } from 'mars-cim';
import { MarsChip, type RunResult, type ViewName } from 'mars-cim/element';
import 'mars-cim/element/define';

const element: MarsChip = document.createElement('mars-chip');
element.images = 0;
element.adcBits = undefined;
element.addEventListener('result', (event) => {
  const result: RunResult = event.detail;
  const report: Report = result.report;
  console.log(report.network, result.timeline.cyclesPerFrame);
});
element.addEventListener('error', ({ detail }) => console.log(detail.message.length));
element.addEventListener('progress', ({ detail }) => console.log(detail.done / detail.total));
element.addEventListener('click', (event) => console.log(event.clientX));
const view: ViewName = 'layers';
const bits: number = mars.adc.bits.value;
console.log(view, bits);
// @ts-expect-error: no number
element.images = 'many';
// @ts-expect-error: no such view
const wrong: ViewName = 'sideways';
// @ts-expect-error: nothing of a pointer in it
element.addEventListener('result', (event) => console.log(event.clientX, wrong));
`;

describe('the package', () => {
  let folder = '';
  let files: readonly string[] = [];
  const run = (command: string, args: readonly string[], cwd: string) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
    return { status, output: stdout + stderr, stdout };
  };

  beforeAll(() => {
    mars(['--version']); // builds what is stale
    folder = mkdtempSync(join(tmpdir(), 'mars-package-'));
    const packed = run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      root,
    );
    expect(packed.status, packed.output).toBe(0);
    const [tarball] = JSON.parse(packed.stdout) as [
      { filename: string; files: readonly { path: string }[] },
    ];
    files = tarball.files.map(({ path }) => path);
    const modules = join(folder, 'node_modules');
    mkdirSync(modules);
    expect(run('tar', ['-xzf', join(folder, tarball.filename), '-C', modules], folder).status).toBe(
      0,
    );
    symlinkSync(join(modules, 'package'), join(modules, 'mars-cim'), 'junction');
    // The one dependency that the library has in Node; nothing is downloaded.
    symlinkSync(join(root, 'node_modules/zod'), join(modules, 'zod'), 'junction');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds every file that its exports name, and what the element loads', () => {
    const named = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );

    expect(named.length).toBeGreaterThan(12);
    expect(named.map((path) => path.slice(2)).filter((path) => !files.includes(path))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/element/engine-worker.js',
        'dist/element/data/mnist-cnn.safetensors',
        'dist/page/embed.html',
        'dist/page/gallery.html',
        'dist/page/paper.html',
      ]),
    );
    expect(files.filter((path) => /^(src|test|bench|dist\/bench)/.test(path))).toEqual([]);
  });

  it('gives what each export promises in Node, where there is no DOM', () => {
    const names = Object.keys(manifest.exports).filter((name) => !name.endsWith('.json'));
    const script = `
      const found = {};
      for (const name of ${JSON.stringify(names)})
        found[name] = Object.keys(await import(name.replace('.', 'mars-cim')));
      console.log(JSON.stringify([typeof HTMLElement, found]));`;
    writeFileSync(join(folder, 'all.mjs'), script);

    const { status, output, stdout } = run(process.execPath, ['all.mjs'], folder);

    expect(status, output).toBe(0);
    const [html, found] = JSON.parse(stdout) as [string, Record<string, string[]>];
    expect(html).toBe('undefined');
    expect(found['.']).toContain('runJob');
    expect(found['./gpu']).toContain('openGpu');
    expect(found['./chips']).toContain('mars');
    expect(found['./networks']?.length).toBeGreaterThan(0);
    expect(found['./element']).toEqual(
      expect.arrayContaining(['MarsChip', 'createEnginePool', 'viewNames']),
    );
    expect(found['./element/define']).toEqual(['MarsChip']);
  });

  it('needs no package for the element, so that a page can load it without a bundler', () => {
    const scripts = files.filter((path) => /^dist\/element\/.*\.js$/.test(path));
    const imported = scripts.flatMap((path) =>
      [
        ...readFileSync(join(root, path), 'utf8').matchAll(
          /(?:^(?:import|export)\s[^'"\n]*?from\s*|^import\s*|\bimport\()["']([^"']+)["']/gm,
        ),
      ].map((match) => match[1]!),
    );

    expect(scripts.length).toBeGreaterThan(3);
    expect(imported.length).toBeGreaterThan(3);
    expect(imported.filter((name) => !name.startsWith('./'))).toEqual([]);
    const main = scripts
      .map((path) => readFileSync(join(root, path), 'utf8'))
      .find((text) => text.includes('new Worker('));
    expect(main).toMatch(
      /new Worker\(new URL\("\.\/engine-worker\.js", import\.meta\.url\), \{ type: "module" \}\)/,
    );
  });

  it('says that only `define` has an effect of its own', () => {
    expect(manifest.sideEffects.filter((path) => path.startsWith('./dist'))).toEqual([
      './dist/element/define.js',
    ]);
  });

  it('has types for its users', () => {
    writeFileSync(join(folder, 'consumer.ts'), consumer);
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2023',
      '--lib',
      'es2023,esnext.disposable,dom,dom.iterable',
    ];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');

    for (const module of [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ]) {
      const { output } = run(process.execPath, [tsc, ...options, ...module, 'consumer.ts'], folder);
      expect(output, module.join(' ')).toBe('');
    }
  }, 300_000);

  itLong('passes publint and arethetypeswrong', () => {
    const { status, output } = run('npm', ['run', '--silent', 'check:package'], root);

    expect(status, output).toBe(0);
    expect(output).toContain('All good!');
    expect(output).toContain('"mars-cim/element/define"');
  });
});

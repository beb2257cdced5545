// The package as npm would publish it: packed, unpacked elsewhere, imported and type-checked there.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dataNames } from '../tools/page-data.ts';
import { itLong } from './support/long.ts';
import { mars, root } from './support/mars.ts';
import {
  dependencyNames,
  type PackedPackage,
  runIn,
  unpackPackage,
} from './support/packed-package.ts';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>;
  readonly sideEffects: readonly string[];
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

describe('the package', () => {
  let stranger: PackedPackage;
  let files: readonly string[] = [];

  beforeAll(() => {
    stranger = unpackPackage();
    ({ files } = stranger);
    stranger.link(...dependencyNames);
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
        'dist/element/data/mnist-cnn.safetensors.gz',
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
    stranger.write('all.mjs', script);

    const { status, output, stdout } = stranger.node(['all.mjs']);

    expect(status, output).toBe(0);
    const [html, found] = JSON.parse(stdout) as [string, Record<string, string[]>];
    expect(html).toBe('undefined');
    expect(found['.']).toContain('runJob');
    expect(found['./gpu']).toContain('openGpu');
    expect(found['./chips']).toContain('mars');
    expect(found['./networks']?.length).toBeGreaterThan(0);
    expect(found['./train']).toContain('train');
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
    // What a worker loads when it is needed lies in a folder of its own.
    expect(imported.filter((name) => !/^\.\.?\//.test(name))).toEqual([]);
    const workers = scripts.flatMap((path) =>
      [
        ...readFileSync(join(root, path), 'utf8').matchAll(
          /new Worker\(new URL\("\.\/([\w-]+\.js)", import\.meta\.url\), \{ type: "module" \}\)/g,
        ),
      ].map((match) => match[1]),
    );
    expect(new Set(workers)).toEqual(new Set(['engine-worker.js', 'wasm-worker.js']));
  });

  it('says that only `define` has an effect of its own', () => {
    expect(manifest.sideEffects.filter((path) => path.startsWith('./dist'))).toEqual([
      './dist/element/define.js',
    ]);
  });

  it('is small, and has no file twice', () => {
    const hashes = new Map<string, string[]>();
    for (const path of files) {
      const bytes = readFileSync(join(stranger.folder, path));
      const hash = createHash('sha256').update(bytes).digest('hex');
      // What is smaller may be the same by chance: re-exports, empty styles.
      // The kernels of WebAssembly, 30 kB, and the decoders of pictures, 360 kB, come along with each of the builds that
      // load them: command line, element, and the element's worker.
      const isShared = /\/(assembly|decode|mozjpeg_dec|squoosh_png_bg|webp_dec)\d?(-[\w-]+)?\.js$/;
      // Page and element are built apart from the same modules, the same way: each has its own, but none twice.
      const [, build] = path.split('/');
      const key = path.endsWith('.js') ? `${build} ${hash}` : hash;
      if (bytes.length > 1000 && !isShared.test(path))
        hashes.set(key, [...(hashes.get(key) ?? []), path]);
    }

    expect([...hashes.values()].filter((paths) => paths.length > 1)).toEqual([]);
    // Kernels of WebAssembly, decoders of pictures and the reader of ONNX are in each build; never above 20 MB.
    expect(stranger.unpackedBytes).toBeLessThan(20e6);
    expect(stranger.packedBytes).toBeLessThan(14e6);
  });

  it('has the trained networks for the command line, the same as the repository', () => {
    const args = ['estimate', '--network', 'vgg16-w0.25-d0.1-4b', '--json'];

    const { status, output, stdout } = stranger.node([
      join(stranger.folder, 'bin/mars.js'),
      ...args,
    ]);

    expect(status, output).toBe(0);
    expect(stdout).toBe(mars(args).stdout);
  });

  describe('its page', () => {
    let server: ChildProcess | undefined;
    afterEach(() => {
      server?.kill('SIGKILL');
    });

    it('is served by `mars page` with all that it loads, each file by its type, until Ctrl-C', async () => {
      const args = [join(stranger.folder, 'bin/mars.js'), 'page', '--port', '0', '--no-open'];
      const serving = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      server = serving;
      const url = await new Promise<string>((resolve) => {
        serving.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
      });
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      const pages = ['', 'index.html', 'gallery.html', 'embed.html', 'paper.html'];
      const assets = readdirSync(join(stranger.folder, 'dist/page/assets'));
      const data = [...dataNames(), 'mnist-train-10000.gz'];
      const paths = [
        ...pages,
        ...assets.map((name) => `assets/${name}`),
        ...data.map((name) => `data/${name}`),
      ];
      expect(assets.length).toBeGreaterThan(20);

      const answers = await Promise.all(
        paths.map(async (path) => {
          const response = await fetch(`${url}${path}`);
          const { size } = await response.blob();
          const type = response.headers.get('content-type') ?? '';
          return [path, response.status, size > 0, type] as const;
        }),
      );

      expect(answers).toEqual(paths.map((path) => [path, 200, true, typeOf(path)]));
      expect((await fetch(`${url}data/none.gz`)).status).toBe(404);
      expect((await fetch(`${url}../package.json`)).status).toBe(404);

      const ended = new Promise((resolve) => serving.once('exit', (code) => resolve(code)));
      serving.kill('SIGINT');
      expect(await ended).toBe(0);
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    });
  });

  itLong('passes publint and arethetypeswrong', () => {
    const { status, output } = runIn(root, 'npm', ['run', '--silent', 'check:package']);

    expect(status, output).toBe(0);
    expect(output).toContain('All good!');
    expect(output).toContain('"mars-cim/element/define"');
  });
});

/** The type that a file of the page has by its name. */
function typeOf(path: string): string {
  const ending = /\.(\w+)$/.exec(path)?.[1] ?? 'html';
  const types: Readonly<Record<string, string>> = {
    html: 'text/html;charset=utf-8',
    js: 'text/javascript',
    mjs: 'text/javascript',
    css: 'text/css',
    gz: 'application/octet-stream',
  };
  return types[ending] ?? `no type for .${ending}`;
}

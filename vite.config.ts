// Builds the page (default), the library (--mode lib) and the command line (--mode cli); the benches (--mode bench) and
// their page (--mode bench-page); runs the tests.

import { fileURLToPath } from 'node:url';
import { type BuildOptions, defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { pageDataPlugin } from './tools/page-data.ts';

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

/** Public entries: `mars-cim`, `mars-cim/gpu`, `mars-cim/chips`, `mars-cim/networks`. */
const entries = {
  index: source('index.ts'),
  gpu: source('gpu/index.ts'),
  chips: source('chips/index.ts'),
  networks: source('network/index.ts'),
};

const page: BuildOptions = { outDir: 'dist/page', assetsInlineLimit: 0, target: 'es2022' };
const library: BuildOptions = {
  outDir: 'dist/lib',
  target: 'es2022',
  minify: false,
  lib: { entry: entries, formats: ['es'] },
  rolldownOptions: { external: ['zod'] },
};
const commandLine: BuildOptions = {
  outDir: 'dist',
  emptyOutDir: false,
  target: 'node20',
  minify: false,
  ssr: source('cli/cli.ts'),
  rolldownOptions: { output: { entryFileNames: 'cli.js', chunkFileNames: 'cli/[name].js' } },
};
/** Bundled like the command line, so that benches time the code as it is shipped. */
const bench: BuildOptions = {
  outDir: 'dist/bench',
  target: 'node20',
  minify: false,
  ssr: fileURLToPath(new URL('bench/cli.ts', import.meta.url)),
  rolldownOptions: { output: { entryFileNames: 'cli.js' } },
};
const benchPage: BuildOptions = {
  outDir: 'dist/bench-page',
  target: 'es2022',
  rolldownOptions: { input: 'bench/page/index.html' },
};
const builds: Readonly<Record<string, BuildOptions>> = {
  lib: library,
  cli: commandLine,
  bench,
  'bench-page': benchPage,
};

/** ONNX Runtime without its WebAssembly inside: src/view/training/page-runtime.ts tells it where that is. */
const pageConditions = ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions];

export default defineConfig(({ mode }) => ({
  base: './',
  // The command line and the benches read these files where they are.
  plugins:
    mode === 'cli' || mode.startsWith('bench') ? [] : [pageDataPlugin({ trains: mode !== 'lib' })],
  worker: { format: 'es' as const },
  build: builds[mode] ?? page,
  // Found only in workers: the development server would reload the page when one first asks for them.
  optimizeDeps: { include: ['zod', 'onnxruntime-web/wasm'] },
  resolve: {
    // What runs in Node is bundled with the conditions of Node.
    ...(['cli', 'bench', 'test'].includes(mode) ? {} : { conditions: pageConditions }),
    // README's examples run against the sources.
    alias: mode === 'test' ? Object.entries(entries).map(alias) : [],
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores, and every GPU test uses both: more workers only wait for each other.
    maxWorkers: 2,
  },
}));

function alias([name, path]: readonly [string, string]): { find: RegExp; replacement: string } {
  return {
    find: name === 'index' ? /^mars-cim$/ : new RegExp(`^mars-cim/${name}$`),
    replacement: path,
  };
}

// Builds the pages (default), the library (--mode lib), the custom element (--mode element) and the command line
// (--mode cli); the benches (--mode bench) and their page (--mode bench-page); runs the tests.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, defaultClientConditions, type Plugin } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';
import { assembly } from './tools/assembly.ts';
import { bundledText } from './tools/bundled-text.ts';
import { dataNames, modelFiles, pageDataPlugin } from './tools/page-data.ts';
import { codecs } from './tools/codecs.ts';
import { packedRuntime } from './tools/packed-runtime.ts';

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

/** Public entries: `mars-cim`, `mars-cim/gpu`, `mars-cim/wasm`, `mars-cim/chips`, and so on. */
const entries = {
  index: source('index.ts'),
  gpu: source('gpu/index.ts'),
  wasm: source('wasm/index.ts'),
  chips: source('chips/index.ts'),
  networks: source('network/index.ts'),
  train: source('train/index.ts'),
};

/** Stands in the element for the addresses of its files until it is written. */
const dataFiles = '__DATA_FILES__';
const pages = ['index.html', 'gallery.html', 'embed.html', 'paper.html'];
/** Browsers that know `light-dark()`: what stands in for it elsewhere heeds only a colour scheme of our own sheets. */
const cssTarget = ['chrome123', 'firefox120', 'safari17.5'];
const page: BuildOptions = {
  cssTarget,
  outDir: 'dist/page',
  license: { fileName: 'licenses.md' },
  assetsInlineLimit: 0,
  target: 'es2022',
  rolldownOptions: { input: pages },
};
const library: BuildOptions = {
  outDir: 'dist/lib',
  target: 'es2022',
  minify: false,
  lib: { entry: entries, formats: ['es'] },
  rolldownOptions: { external: ['zod', '@bufbuild/protobuf/wire'] },
};
/** `mars-cim/element`, `mars-cim/element/define`: with all they need, for pages that have no bundler. */
const element: BuildOptions = {
  cssTarget,
  outDir: 'dist/element',
  license: { fileName: 'licenses.md' },
  target: 'es2022',
  minify: true, // as the page: 1.4 MB of the package
  lib: {
    entry: { index: source('view/element/index.ts'), define: source('view/element/define.ts') },
    formats: ['es'],
  },
};
const commandLine: BuildOptions = {
  outDir: 'dist',
  emptyOutDir: false,
  target: 'node20',
  // Plots, tables and decoders of others are most of it. Names stay, for the stack of what is a bug.
  minify: true,
  ssr: source('cli/cli.ts'),
  rolldownOptions: {
    output: { entryFileNames: 'cli.js', chunkFileNames: 'cli/[name].js', keepNames: true },
  },
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
/** A page of the tests, which says where it is. */
const testPage: BuildOptions = { assetsInlineLimit: 0, target: 'es2022', cssTarget };
const builds: Readonly<Record<string, BuildOptions>> = {
  lib: library,
  element,
  cli: commandLine,
  bench,
  'bench-page': benchPage,
  'test-page': testPage,
};

/** Kernels compile in a plugin (tools/assembly.ts): that this takes most of a build is no news for whoever runs `npm start`. */
const checks = { pluginTimings: false } as const;
const withoutTimings = (options: BuildOptions): BuildOptions => ({
  ...options,
  rolldownOptions: { ...options.rolldownOptions, checks },
});

/** What draws the plots of `mars plot`, writes Parquet and opens pictures, with all that it imports. */
const bundledPackages = [
  /^@jsquash\/.*$/,
  /^image-size$/,
  /^wasm-feature-detect$/,
  /^hyparquet(-writer)?(\/.*)?$/,
  /^@observablehq\/plot$/,
  /^d3(-.*)?$/,
  /^(interval-tree-1d|binary-search-bounds|isoformat|internmap|delaunator|robust-predicates)$/,
  /^(linkedom|css-select|css-what|cssom|html-escaper|htmlparser2|uhyphen|boolbase|nth-check)(\/.*)?$/,
  /^(dom-serializer|domelementtype|domhandler|domutils|entities)(\/.*)?$/,
];

/** `test` is vitest's own; `all` adds the long tail (test/support/long.ts). */
const testModes: readonly string[] = ['test', 'all'];

/** ONNX Runtime without its WebAssembly inside: src/view/engine/training/page-runtime.ts tells it where that is. */
const pageConditions = ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions];

export default defineConfig(({ mode }) => ({
  base: './',
  // The command line and the benches read these files where they are.
  plugins: [
    ['production', 'development', 'element', 'test-page'].includes(mode) &&
      // In the package the page takes its data from the element's folder: mars page.
      pageDataPlugin({ trains: true }),
    noPolicyWhileDeveloping,
    mode === 'element' && literalUrls,
    shipped(mode),
  ],
  define: {
    'import.meta.env.DATA_FOLDER': JSON.stringify(dataFolder(mode)),
    'import.meta.env.DATA_FILES': mode === 'element' ? dataFiles : '{}',
    // As text: vitest makes text of whatever this is.
    'import.meta.env.MARS_VERSION': JSON.stringify(packageVersion()),
    'import.meta.env.MARS_COMMIT': JSON.stringify(commit()),
    'import.meta.env.MARS_REPOSITORY': JSON.stringify(repository()),
    'import.meta.env.MARS_DOCS': JSON.stringify(process.env['MARS_DOCS'] ?? ''),
    'import.meta.env.MODEL_FILES': JSON.stringify(JSON.stringify(modelFiles())),
  },
  worker: {
    format: 'es' as const,
    plugins: () => [shipped(mode)],
    rolldownOptions: {
      checks,
      ...(mode === 'element' ? { output: { entryFileNames: '[name].js' } } : {}),
    },
  },
  build: withoutTimings(builds[mode] ?? page),
  // `mars plot` and `mars sweep` bring along what they draw and write with: whoever installs the package needs neither.
  ...(['cli', 'bench'].includes(mode) ? { ssr: { noExternal: bundledPackages } } : {}),
  // Found only in workers: the development server would reload the page when one first asks for them.
  optimizeDeps: {
    include: [
      'zod',
      '@bufbuild/protobuf/wire',
      'onnxruntime-web/wasm',
      'image-size',
      'd3-dsv',
      '@jsquash/jpeg/decode.js',
      '@jsquash/png/decode.js',
      '@jsquash/webp/decode.js',
    ],
  },
  resolve: {
    // What runs in Node is bundled with the conditions of Node.
    ...(['cli', 'bench', ...testModes].includes(mode) ? {} : { conditions: pageConditions }),
    // README's examples run against the sources.
    alias: testModes.includes(mode) ? Object.entries(entries).map(alias) : [],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(mode === 'all' ? [] : ['test/**/*.long.test.ts'])],
    // CI services turn colours on; tests read text.
    env: { NO_COLOR: '1', ...(mode === 'all' ? { MARS_TEST_ALL: '1' } : {}) },
    setupFiles: ['./test/support/cpu-time.ts'],
    pool: 'forks',
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    // So long that only what hangs reaches it, however busy the machine is.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Two cores, and every GPU test uses both: more workers only wait for each other.
    maxWorkers: 2,
  },
}));

/**
 * Writes addresses in the form that the bundlers of others know, `new URL('./NAME', import.meta.url)`: of the worker,
 * where Vite has a URL inside a URL, and of the files of `data/`, of which Vite would make texts inside the module.
 */
const literalUrls: Plugin = {
  name: 'mars-literal-urls',
  generateBundle(_options, bundle): void {
    const files = dataNames().map(
      (name) => `"${name}": new URL("./data/${name}", import.meta.url)`,
    );
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk')
        chunk.code = chunk.code
          .replaceAll(
            /new URL\(\s*(?:\/\*.*?\*\/)?\s*new URL\("([^"]+)", import\.meta\.url\)\.href,\s*(?:""|'') \+ import\.meta\.url\s*\)/g,
            'new URL("./$1", import.meta.url)',
          )
          .replaceAll(dataFiles, `({ ${files.join(', ')} })`);
  },
};

/**
 * Zod tries, when a schema is made, whether it may make functions from text. The policies of pages forbid that, and
 * browsers report even the attempt. Its own switch is global, and would be thrown for the zod of whoever embeds us too.
 */
const zodWithoutEval: Plugin = {
  name: 'mars-zod-without-eval',
  transform(code, id): string | undefined {
    if (!id.replaceAll('\\', '/').endsWith('/zod/v4/core/util.js')) return undefined;
    const changed = code.replace('new F("");', 'throw new Error("not tried");');
    if (changed === code) this.error('zod tries in another way now whether it may make functions');
    return changed;
  },
};

/** Comments and indentation of shaders stay at home: 14 kB of the page, packed. Lines keep their numbers. */
const shadersWithoutComments: Plugin = {
  name: 'mars-shaders-without-comments',
  enforce: 'pre',
  load(id): string | undefined {
    if (!id.endsWith('.wgsl?raw')) return undefined;
    const text = readFileSync(id.slice(0, -'?raw'.length), 'utf8');
    const short = text
      .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
      .replaceAll(/ *\/\/.*$|^ +/gm, '');
    return `export default ${JSON.stringify(short)};`;
  },
};

/** What changes code on its way into pages and the element, and into their workers. */
const shipped = (mode: string): Plugin[] =>
  ['production', 'element', 'test-page'].includes(mode)
    ? [assembly, codecs, packedRuntime, zodWithoutEval, shadersWithoutComments]
    : [assembly, bundledText, codecs, packedRuntime];

/** Where `data/` lies, seen from the modules: those of pages are in `assets/`. */
function dataFolder(mode: string): string {
  return mode === 'production' ? '../data/' : '/data/';
}

/** Short hash of the commit that is built; empty outside of a clone. */
function commit(): string {
  try {
    const root = fileURLToPath(new URL('.', import.meta.url));
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

/** Address of the repository, which GitHub's runners know. */
function repository(): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  return server && name ? `${server}/${name}` : '';
}

function packageVersion(): string {
  const text = readFileSync(fileURLToPath(new URL('package.json', import.meta.url)), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

function alias([name, path]: readonly [string, string]): { find: RegExp; replacement: string } {
  return {
    find: name === 'index' ? /^mars-cim$/ : new RegExp(`^mars-cim/${name}$`),
    replacement: path,
  };
}

/** The development server puts styles into the page as text, which the pages' own policies forbid. */
const noPolicyWhileDeveloping: Plugin = {
  name: 'mars-no-policy-while-developing',
  apply: 'serve',
  transformIndexHtml: (html) =>
    html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

// The fences between the folders of src, as one table: a folder imports only from the folders it lists.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** From the units up to the report: a folder may import from those before it, if it lists them. */
const throughReport = [
  'core',
  'chips',
  'network',
  'compress',
  'mapping',
  'simulate',
  'timeline',
  'report',
];
/** What page and command line may import: everything but each other. */
const everything = [
  ...throughReport,
  'datasets',
  'reference',
  'inspect',
  'gpu',
  'wasm',
  'train',
  'pipeline',
  'settings',
  'experiment',
  'measure',
  'plots',
];

/** Who may import whom; every folder may also import from itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  chips: ['core'],
  network: ['core'],
  // Tensors of ONNX and arrays of NumPy may be images.
  datasets: ['core', 'network'],
  compress: ['core', 'network'],
  mapping: ['core', 'chips', 'network', 'compress'],
  simulate: ['core', 'chips', 'network', 'compress', 'mapping'],
  reference: ['core', 'network', 'compress', 'mapping', 'simulate'],
  inspect: ['core', 'chips', 'network', 'compress', 'mapping', 'simulate', 'reference'],
  gpu: ['core', 'compress', 'mapping', 'simulate'],
  wasm: ['core', 'network', 'compress', 'simulate'],
  train: ['core', 'chips', 'network', 'datasets', 'compress', 'mapping', 'simulate', 'reference'],
  timeline: ['core', 'chips', 'mapping', 'simulate'],
  report: throughReport.filter((folder) => folder !== 'report'),
  // `inspect` knows the sums that ADCs are fitted to.
  pipeline: [...throughReport, 'datasets', 'reference', 'inspect'],
  settings: [...throughReport, 'datasets', 'pipeline', 'train'],
  experiment: [...throughReport, 'datasets', 'reference', 'inspect', 'pipeline', 'settings'],
  measure: [
    ...throughReport.filter((folder) => !['timeline', 'report'].includes(folder)),
    'datasets',
    'reference',
    'gpu',
    'wasm',
    'pipeline',
    'settings',
  ],
  // What both draw, with Observable Plot.
  plots: ['core', 'report', 'experiment'],
  view: everything,
  cli: everything,
};

/** The rooms of a folder: each imports, besides itself, only from the rooms that it lists. */
const rooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  train: {
    autodiff: [],
    operators: ['autodiff'],
    groups: ['autodiff', 'operators'],
    graphs: ['autodiff', 'operators', 'groups'],
    scales: ['autodiff', 'operators', 'groups', 'graphs'],
    run: ['autodiff', 'operators', 'groups', 'graphs', 'scales'],
    recipes: ['autodiff', 'operators', 'groups', 'graphs', 'scales', 'run'],
  },
  view: {
    ui: [],
    engine: [],
    pieces: ['ui', 'engine'],
    app: ['ui', 'engine', 'pieces'],
    element: ['ui', 'engine', 'pieces'],
    entries: ['app', 'element', 'engine'],
  },
};
/** What a room imports of the other folders, where that is less than its folder may. */
const roomsImport: Readonly<Record<string, readonly string[]>> = {
  'train/autodiff': ['core'],
  'train/operators': ['core', 'network', 'compress'],
  'train/groups': ['core', 'network', 'compress'],
  'train/graphs': ['core', 'network', 'compress'],
  'train/scales': ['core', 'network', 'compress'],
  'train/run': ['core', 'network', 'compress', 'datasets'],
};

/** npm packages that a pure folder may use: data in, data out, no runtime of their own. */
const purePackages = [
  'zod',
  '@bufbuild/protobuf/wire',
  'd3-dsv',
  'image-size',
  ...['jpeg', 'png', 'webp'].map((kind) => `@jsquash/${kind}/decode.js`),
  '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?packed',
  '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?packed',
  '@jsquash/webp/codec/dec/webp_dec.wasm?packed',
];
const impure = ['gpu', 'measure', 'plots', 'view', 'cli'];

const importPattern = /(?:from\s|import\s|import\()\s*'([^']+)'/g;

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly specifier: string;
}

function importsOf(folder: string): Import[] {
  return readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(join(src, file), 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, '');
      return [...text.matchAll(importPattern)].map((match) => ({
        file,
        folder,
        specifier: match[1]!,
      }));
    });
}

/** The files of src that those of `folder` import, with the file that does. */
const targetsOf = (folder: string): { readonly file: string; readonly target: string }[] =>
  importsOf(folder)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ file, specifier }) => ({
      file,
      target: relative(src, resolve(src, file, '..', specifier)),
    }))
    .filter(({ target }) => !target.startsWith('..'));

/** The import statements of `text` that a bundle follows: all but those of types alone. */
const bundledImports = (text: string): readonly string[] =>
  [...text.replaceAll(/^(?:import|export) type [^;]*;/gm, '').matchAll(importPattern)].map(
    ([, specifier]) => specifier!,
  );

const folders = readdirSync(src, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('the folders of src', () => {
  it('are those of the table', () => {
    expect(folders.toSorted()).toEqual(Object.keys(mayImport).toSorted());
  });

  it.each(folders)('%s imports only what the table allows', (folder) => {
    const violations = targetsOf(folder).filter(
      ({ target }) => ![folder, ...mayImport[folder]!].includes(target.split('/')[0]!),
    );

    expect(violations).toEqual([]);
  });

  it.each(Object.entries(rooms))(
    '%s has rooms that import only those of the table',
    (folder, table) => {
      const found = readdirSync(join(src, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
      expect(found.toSorted()).toEqual(Object.keys(table).toSorted());
      const inside = targetsOf(folder).filter(({ target }) => target.startsWith(`${folder}/`));
      expect(inside.length).toBeGreaterThan(80);
      const violations = inside.filter(({ file, target }) => {
        const [from, to] = [file, target].map((path) => path.split('/')[1]!);
        // What lies in no room, such as the entry, is above all of them.
        return from !== to && table[from!]?.includes(to!) === false;
      });

      expect(violations).toEqual([]);
    },
  );

  it.each(Object.entries(roomsImport))('%s knows of other folders only %s', (room, known) => {
    const [own] = room.split('/');
    const others = targetsOf(room).filter(({ target }) => !target.startsWith(`${own}/`));

    expect(others.length).toBeGreaterThan(0);
    expect(others.filter(({ target }) => !known.includes(target.split('/')[0]!))).toEqual([]);
  });

  it.each(folders.filter((folder) => !impure.includes(folder)))(
    '%s uses no package with a runtime',
    (folder) => {
      const packages = importsOf(folder)
        .map(({ specifier }) => specifier)
        .filter((specifier) => !specifier.startsWith('.') && !purePackages.includes(specifier));

      expect(packages).toEqual([]);
    },
  );

  // How many files an entry reaches at least shows that its imports are followed.
  it.each([
    ['index.ts', 50],
    ['gpu/index.ts', 20],
    ['chips/index.ts', 8],
    ['network/index.ts', 8],
    ['view/app/app.ts', 50],
  ] as const)('keep training out of the bundle of %s', (entry, files) => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file) || !file.endsWith('.ts')) return;
      reached.add(file);
      const text = readFileSync(join(src, file), 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, '');
      for (const specifier of bundledImports(text))
        if (specifier.startsWith('.')) visit(relative(src, resolve(src, file, '..', specifier)));
    };
    visit(entry);

    expect(reached.size).toBeGreaterThan(files);
    expect([...reached].filter((file) => file.startsWith('train/'))).toEqual([]);
  });

  it('has no cycle in the table', () => {
    const order: string[] = [];
    const visit = (folder: string, trail: readonly string[]): void => {
      expect(trail, `cycle through ${folder}`).not.toContain(folder);
      if (order.includes(folder)) return;
      for (const below of mayImport[folder]!) visit(below, [...trail, folder]);
      order.push(folder);
    };

    for (const folder of folders) visit(folder, []);

    expect(order).toHaveLength(folders.length);
  });

  it('keeps every file within 400 lines', () => {
    const long = folders
      .flatMap((folder) =>
        readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
          join(folder, name),
        ),
      )
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 400);

    expect(long).toEqual([]);
  });
});

/** Functions that take any number of values: each spread value lies on the stack, which overflows at about 100,000. */
const variadic = 'max min hypot push unshift splice concat of fromCharCode fromCodePoint'.split(
  ' ',
);

const mayCall = new RegExp(String.raw`\.apply\(|\.(${variadic.join('|')})\([^]*\.\.\.`);

/** Where `text` spreads a list over the arguments of such a function, as `file:line`. */
function spreadCalls(file: string, text: string): readonly string[] {
  // Parsing takes long: most files have neither.
  if (!mayCall.test(text)) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const name = node.expression.name.text;
      const spreads = node.arguments.some((argument) => ts.isSpreadElement(argument));
      if (name === 'apply' || (spreads && variadic.includes(name)))
        found.push(`${file}:${source.getLineAndCharacterOfPosition(node.end).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('lists of any length', () => {
  const root = resolve(src, '..');

  it.each(['src', 'bench', 'tools', 'bin'])('are not spread over arguments in %s', (folder) => {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs|js|cjs)$/.test(name))
      .map((name) => join(folder, name));

    expect(files.length).toBeGreaterThan(0);
    // `largest` and `smallest` of src/core/extremes.ts take any number; instead of push, a loop does.
    const calls = files.flatMap((file) =>
      spreadCalls(file, readFileSync(join(root, file), 'utf8')),
    );
    expect(calls).toEqual([]);
  });

  it('would be found', () => {
    for (const call of [
      'Math.max(...a)',
      'a.push(\n1, ...b)',
      'String.fromCharCode(...a)',
      'f.apply(null, a)',
    ])
      expect(spreadCalls('x.ts', call), call).toHaveLength(1);
    expect(spreadCalls('x.ts', 'Math.max(0, largest([...a, ...b]))')).toEqual([]);
  });
});

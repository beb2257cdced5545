#!/usr/bin/env node
// Draws docs/folders.svg: the folders of src and what they import. `--check` compares instead, and fails where it is old.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instance } from '@viz-js/viz';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const src = here('src');
const picture = here('docs/folders.svg');

const importPattern = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** Folder -> the other folders that its files import from, imports of types included. */
function folderImports() {
  const folders = readdirSync(src, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted((a, b) => (a < b ? -1 : 1));
  return new Map(folders.map((folder) => [folder, importedBy(folder, folders)]));
}

function importedBy(folder, folders) {
  const targets = readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const text = readFileSync(join(src, folder, name), 'utf8');
      const code = text.replaceAll(/^\s*(\/\/|\*).*$/gm, '');
      return [...code.matchAll(importPattern)].map(
        ([, specifier]) => join(folder, name, '..', specifier).split('/')[0],
      );
    });
  return folders.filter((target) => target !== folder && targets.includes(target));
}

/** Leaves out what other arrows imply: a folder that another import of the same folder reaches anyway. */
function withoutImplied(imports) {
  const reaches = (from, to) => imports.get(from).some((next) => next === to || reaches(next, to));
  return [...imports].flatMap(([folder, targets]) =>
    targets
      .filter((target) => !targets.some((other) => other !== target && reaches(other, target)))
      .map((target) => [folder, target]),
  );
}

const imports = folderImports();
const dot = `digraph {
  graph [rankdir=BT nodesep=0.25 ranksep=0.4 bgcolor=white]
  node [shape=box style="rounded,filled" fillcolor="#eef3fb" color="#5b7db1" fontname="sans-serif" fontsize=13 height=0.3]
  edge [color="#888888" arrowsize=0.6]
  ${[...imports.keys()].map((folder) => `"${folder}"`).join('\n  ')}
  ${withoutImplied(imports)
    .map(([folder, target]) => `"${folder}" -> "${target}"`)
    .join('\n  ')}
}`;
const svg = (await instance()).renderString(dot, { format: 'svg', engine: 'dot' });

if (!process.argv.includes('--check')) {
  writeFileSync(picture, svg);
} else if (readFileSync(picture, 'utf8') !== svg) {
  console.error('docs/folders.svg is older than the imports of src; run: npm run docs');
  process.exitCode = 1;
}

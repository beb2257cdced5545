// A vite plugin: ONNX Runtime's WebAssembly, packed with gzip (14 MB become 4), as a file that pages bring along.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const name = 'ort-wasm-simd-threaded.wasm';
const { resolve } = createRequire(import.meta.url);
const cache = join(import.meta.dirname, '../node_modules/.cache/mars-cim');

/** Path of the packed file, which is made once for each version. */
function packedFile(): string {
  const manifest = readFileSync(
    join(resolve(`onnxruntime-web/${name}`), '../../package.json'),
    'utf8',
  );
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(cache, `onnxruntime-web-${version}`);
  const path = join(folder, `${name}.gz`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  writeFileSync(
    temporary,
    gzipSync(readFileSync(resolve(`onnxruntime-web/${name}`)), { level: 9 }),
  );
  renameSync(temporary, path);
  return path;
}

/** The plugin: resolves `import url from './ort-wasm-simd-threaded.wasm.gz?url'`. */
export const packedRuntime: Plugin = {
  name: 'mars-packed-runtime',
  enforce: 'pre',
  resolveId: (source) => (source.endsWith(`/${name}.gz?url`) ? `${packedFile()}?url` : undefined),
};

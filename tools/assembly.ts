// A vite plugin: compiles AssemblyScript, a folder named assembly, and gives the WebAssembly as base64 inside a module, so
// that it comes along wherever that module goes. Kept in node_modules/.cache, by a digest of sources and compiler.

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

const cache = join(import.meta.dirname, '../node_modules/.cache/mars-cim');
const { resolve } = createRequire(import.meta.url);
const compiler = join(dirname(resolve('assemblyscript/package.json')), 'dist/asc.js');
const common = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];

/** What is used of the compiler. */
interface Compiler {
  main(
    options: readonly string[],
    files: { writeFile(name: string, contents: string | Uint8Array): void },
  ): Promise<{
    readonly error: Error | null;
    readonly stderr: { readonly toString: () => string };
  }>;
}

/** The kernels of a folder as WebAssembly, for runtimes that have relaxed SIMD or for all. */
async function kernels(sources: string, isRelaxed: boolean): Promise<Uint8Array> {
  const options = isRelaxed ? [...common, '--enable', 'relaxed-simd'] : common;
  const hash = createHash('sha256').update(options.join(' '));
  hash.update(readFileSync(resolve('assemblyscript/package.json')));
  for (const name of readdirSync(sources).toSorted())
    hash.update(name).update(readFileSync(join(sources, name)));
  const path = join(cache, `kernels-${hash.digest('hex').slice(0, 16)}.wasm`);
  if (existsSync(path)) return readFileSync(path);
  // By its path: its types declare globals of AssemblyScript's for everyone.
  const asc = (await import(pathToFileURL(compiler).href)) as Compiler;
  const files = new Map<string, Uint8Array>();
  const { error, stderr } = await asc.main(
    ['index.ts', '--baseDir', sources, '--outFile', 'kernels.wasm', ...options],
    {
      writeFile: (name, contents) => {
        files.set(name, typeof contents === 'string' ? Buffer.from(contents) : contents);
      },
    },
  );
  const wasm = files.get('kernels.wasm');
  if (error || !wasm) throw new Error(`${sources} does not compile:\n${stderr.toString()}`);
  mkdirSync(cache, { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  writeFileSync(temporary, wasm);
  renameSync(temporary, path);
  return wasm;
}

/** The plugin: `import base64 from './assembly/index.ts?wasm'`, or `?wasm-relaxed`. */
export const assembly: Plugin = {
  name: 'mars-assembly',
  enforce: 'pre',
  async load(id) {
    const [, sources, relaxed] = /^(.*\/assembly)\/index\.ts\?wasm(-relaxed)?$/.exec(id) ?? [];
    if (sources === undefined) return undefined;
    for (const name of readdirSync(sources)) this.addWatchFile(join(sources, name));
    const wasm = await kernels(sources, relaxed !== undefined);
    return `export default ${JSON.stringify(Buffer.from(wasm).toString('base64'))};`;
  },
};

// A vite plugin: the WebAssembly of picture decoders, packed with gzip, as base64 inside a module, so that it comes along wherever
// that module goes: command line, page, element, worker.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const { resolve } = createRequire(import.meta.url);
const prefix = '\0mars-codec:';
/** How the decoders find their WebAssembly where nobody gives it to them; bundlers would bring the file along once more. */
const ownAddress = /new URL\(\s*["'](\w+\.wasm)["']\s*,\s*import\.meta\.url\s*\)(\.href)?/g;

/** The plugin: `import packed from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?packed'`. */
export const codecs: Plugin = {
  name: 'mars-codecs',
  enforce: 'pre',
  resolveId: (source) =>
    source.startsWith('@jsquash/') && source.endsWith('.wasm?packed')
      ? `${prefix}${source.slice(0, -'?packed'.length)}`
      : undefined,
  load(id) {
    if (!id.startsWith(prefix)) return undefined;
    const wasm = readFileSync(resolve(id.slice(prefix.length)));
    const packed = gzipSync(wasm, { level: 9 }).toString('base64');
    return `export default ${JSON.stringify(packed)};`;
  },
  transform(code, id) {
    if (!/[/\\]@jsquash[/\\].*(_dec|squoosh_png)\.js$/.test(id)) return undefined;
    const changed = code.replaceAll(ownAddress, '"$1"');
    if (changed === code) this.error(`${id} finds its WebAssembly in another way now`);
    return { code: changed, map: null };
  },
};

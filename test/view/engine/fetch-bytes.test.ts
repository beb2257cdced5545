import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchBytes } from '../../../src/view/engine/fetch-bytes.ts';
import { packageFolderBeside } from '../../../src/view/engine/moved-modules.ts';
import { caughtEventually } from '../../support/caught.ts';

/** A web of these addresses, each with its type and text. */
function web(files: Readonly<Record<string, readonly [type: string, text: string]>>): void {
  vi.stubGlobal('fetch', (url: string) => {
    const [type, text] = files[url] ?? [];
    if (text === undefined) return Promise.resolve(new Response('', { status: 404 }));
    return Promise.resolve(new Response(text, { headers: { 'content-type': type ?? '' } }));
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a fetched file', () => {
  it.for([
    ['text/html; charset=utf-8', 'anything'],
    ['application/xhtml+xml', 'anything'],
    ['application/octet-stream', '<!doctype html><title>Start</title>'],
    ['', '\n <!DOCTYPE HTML>'],
    ['', '<html lang="en">'],
  ] as const)('is not a page of the type "%s" that begins with %s', async ([type, text]) => {
    web({ '/a': [type, text] });

    const error = await caughtEventually(() => fetchBytes(['/a'], 'look there'));

    expect(error.message).toBe(
      '/a: cannot be fetched: the server answers with a page (HTML), as many do where there is no such file; look there',
    );
  });

  it('is taken from the first address that has it, and missed at the first of all', async () => {
    web({ '/a': ['text/html', '<html>'], '/c': ['', 'c'], '/d': ['', 'd'] });

    expect(await fetchBytes(['/a', '/b', '/c', '/d'], '')).toEqual(new TextEncoder().encode('c'));
    expect((await caughtEventually(() => fetchBytes(['/b', '/a'], 'look'))).message).toBe(
      '/b: cannot be fetched: status 404; look',
    );
  });
});

describe('the package beside a module', () => {
  it.for([
    [
      'http://localhost:5173/node_modules/.vite/deps/mars-cim_element.js?v=1',
      'http://localhost:5173/node_modules/mars-cim/dist/element/',
    ],
    [
      'http://localhost/_nuxt/node_modules/.cache/vite/client/deps/chunk-A.js',
      'http://localhost/_nuxt/node_modules/mars-cim/dist/element/',
    ],
    [
      'http://localhost/node_modules/.vite/deps_temp_1/a.js',
      'http://localhost/node_modules/mars-cim/dist/element/',
    ],
    ['http://localhost/node_modules/mars-cim/dist/element/index.js', undefined],
    ['http://localhost/assets/index.js?a=/node_modules/.vite/deps/x', undefined],
  ] as const)('%s is at %s', ([here, folder]) => {
    expect(packageFolderBeside(here)).toBe(folder);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchFiles } from '../../../src/view/element/user-files.ts';
import { caughtEventually } from '../../support/caught.ts';

const base = 'https://here.example/docs/page.html';
const signal = new AbortController().signal;

/** A web of these addresses; all else is answered with the start page, as many servers do. */
function web(files: Readonly<Record<string, string>>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: URL) => {
    asked.push(url.href);
    const text = files[url.href];
    const type = text === undefined ? 'text/html' : 'application/octet-stream';
    return Promise.resolve(new Response(text ?? '<html>', { headers: { 'content-type': type } }));
  });
  return asked;
}

const text = (files: readonly { name: string; bytes: Uint8Array }[] | undefined) =>
  files?.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the files that an element points at', () => {
  it('are none without data and model, and nothing is fetched', async () => {
    const asked = web({});

    expect(
      await fetchFiles({ data: undefined, model: undefined }, base, { images: 5, signal }),
    ).toEqual({
      network: undefined,
      images: undefined,
    });
    expect(asked).toEqual([]);
  });

  it('are found relative to the page, by the names of the data sets, in a folder', async () => {
    web({
      'https://here.example/docs/mnist/t10k-images-idx3-ubyte': 'pixels',
      'https://here.example/docs/mnist/t10k-labels-idx1-ubyte': 'labels',
      'https://here.example/cifar/test_batch.bin': 'ten',
      'https://here.example/docs/net.safetensors': 'weights',
    });

    const mnist = await fetchFiles({ data: 'mnist/', model: 'net.safetensors' }, base, {
      images: 5,
      signal,
    });
    const cifar = await fetchFiles({ data: '/cifar/', model: undefined }, base, {
      images: 5,
      signal,
    });

    expect(text(mnist.images)).toEqual([
      ['t10k-images-idx3-ubyte', 'pixels'],
      ['t10k-labels-idx1-ubyte', 'labels'],
    ]);
    expect(text([mnist.network!])).toEqual([['net.safetensors', 'weights']]);
    expect(text(cifar.images)).toEqual([['test_batch.bin', 'ten']]);
  });

  it('may be named one by one', async () => {
    web({ 'https://a.example/x': '1', 'https://here.example/docs/y': '2' });

    const files = await fetchFiles({ data: 'https://a.example/x  y', model: undefined }, base, {
      images: 1,
      signal,
    });

    expect(text(files.images)).toEqual([
      ['x', '1'],
      ['y', '2'],
    ]);
  });

  it('are a folder of pictures where labels.csv lists them, each fetched when it is needed', async () => {
    const folder = 'https://here.example/docs/my%20pictures/';
    const asked = web({
      [`${folder}labels.csv`]: 'file,label\ncats/one cat.jpg,0\n./dog.png,1\n',
      [`${folder}labels.txt`]: 'cat\ndog\n',
    });

    const files = await fetchFiles({ data: 'my%20pictures/', model: undefined }, base, {
      images: 1,
      signal,
    });

    expect(files.folder?.name).toBe('my pictures');
    const sources = new Map(files.folder?.files.map(({ path, source }) => [path, source]));
    expect([...sources.keys()]).toEqual([
      'labels.csv',
      'labels.txt',
      'cats/one cat.jpg',
      'dog.png',
    ]);
    expect(sources.get('cats/one cat.jpg')).toBe(`${folder}cats/one%20cat.jpg`);
    expect(await (sources.get('labels.txt') as Blob).text()).toBe('cat\ndog\n');
    expect(asked.filter((url) => /jpg|png/.test(url))).toEqual([]);
  });

  it('are not fetched for an estimate', async () => {
    const asked = web({});

    await fetchFiles({ data: 'mnist/', model: undefined }, base, { images: 0, signal });

    expect(asked).toEqual([]);
  });

  it('are named with their attribute when they cannot be read', async () => {
    vi.stubGlobal('fetch', (url: URL) =>
      url.pathname === '/gone'
        ? Promise.resolve(new Response('', { status: 410 }))
        : Promise.reject(new TypeError('blocked')),
    );
    const ask = (data: string | undefined, model: string | undefined) =>
      caughtEventually(() => fetchFiles({ data, model }, base, { images: 1, signal }));

    expect((await ask(undefined, '/gone')).message).toContain(
      'model: https://here.example/gone cannot be read (status 410)',
    );
    expect((await ask('https://b.example/x', undefined)).message).toContain(
      'data: https://b.example/x cannot be read (no answer)',
    );
    web({});
    expect((await ask(undefined, '/page')).message).toContain(
      'model: https://here.example/page cannot be read: the server answers with a page (HTML)',
    );
    expect((await ask('none/', undefined)).message).toContain(
      'data: no images at https://here.example/docs/none/',
    );
  });
});

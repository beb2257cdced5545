// A file that is not what was wanted is told by what it is, whichever reader it is given to.

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileKind } from '../../src/core/file-kind.ts';
import { readCifar } from '../../src/datasets/cifar.ts';
import { readIdxImages, readIdxLabels } from '../../src/datasets/idx.ts';
import { readStoredImage } from '../../src/mapping/stored-image.ts';
import { readNetworkFile, writeNetworkFile } from '../../src/network/io/network-file.ts';
import { readNetworkOrImage } from '../../src/settings/load-job.ts';
import { readCheckpoint } from '../../src/train/run/checkpoint.ts';
import { caught, caughtEventually } from '../support/caught.ts';
import { linear, networkOf } from '../support/small-networks.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const page = text(
  '<!doctype html>\n<html lang="en"><head><title>Not found</title></head></html>\n',
);
const network = writeNetworkFile(
  networkOf('small', { height: 1, width: 1, channels: 2 }, 2, [
    linear({ name: 'fc', input: 'image', inputs: 2, outputs: 2 }),
  ]),
);

describe('fileKind', () => {
  it.each<[string | undefined, Uint8Array]>([
    ['an HTML page', page],
    ['an HTML page', text('\n  <HTML>')],
    ['JSON text', text('{"version": 1, "network": "a"}')],
    ['JSON text', text('[\n  1, 2, 3, 4, 5, 6]')],
    ['packed with gzip', gzipSync('abc')],
    ['a zip archive', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0)],
    ['a .safetensors file', network],
    ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1\noid sha256:00')],
    [undefined, new Uint8Array(100)],
    [undefined, Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 256)],
    [undefined, new Uint8Array()],
  ])('sees %s', (kind, bytes) => {
    expect(fileKind(bytes)).toBe(kind);
  });
});

const readers: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  'a network file': (bytes) => readNetworkFile(bytes, 'page.html'),
  'a network file or a stored image': (bytes) => readNetworkOrImage({ name: 'page.html', bytes }),
  'a stored image': (bytes) => readStoredImage(bytes, 'page.html'),
  'a checkpoint': (bytes) => readCheckpoint(bytes, 'page.html'),
  'IDX images': (bytes) => readIdxImages(bytes, 'page.html'),
  'IDX labels': (bytes) => readIdxLabels(bytes, 'page.html'),
  'a CIFAR file': (bytes) => readCifar(bytes, 'cifar10', 'page.html'),
};

describe('a web page in place of', () => {
  it.each(Object.entries(readers))('%s is called one', async (_, read) => {
    const error = await caughtEventually(async () => await read(page));

    expect(error.message).toMatch(/^page\.html: .*: it is an HTML page(;|$)/);
    expect(error.message).not.toContain('header claims');
  });
});

describe('a network file that is cut off', () => {
  it('is still told by what its header claims', () => {
    expect(caught(() => readNetworkFile(network.subarray(0, 40), 'cut')).message).toMatch(
      /^cut: its header claims \d+ bytes, the file has 40; is it a whole \.safetensors file\?$/,
    );
  });
});

// Pictures have the pixels that torchvision gives them: those of test/datasets/pictures/fixtures by what it gave when they were made
// (fixtures/make.py), and, where it is on this machine, the sample images of ImageNet by what it gives now.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/core/bits.ts';
import { openPicture, type Pixels } from '../../../src/datasets/pictures/open-picture.ts';
import {
  centerCrop,
  fitPicture,
  resize,
  resizeShorter,
} from '../../../src/datasets/pictures/resize.ts';
import { caught, caughtEventually } from '../../support/caught.ts';
import { itLong } from '../../support/long.ts';
import { noOnnxData, onnxData } from '../../support/onnx-data.ts';

const folder = join(import.meta.dirname, 'fixtures');
interface Pair {
  readonly colour: number;
  readonly grey: number;
}
const { pictures } = JSON.parse(readFileSync(join(folder, 'pixels.json'), 'utf8')) as {
  readonly pictures: Readonly<
    Record<string, { readonly [rule: string]: Pair } & { size: number[] } & Pair>
  >;
};
const bytesOf = (...path: readonly string[]): Uint8Array =>
  new Uint8Array(readFileSync(join(...path)));
const square = (side: number): { height: number; width: number } => ({ height: side, width: side });

describe('a picture', () => {
  it.each(Object.keys(pictures))('%s has the pixels of torchvision, scaled too', async (name) => {
    const { size, colour, grey, ...rules } = pictures[name]!;
    for (const [channels, whole, kind] of [
      [3, colour, 'colour'],
      [1, grey, 'grey'],
    ] as const) {
      const picture = await openPicture(bytesOf(folder, name), channels, name);

      expect([picture.height, picture.width, picture.channels]).toEqual([...size, channels]);
      expect(crc32(picture.data)).toBe(whole);
      expect(Object.keys(rules).length).toBe(4);
      for (const [rule, wanted] of Object.entries(rules)) {
        const [side = 0, crop = 0] = rule.split('-').map(Number);
        const fit = fitPicture(picture, square(crop), side, name);
        expect(crc32(fit.data), `${kind} ${rule}`).toBe(wanted[kind]);
      }
    }
  });

  it('keeps its pixels where it has the size, and needs a rule where it has not', async () => {
    const picture = await openPicture(bytesOf(folder, 'grey.png'), 1, 'grey.png');

    expect(fitPicture(picture, picture, undefined, 'grey.png')).toBe(picture);
    const error = caught(() => fitPicture(picture, square(28), undefined, 'grey.png'));
    expect(error.message).toContain('resize: grey.png is 33x28, the network reads 28x28');
    expect(error.message).toContain('--resize 28');
    const small = caught(() => fitPicture(picture, square(28), 27, 'grey.png'));
    expect(small).toMatchObject({ kind: 'usage', where: ['resize'] });
    expect(small.message).toContain('28 or more');
  });
});

describe('scaling', () => {
  const flat = (value: number): Pixels => ({
    height: 5,
    width: 9,
    channels: 1,
    data: new Uint8Array(45).fill(value),
  });

  it.each([0, 1, 127, 254, 255])('keeps a flat picture of %d flat', (value) => {
    for (const size of [square(3), square(7), square(40)])
      expect([...new Set(resize(flat(value), size).data)]).toEqual([value]);
  });

  it('makes the shorter side what is asked for, and crops the middle', () => {
    const { height, width } = resizeShorter(flat(3), 4);
    expect([height, width]).toEqual([4, 7]);
    const rows = { height: 4, width: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    expect([...centerCrop(rows, { height: 2, width: 2 }).data]).toEqual([3, 4, 5, 6]);
    // Python rounds a half to the even number: one row of four pixels begins at 2 of 1.5, of two at 0 of 0.5.
    expect([...centerCrop(rows, { height: 1, width: 1 }).data]).toEqual([5]);
  });
});

const torchvision = `
import sys, json, zlib
from PIL import Image
from torchvision import transforms
import numpy as np
out = []
for path in sys.argv[1:]:
    image = Image.open(path).convert('RGB')
    rules = [(None, None), (256, 224), (224, 224), (97, 96)]
    fits = [image if a is None else transforms.CenterCrop(b)(transforms.Resize(a)(image)) for a, b in rules]
    out.append([zlib.crc32(np.asarray(fit).tobytes()) for fit in fits])
print(json.dumps(out))
`;

const samples = onnxData === undefined ? '' : join(onnxData, 'imagenet-samples');

describe('pictures of others', () => {
  it('that are no pictures are refused before anything is decoded', async () => {
    const text = new TextEncoder().encode('<!doctype html><title>404</title>');
    const error = await caughtEventually(() => openPicture(text, 3, 'a/cat.jpg'));
    expect(error.message).toContain(
      'a/cat.jpg: is no JPEG, PNG or WebP picture: it is an HTML page',
    );
    const empty = await caughtEventually(() => openPicture(new Uint8Array(), 3, 'cat.jpg'));
    expect(empty.message).toContain('cat.jpg: is empty');
  });

  // Python takes ten seconds to load torchvision.
  itLong(
    'the sample images of ImageNet, have the pixels of torchvision to the last bit',
    async ({ skip }) => {
      if (onnxData === undefined) return skip(noOnnxData);
      const names = readdirSync(samples).filter((name) => name.endsWith('.jpg'));
      const paths = names.map((name) => join(samples, name));
      const { status, stdout } = spawnSync('/usr/bin/python3', ['-c', torchvision, ...paths], {
        encoding: 'utf8',
      });
      if (status !== 0) return skip('no torchvision here: apt-get install python3-torchvision');
      const wanted = JSON.parse(stdout) as readonly (readonly number[])[];
      expect(wanted.length).toBe(names.length);
      for (const [i, name] of names.entries()) {
        const picture = await openPicture(bytesOf(samples, name), 3, name);
        const found = [
          picture,
          fitPicture(picture, square(224), 256, name),
          fitPicture(picture, square(224), 224, name),
          fitPicture(picture, square(96), 97, name),
        ].map(({ data }) => crc32(data));
        expect(found, name).toEqual(wanted[i]);
      }
    },
  );
});

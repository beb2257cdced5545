// Pictures that are given one by one: their names, their order, and the size that they become.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPicture, readPictures } from '../../../src/view/engine/pictures.ts';
import { caughtEventually } from '../../support/caught.ts';
import { pixelFile } from '../../support/pixel-file.ts';

const input = { height: 2, width: 3, channels: 1 };
const digits = { trainedOn: 'mnist', classes: 10, input };
const cifar = { trainedOn: 'cifar10', classes: 10, input: { ...input, channels: 3 } };
const file = (name: string, value = 9): { name: string; bytes: Uint8Array } => ({
  name,
  bytes: pixelFile(2, 3, (i) => value + i),
});

describe('pictures as test images', () => {
  it('are known by their names', () => {
    expect(
      ['a.png', 'b.JPEG', 'c.webp', 'd.npy', 'e.pb'].every((name) => isPicture({ name })),
    ).toBe(true);
    expect(['a.bin', 'png', 'c.png.json', 'd.gif'].some((name) => isPicture({ name }))).toBe(false);
  });

  it.each([
    ['7.npy', digits, 7],
    ['0-mine.npy', digits, 0],
    ['cat.npy', cifar, 3],
    ['Truck2.npy', cifar, 9],
    ['8_a_boat.npy', cifar, 8],
  ])('%s says its class', async (name, target, label) => {
    expect([...(await readPictures([file(name)], target, undefined)).labels]).toEqual([label]);
  });

  it.each([
    ['10.npy', digits],
    ['cat.npy', digits],
    ['mine-7.npy', digits],
    ['.npy', digits],
    ['boat.npy', cifar],
  ])('%s does not, and is refused', async (name, target) => {
    const error = await caughtEventually(() => readPictures([file(name)], target, undefined));

    expect(error).toMatchObject({ kind: 'input', where: ['images', name] });
    expect(String(error)).toMatch(/0 to 9|10 classes/);
  });

  it('keep their order and, where they have the size, their pixels', async () => {
    const set = await readPictures([file('3.npy', 30), file('1.npy', 10)], digits, undefined);

    expect([...set.images.data]).toEqual([30, 31, 32, 33, 34, 35, 10, 11, 12, 13, 14, 15]);
    expect([...set.labels]).toEqual([3, 1]);
    expect(set.name).toBe('mnist pictures');
    const { images } = await readPictures([file('3.npy', 30)], cifar, undefined);
    expect([...images.data.subarray(0, 6)]).toEqual([30, 30, 30, 31, 31, 31]);
  });

  it('are scaled to the network’s size otherwise, or as they are told to be', async () => {
    const name = 'colour.jpg';
    const bytes = new Uint8Array(
      readFileSync(join(import.meta.dirname, '../../datasets/pictures/fixtures', name)),
    );
    const pictures = [{ name: `1-${name}`, bytes }];
    const target = { ...cifar, input: { height: 24, width: 24, channels: 3 } };

    const unsaid = await readPictures(pictures, target, undefined);
    const said = await readPictures(pictures, target, 24);
    const larger = await readPictures(pictures, target, 30);
    expect(unsaid.images).toEqual(said.images);
    expect(larger.images).not.toEqual(said.images);
    expect([unsaid.name, said.name]).toEqual(['cifar10 pictures', 'cifar10 pictures at 24']);
  });
});

// Folders of pictures as data sets: which files count, their classes, their order, and what is wrong with others.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classNames, readClassNames } from '../../../src/datasets/pictures/class-names.ts';
import type { PictureFolder } from '../../../src/datasets/pictures/picture-list.ts';
import {
  calibrationPictures,
  type PictureOptions,
  type PictureTarget,
  testPictures,
} from '../../../src/datasets/pictures/read-pictures.ts';
import { writeNpy } from '../../../src/network/io/npy.ts';
import { caught, caughtEventually } from '../../support/caught.ts';
import { pixelFile } from '../../support/pixel-file.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A folder of these files; those that are read are noted. */
function folderOf(
  files: Readonly<Record<string, Uint8Array | number>>,
  readFiles: string[] = [],
): PictureFolder {
  return {
    name: 'set',
    where: 'a/set',
    paths: Object.keys(files),
    read: (path) => {
      readFiles.push(path);
      const file = files[path]!;
      return Promise.resolve(typeof file === 'number' ? pixelFile(1, 1, file) : file);
    },
  };
}

const target = (classes: number, trainedOn = 'none'): PictureTarget => ({
  trainedOn,
  classes,
  input: { height: 1, width: 1, channels: 1 },
});

/** Label of each pixel value, as they are read. */
async function labelsByPixel(
  files: Readonly<Record<string, Uint8Array | number>>,
  classes: number,
  options: PictureOptions & { readonly trainedOn?: string } = {},
): Promise<Readonly<Record<number, number>>> {
  const { images, labels } = await testPictures(
    folderOf(files),
    target(classes, options.trainedOn),
    options,
  );
  return Object.fromEntries(Array.from(images.data, (value, i) => [value, labels[i]!]));
}

const errorOf = async (
  files: Readonly<Record<string, Uint8Array | number>>,
  classes: number,
  options: PictureOptions & { readonly count?: number } = {},
): Promise<string> =>
  (await caughtEventually(() => testPictures(folderOf(files), target(classes), options))).message;

describe('classes of pictures', () => {
  it('are folders in their order, as torchvision has it, folders inside them included', async () => {
    const files = { 'b/x.npy': 1, 'a/y.npy': 2, 'c/deep/z.npy': 3, 'B/w.npy': 4, 'notes.md': 5 };

    // Capitals come first, as Python sorts.
    expect(await labelsByPixel(files, 4)).toEqual({ 4: 0, 2: 1, 1: 2, 3: 3 });
  });

  it('are numbers that folders begin with, where there are fewer folders than classes', async () => {
    const files = { '7-seven/x.npy': 1, '004 four/y.npy': 2, '999/z.npy': 3 };

    expect(await labelsByPixel(files, 1000)).toEqual({ 1: 7, 2: 4, 3: 999 });
    expect(await errorOf(files, 900)).toBe(
      'a/set > 999: says class 999, and the network has 900 classes, from 0 on; use images of the classes that the network was trained on',
    );
  });

  it('are names of folders in the file of labels, by the whole line or a part that is one class’s alone', async () => {
    const names = readClassNames(text('crane, bird\ncrane, machine\ngreat white shark\n'), 'l.txt');
    const files = { 'great_white_shark/x.npy': 1, 'Machine/y.npy': 2 };

    expect(await labelsByPixel(files, 3, { names })).toEqual({ 1: 2, 2: 1 });
    const error = await errorOf({ 'crane/x.npy': 1, 'machine/y.npy': 2 }, 3, { names });
    expect(error).toContain(
      'a/set: has 2 class folders, and the network 3 classes; crane is none of l.txt',
    );
  });

  it('are what names of files begin with: a number, or a name of labels.txt beside them', async () => {
    expect(await labelsByPixel({ '7-mine.npy': 1, '010.npy': 2, '3_x_9.npy': 3 }, 11)).toEqual({
      1: 7,
      2: 10,
      3: 3,
    });
    const files = { 'hot dog2.npy': 1, 'Hot-Dog stand.npy': 2, 'dog.npy': 3 };
    const lines = text('dog\r\nhot dog\r\nhot dog stand\r\n');
    expect(await labelsByPixel({ ...files, 'labels.txt': lines }, 3)).toEqual({ 1: 1, 2: 2, 3: 0 });
    expect(await labelsByPixel({ 'Truck2.npy': 1 }, 10, { trainedOn: 'cifar10' })).toEqual({
      1: 9,
    });
  });

  it('are those of labels.csv, in its order, by number or name', async () => {
    const table = 'file,label\n"a, b.npy",2\r\nc/d.npy, 0 \n./e.npy,1\n\n';
    const files = { 'a, b.npy': 1, 'c/d.npy': 2, 'e.npy': 3, 'unlisted.npy': 4 };
    const { images, labels } = await testPictures(
      folderOf({ ...files, 'labels.csv': text(table) }),
      target(3),
      {},
    );
    expect([...images.data]).toEqual([1, 2, 3]);
    expect([...labels]).toEqual([2, 0, 1]);

    const named = { 'x.npy': 1, 'y.npy': 2, 'labels.csv': text('x.npy,dog\ny.npy,cat') };
    expect(await labelsByPixel(named, 2)).toEqual({ 1: 1, 2: 0 });
    const names = classNames(['a', 'cat', 'dog'], 'l.txt');
    expect(await labelsByPixel(named, 3, { names })).toEqual({ 1: 2, 2: 1 });
  });

  it('have 16 bits where there are more than 256', async () => {
    const { labels } = await testPictures(folderOf({ '999-x.npy': 1 }), target(1000), {});

    expect(labels).toEqual(Uint16Array.of(999));
  });
});

/** Ten pictures of each of ten classes; pixel values are their numbers. */
const hundred = Object.fromEntries(
  Array.from({ length: 100 }, (_, i) => [`${Math.floor(i / 10)}/${i % 10}.npy`, i]),
);

describe('the order of pictures', () => {
  it('is fixed and random: the first ones are the same however many are asked for, and of many classes', async () => {
    const first = await testPictures(folderOf(hundred), target(10), { count: 20 });
    const all = await testPictures(folderOf(hundred), target(10), {});
    const other = Object.fromEntries(Object.entries(hundred).toReversed());
    const again = await testPictures(folderOf(other), target(10), { count: 20 });

    expect([...first.images.data]).toEqual([...all.images.data.subarray(0, 20)]);
    expect(again).toEqual(first);
    expect(new Set(all.images.data).size).toBe(100);
    expect(new Set(first.labels).size).toBeGreaterThan(5);
  });

  it('lets only those be read that are asked for', async () => {
    const readFiles: string[] = [];
    await testPictures(folderOf(hundred, readFiles), target(10), { count: 3 });

    expect(readFiles.length).toBe(3);
  });
});

describe('images to calibrate on', () => {
  const pixels = async (
    files: Readonly<Record<string, number>>,
    count: number,
  ): Promise<number[]> =>
    Array.from((await calibrationPictures(folderOf(files), target(10), { count })).data);

  it('are not those that are tested, while there are enough', async () => {
    const tested = await testPictures(folderOf(hundred), target(10), { count: 70 });
    const chosen = await pixels(hundred, 30);

    expect(new Set([...tested.images.data, ...chosen]).size).toBe(100);
    expect((await pixels(hundred, 200)).length).toBe(100);
  });

  it('are training images where the folder has a part for them, and the others are tested', async () => {
    const files = { 'train/0/a.npy': 1, 'train/1/b.npy': 2, 'val/0/c.npy': 3, 'val/1/d.npy': 4 };
    const tested = await testPictures(folderOf(files), target(2), { resize: 1 });

    expect(new Set(await pixels(files, 5))).toEqual(new Set([1, 2]));
    expect(new Set(tested.images.data)).toEqual(new Set([3, 4]));
    expect(tested.name).toBe('set val at 1');
    expect(await labelsByPixel(files, 2)).toEqual({ 3: 0, 4: 1 });
  });

  it('need no classes', async () => {
    expect(new Set(await pixels({ 'holiday.npy': 1, '2024.npy': 2 }, 5))).toEqual(new Set([1, 2]));
  });
});

describe('arrays as pictures', () => {
  const read = async (bytes: Uint8Array, channels: number): Promise<Uint8Array> =>
    (
      await testPictures(
        folderOf({ '0.npy': bytes }),
        { trainedOn: 'none', classes: 1, input: { height: 1, width: 2, channels } },
        {},
      )
    ).images.data;

  it('are height x width x channels or channels first, real numbers of 0 to 1 or whole ones', async () => {
    const planes = [0, 1, 0.5, 0.2, 1 / 255, 0];

    expect([...(await read(writeNpy([1, 3, 1, 2], planes), 3))]).toEqual([0, 128, 1, 255, 51, 0]);
    expect([...(await read(writeNpy([1, 2, 3], planes), 3))]).toEqual([0, 255, 128, 51, 1, 0]);
    expect([...(await read(writeNpy([1, 2], [1, 0.2]), 3))]).toEqual([255, 255, 255, 51, 51, 51]);
    // 0.299 red + 0.587 green + 0.114 blue.
    expect([...(await read(writeNpy([3, 1, 2], [1, 0, 0, 1, 0, 0]), 1))]).toEqual([76, 150]);
  });

  it('are refused in other shapes and with other values', async () => {
    const error = async (dims: readonly number[], values: readonly number[]): Promise<string> =>
      (await caughtEventually(() => read(writeNpy(dims, values), 3))).message;

    expect(await error([2, 3, 1, 1], [0, 0, 0, 0, 0, 0])).toContain(
      'a/set/0.npy: is 2x3x1x1, which is no image',
    );
    expect(await error([1, 2], [0, 3])).toContain('a/set/0.npy: has 3, which is no pixel');
    expect(await error([1, 2], [0, NaN])).toContain('has NaN, which is no pixel');
  });
});

const jpeg = new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures/colour.jpg')));

describe('what is wrong is one line that names it', () => {
  it.each([
    ['no files', {}, 10, 'a/set: has no pictures; put JPEG'],
    ['no pictures', { 'readme.md': 1 }, 10, 'a/set: has no pictures'],
    [
      'a class folder without pictures',
      { 'a/x.npy': 1, 'b/notes.md': 2 },
      2,
      'a/set/b: has no pictures',
    ],
    [
      'pictures beside class folders',
      { 'a/x.npy': 1, 'y.npy': 2 },
      2,
      'a/set: has pictures beside its folders: y.npy',
    ],
    [
      'more folders than classes',
      { 'a/x.npy': 1, 'b/y.npy': 2 },
      1,
      'a/set: has 2 class folders, and the network 1 class',
    ],
    [
      'pictures of other kinds',
      { '1.npy': 1, '2.gif': 2 },
      10,
      'a/set/2.gif: is a kind of picture that is not read here',
    ],
    [
      'a name without class',
      { '1.npy': 1, 'dog.npy': 2 },
      10,
      'a/set > dog.npy: "dog.npy" does not begin with the class of what it shows',
    ],
    [
      'a class that the network has not',
      { '10.npy': 1 },
      10,
      'a/set > 10.npy: says class 10, and the network has 10 classes',
    ],
    [
      'a listed file that is not there',
      { 'labels.csv': text('x.npy,1') },
      10,
      'a/set/labels.csv > line 1: names x.npy, which is not in a/set',
    ],
    [
      'a line without class',
      { 'x.npy': 1, 'labels.csv': text('x.npy') },
      10,
      'a/set/labels.csv > line 1: has 1 field: x.npy',
    ],
    [
      'a listed class beyond',
      { 'x.npy': 1, 'labels.csv': text('x.npy,10') },
      10,
      'a/set/labels.csv > line 1: says class 10',
    ],
    [
      'a listed name that nothing explains',
      { 'x.npy': 1, 'labels.csv': text('x.npy,dog') },
      10,
      '"dog" is no number, and nothing says which class it is',
    ],
    [
      'an empty list',
      { 'x.npy': 1, 'labels.csv': text('file,label\n') },
      10,
      'a/set/labels.csv: lists no pictures',
    ],
    [
      'an empty file of labels',
      { '1.npy': 1, 'labels.txt': text('\n') },
      10,
      'a/set/labels.txt: has no names of classes',
    ],
    [
      'a picture that is cut off',
      { '1.jpg': jpeg.subarray(0, jpeg.length / 2) },
      10,
      'a/set/1.jpg: is a damaged JPEG picture (Premature end of JPEG file)',
    ],
    [
      'a picture that is none',
      { '1.jpg': text('nothing') },
      10,
      'a/set/1.jpg: is no JPEG, PNG or WebP picture',
    ],
    [
      'a picture of another size',
      { '1.jpg': jpeg },
      10,
      'resize: a/set/1.jpg is 75x100, the network reads 1x1, and nothing says how',
    ],
  ] as const)('%s', async (_, files, classes, wanted) => {
    const message = await errorOf(files, classes);

    expect(message).toContain(wanted);
    expect(message).not.toContain('\n');
  });

  it('a picture of 100 million pixels is refused by its header', async () => {
    // Only the start of a PNG: a signature and a header of 10,000 x 10,000 pixels.
    const png = Uint8Array.of(
      0x89,
      0x50,
      0x4e,
      0x47,
      13,
      10,
      26,
      10,
      0,
      0,
      0,
      13,
      ...text('IHDR'),
      0,
      0,
      0x27,
      0x10,
      0,
      0,
      0x27,
      0x10,
      8,
      2,
      0,
      0,
      0,
    );

    expect(await errorOf({ '1.png': png }, 10)).toContain(
      'a/set/1.png: is 10000x10000: 100 million pixels, and 50 million are the most that is decoded',
    );
  });

  it('more images than there are, and more than can be held', async () => {
    expect(await errorOf({ '1.npy': 1 }, 10, { count: 2 })).toContain(
      'a/set: 2 images asked for, it has 1',
    );
    const large = {
      trainedOn: 'none',
      classes: 10,
      input: { height: 2 ** 15, width: 2 ** 15, channels: 3 },
    };
    const files = { '1.npy': 1, '2.npy': 2 };
    const error = await caughtEventually(() => testPictures(folderOf(files), large, {}));
    expect(error).toMatchObject({ kind: 'usage', where: ['images'] });
    expect(error.message).toContain('ask for 1 or fewer');
  });

  it('a broken picture stops nothing: the next one is read', async () => {
    await errorOf({ '1.jpg': jpeg.subarray(0, 900) }, 10);
    const small = { trainedOn: 'none', classes: 10, input: { height: 20, width: 20, channels: 3 } };
    const { images } = await testPictures(folderOf({ '1.jpg': jpeg }), small, { resize: 20 });

    expect(images.data.length).toBe(1200);
  });

  it('names of classes that are none', () => {
    expect(caught(() => readClassNames(text(' \n'), 'l.txt')).message).toContain(
      'l.txt: has no names',
    );
  });
});

// What is dropped on the page, as a person drops it: with the browser's own list of files and folders.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeUnless, noDrawing } from '../../support/browsers.ts';
import { emptyFolder, mars, root } from '../../support/mars.ts';
import {
  type BuiltPage,
  endOfRun,
  openBuiltPage,
  textOf,
  textWith,
} from '../support/built-page.ts';
import { dropFiles } from '../support/drop-files.ts';

describeUnless(noDrawing, 'the page, when something is dropped on it', () => {
  let built: BuiltPage;
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  it('takes a network and a folder of pictures, folders inside it included', async () => {
    const folder = emptyFolder();
    const picture = join(root, 'test/datasets/pictures/fixtures/grey.png');
    for (const inside of ['3', '7/more']) {
      mkdirSync(join(folder, 'digits', inside), { recursive: true });
      copyFileSync(picture, join(folder, 'digits', inside, 'a.png'));
    }
    const network = 'mine.safetensors';
    copyFileSync(join(root, 'models/mnist-cnn.safetensors'), join(folder, network));
    const { page, complaints } = await built.open('?images=0&view=report');
    await endOfRun(page);

    await dropFiles(page, join(folder, network), join(folder, 'digits'));
    await textWith(page, '#given-files', 'digits/');

    expect(await textOf(page, '#given-files')).toMatch(/mine\.safetensors×digits\/ \(2 files\)×/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says of a folder in which nothing is known that it holds nothing', async () => {
    const folder = join(emptyFolder(), 'notes');
    mkdirSync(folder);
    writeFileSync(join(folder, 'README.md'), 'nothing');
    const { page } = await built.open('?images=0&view=report');
    await endOfRun(page);

    await dropFiles(page, folder);
    await textWith(page, '#error', 'The folder holds neither pictures nor a file');

    expect(await textOf(page, '#given-files')).toBe('');
    await page.close();
  });

  it('says which packed network is damaged', async () => {
    const folder = emptyFolder();
    const [damaged, other] = ['damaged.onnx.gz', 'other.onnx.gz'];
    writeFileSync(join(folder, damaged), gzipSync('a network').subarray(0, 12));
    writeFileSync(join(folder, other), gzipSync('no network'));
    const { page } = await built.open('?images=0&view=report');
    await endOfRun(page);

    await dropFiles(page, join(folder, damaged), join(folder, other));
    await textWith(page, '#error', other);

    const [first, second] = (await textOf(page, '#error')).split('\n');
    expect(first).toContain(`${damaged}: is not packed with gzip, or is damaged`);
    expect(second).toContain(other);
    await page.close();
  });
});

// Large networks, dropped on the page with a folder of pictures: the report of the command line, and a page that goes on being drawn.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.ts';
import { describeUnless, noDrawing } from '../../support/browsers.ts';
import { emptyFolder, inShell, mars } from '../../support/mars.ts';
import { noOnnxData, onnxData } from '../../support/onnx-data.ts';
import {
  type BuiltPage,
  drawnStage,
  endOfRun,
  openBuiltPage,
  textOf,
} from '../support/built-page.ts';
import { dropFiles } from '../support/drop-files.ts';
import { portable, saved } from '../support/saved-file.ts';

const images = 3;

/** What the page has drawn since {@link watchFrames}. */
interface Drawn {
  readonly frames: number;
  /** What the status line said in these frames, each text once. */
  readonly lines: readonly string[];
}

/** Counts frames from now on, and keeps what the page says in each. */
const watchFrames = (page: Page): Promise<unknown> =>
  page.evaluate(`{
    const drawn = { frames: 0, lines: [] };
    globalThis.drawn = drawn;
    const frame = () => {
      drawn.frames += 1;
      const line = document.querySelector('#message').textContent;
      if (drawn.lines.at(-1) !== line) drawn.lines.push(line);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }`);

/** A folder with a folder of pictures in it and, where it is one of a file, the network. */
function folderWith(network: string | undefined): string {
  const folder = emptyFolder();
  const samples = join(onnxData ?? '', 'imagenet-samples');
  mkdirSync(join(folder, 'pictures'));
  const names = readdirSync(samples).filter((name) => name.endsWith('.jpg'));
  // One more than are tested, and the names of the classes.
  for (const name of [...names.slice(0, images + 1), 'labels.txt'])
    copyFileSync(join(samples, name), join(folder, 'pictures', name));
  if (network === undefined) return folder;
  const bytes = readFileSync(join(onnxData ?? '', 'trained', network.replace(/\.gz$/, '')));
  writeFileSync(join(folder, network), network.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return folder;
}

/** Sets a control, as a person does. */
const setField = (page: Page, name: string, value: string): Promise<unknown> =>
  page.evaluate(`{
    const input = document.querySelector('[name="${name}"]');
    input.value = '${value}';
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }`);

const missing = onnxData === undefined ? noOnnxData : null;

describeUnless(noDrawing ?? missing, 'large networks on the page', () => {
  let built: BuiltPage;
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage({ canvas: true, timeoutMs: 600_000 }); // so long that only what hangs reaches it
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  it.each([
    ['MobileNetV2', 'mobilenetv2-imagenet-float.onnx', 'imagenet'],
    ['SqueezeNet, packed', 'squeezenet1.0-imagenet.onnx.gz', 'caffe'],
    ['ResNet-50 with seeded weights', undefined, ''],
  ])(
    '%s gives the report of the command line, byte for byte, while the page goes on being drawn',
    async (_, file, norm) => {
      const folder = folderWith(file);
      const { page, complaints } = await built.open('?images=0&view=report');
      await endOfRun(page);

      const given = ['pictures', ...(file === undefined ? [] : [file])];
      await watchFrames(page);
      await dropFiles(page, ...given.map((name) => join(folder, name)));
      for (const name of given)
        await page.waitForFunction(
          `document.querySelector('#given-files')?.textContent.includes(${JSON.stringify(name)})`,
        );
      if (file === undefined) await setField(page, 'network', 'resnet50-224');
      for (const [name, value] of [
        ['images', `${images}`],
        ['resize', '256'],
        ['input-norm', norm],
      ] as const)
        await setField(page, name, value);
      await page.click('[type=submit]');
      expect(await endOfRun(page)).toMatch(
        new RegExp(`^${images} images on .* in [\\d.]+\\ss\\.$`),
      );

      // A page that stands still for a stage of the run never says how far that is.
      const { frames, lines } = (await page.evaluate('globalThis.drawn')) as Drawn;
      for (const stage of ['Calibrating activation ranges', 'Simulating the chip'])
        expect(lines.filter((line) => line.startsWith(stage))).not.toEqual([]);
      expect(frames).toBeGreaterThan(lines.length);

      const command = await textOf(page, '#section-headline code');
      expect(command).toContain(file ?? 'resnet50-224');
      const { code, stderr } = inShell(`${command} > out.txt || exit 1\ntrue`, folder);
      expect(code, stderr).toBe(0);
      const own = await saved(page, 'report.json', 'report.json');
      expect((JSON.parse(own) as Report).images).toBe(images);
      expect(portable(own)).toBe(portable(readFileSync(join(folder, 'out/report.json'), 'utf8')));

      for (const stage of ['network', 'compress', 'map', 'simulate', 'timeline']) {
        await page.click(`#tab-${stage}`);
        await drawnStage(page);
      }
      expect(await textOf(page, '#error')).toBe('');
      expect(complaints).toEqual([]);
      await page.close();
    },
    900_000,
  );
});

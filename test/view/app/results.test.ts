// What the views of a run show is what was chosen; what has no value is shown as having none.

import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../src/cli/browser.ts';
import { mars } from '../../support/mars.ts';
import {
  type BuiltPage,
  drawnStage,
  endOfRun,
  openBuiltPage,
  textOf,
} from '../support/built-page.ts';
import { itLong } from '../../support/long.ts';

const browser = findBrowser();
/** The packaged Chromium cannot draw to a WebGPU canvas. */
const canRun = browser !== null && browser.kind !== 'packaged';

const panel = '.panel:not([hidden])';

/** Types into a field of the macro-op, as a person does. */
const type = (page: Page, field: string, value: string): Promise<unknown> =>
  page.evaluate(`{
    const input = document.querySelector('#field-op-${field}');
    input.value = '${value}';
    input.dispatchEvent(new Event('change'));
  }`);

/** Waits for a macro-op whose text fits. */
const shown = (page: Page, text: RegExp): Promise<unknown> =>
  page.waitForFunction(`${text}.test(document.querySelector('.macro-op')?.textContent ?? '')`);

describe.skipIf(!canRun)('the views of a run', () => {
  let built: BuiltPage;
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  itLong(
    'show the macro-op of the core, kernel and image that are chosen, and refuse others',
    async () => {
      const { page } = await built.open('?images=2&view=array');
      await endOfRun(page);
      const canvas = await page.waitForSelector(`${panel} canvas`);
      const status = (): Promise<string> => textOf(page, '.macro-array-status');
      // What was looked at last is chosen, and named while the pointer is on no macro.
      await page.waitForSelector('.macro-op');
      await page.focus(`${panel} canvas`);
      await page.keyboard.press('Escape');
      // The focus brings it into view.
      const box = (await canvas!.boundingBox())!;
      // Some macro of conv2, whatever the exact layout; then closer, until its cells can be pointed at.
      let place: readonly [number, number] | undefined;
      for (let step = 0; step < 400 && !place; step++) {
        const at = [
          box.x + box.width * (0.2 + 0.035 * (step % 20)),
          box.y + box.height * (0.3 + 0.03 * Math.floor(step / 20)),
        ] as const;
        await page.mouse.move(...at);
        if (/^conv2, .*slots/.test(await status())) place = at;
      }
      await page.focus(`${panel} canvas`);
      for (let turn = 0; turn < 40 && !/ of kernel /.test(await status()); turn++) {
        await page.mouse.wheel({ deltaY: -240 });
        await page.mouse.move(place![0], place![1] + (turn % 2));
      }
      await page.mouse.click(...place!);
      const [, core, macro] = /core (\d+), macro (\d+)/.exec(await status())!;
      const [, kernel] = /of kernel (\d+)/.exec(await status())!;

      await shown(page, new RegExp(`macro ${macro} of core ${core}.*kernel ${kernel}, bit lines`));
      const before = await textOf(page, '.macro-op h3');
      await type(page, 'image', '1');
      await shown(page, new RegExp(`kernel ${kernel}, bit lines`));
      expect(await textOf(page, '.macro-op h3')).toBe(before);

      await type(page, 'image', '70');
      expect(await textOf(page, '#field-op-image-error')).toBe('the run has images 0 … 1, not 70');
      expect(await page.$('.macro-op')).toBeNull();
      await type(page, 'image', '0');
      await type(page, 'y', '');
      expect(await textOf(page, '#field-op-y-error')).toBe(
        'conv2 has rows 0 … 13, and none is named',
      );
      // Another core's pixel, in one of two corners: its macro is marked and named.
      let now = core;
      for (const corner of ['0', '13']) {
        await type(page, 'y', corner);
        await type(page, 'x', corner);
        await shown(page, new RegExp(`pixel \\(${corner}, ${corner}\\)`));
        now = /of core (\d+)$/.exec(await textOf(page, '.macro-op h3'))![1]!;
        if (now !== core) break;
      }
      await page.mouse.move(0, 0);
      expect(now).not.toBe(core);
      await page.waitForFunction(
        `document.querySelector('.macro-array-status').textContent.includes('core ${now}, macro')`,
      );
      await page.close();
    },
  );

  it('say after an estimate what they cannot show', async () => {
    const { page, complaints } = await built.open('?images=0&view=map');
    await endOfRun(page);
    await page.waitForSelector(`${panel} canvas`);
    await drawnStage(page);
    expect(await textOf(page, panel)).toContain('no inputs are known');
    await page.click('#tab-report');
    await page.waitForSelector('#section-layers tbody tr');
    const saturated = await page.$$eval('#section-layers tbody tr', (rows) =>
      rows.map((row) => row.children[11]?.textContent),
    );
    expect(new Set(saturated)).toEqual(new Set(['']));
    expect(complaints).toEqual([]);
    await page.close();
  });
});

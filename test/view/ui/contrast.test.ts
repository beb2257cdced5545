// Every control of page and element can be read at rest, under the pointer, with the focus, pressed and disabled.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../src/cli/browser.ts';
import { mars } from '../../support/mars.ts';
import { itLong } from '../../support/long.ts';
import { type BuiltPage, drawnStage, endOfRun, openBuiltPage } from '../support/built-page.ts';
import { type Faint, openContrastMeter } from '../support/contrast.ts';

const browser = findBrowser();
/** The packaged Chromium cannot draw to a WebGPU canvas. */
const canRun = browser !== null && browser.kind !== 'packaged';

describe.skipIf(!canRun)('the controls', () => {
  let built: BuiltPage;
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  itLong('of every view of the page can be read in every state, light and dark', async () => {
    const { page } = await built.open('?images=2');
    await endOfRun(page);
    await page.$$eval('details', (all) => all.forEach((one) => one.setAttribute('open', '')));
    const meter = await openContrastMeter(page);
    const tabs = await page.$$eval('[role=tab]', (list) => list.map(({ id }) => id));
    expect(tabs).toHaveLength(8);
    const faint: Faint[] = [];
    for (const tab of tabs) {
      await page.evaluate(`document.querySelector('#${tab}').click()`);
      await drawnStage(page);
      faint.push(...(await meter.faint()));
    }
    expect(faint).toEqual([]);
    expect(meter.seen).toBeGreaterThan(20);
    await page.close();
  });

  it('of the element can be read in every state, light and dark', async () => {
    const { page } = await built.open('embed.html?images=1&view=layers');
    await page.waitForFunction(
      `document.querySelector('mars-chip').shadowRoot.querySelector('.mars-table')`,
    );
    const meter = await openContrastMeter(page);

    expect(await meter.faint()).toEqual([]);
    expect(meter.seen).toBeGreaterThan(2);
    await page.close();
  });
});

// The page and files of others: names are text, and nothing is asked of any other server.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElementHandle } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../src/cli/browser.ts';
import { chipNamed } from '../../../src/chips/index.ts';
import { writeNetworkFile } from '../../../src/network/io/network-file.ts';
import { mars } from '../../support/mars.ts';
import { conv, linear, networkOf } from '../../support/small-networks.ts';
import { type BuiltPage, drawnStage, endOfRun, openBuiltPage } from '../support/built-page.ts';

const browser = findBrowser();
const canRun = browser !== null && browser.kind !== 'packaged';
const evil = '<img src="https://elsewhere.invalid/x" onerror="window.hacked=1">';

/** A network file and a chip file whose names are HTML. */
function evilFiles(folder: string): string[] {
  const layers = [
    { ...conv({ name: `a ${evil}`, input: 'image', channels: 1, kernels: 4 }) },
    linear({ name: `b ${evil}`, input: `a ${evil}`, inputs: 4 * 28 * 28, outputs: 10 }),
  ];
  const network = {
    ...networkOf(evil, { height: 28, width: 28, channels: 1 }, 10, layers),
    dataset: 'mnist',
  };
  const [networkFile, chipFile] = [join(folder, 'net.safetensors'), join(folder, 'chip.json')];
  writeFileSync(networkFile, writeNetworkFile(network));
  writeFileSync(chipFile, JSON.stringify({ ...chipNamed('mars'), name: evil, title: evil }));
  return [networkFile, chipFile];
}

describe.skipIf(!canRun)('the page, given files of others', () => {
  let built: BuiltPage;
  const folder = mkdtempSync(join(tmpdir(), 'mars-test-'));
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows names as text in every view, and asks nothing of another server', async () => {
    const { page } = await built.open('?images=0');
    const { origin } = new URL(page.url());
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(?:blob|data):/.test(url)) elsewhere.push(url);
    });
    const input = await page.$('input[type=file]');
    await (input as ElementHandle<never>).uploadFile(...evilFiles(folder));
    await page.waitForFunction(`document.body.textContent.includes('net.safetensors')`);
    await page.click('[type=submit]');
    await endOfRun(page);
    for (const tab of await page.$$('[role=tab]')) {
      await tab.click();
      await drawnStage(page);
      await page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
      );
    }

    expect(await page.evaluate(`document.body.textContent.includes('<img src="https')`)).toBe(true);
    expect(await page.$$('img[src^="https"]')).toEqual([]);
    expect(await page.evaluate('window.hacked ?? null')).toBeNull();
    expect(elsewhere).toEqual([]);
    await page.close();
  });
});

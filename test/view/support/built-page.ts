// The built page in headless Chrome, with everything noted that it complains about.

import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { type BrowserOptions, launchBrowser } from '../../../src/cli/browser.ts';
import { root } from '../../support/mars.ts';
import { servePages } from '../../support/page-server.ts';

/** A page that is open, and what it has complained about so far. */
export interface OpenPage {
  readonly page: Page;
  /** Console errors and warnings, uncaught errors and violations of the content security policy. */
  readonly complaints: readonly string[];
}

/** A browser, and a server of the built page. */
export interface BuiltPage extends AsyncDisposable {
  /** Opens the page with this query, such as `?images=3`. */
  open(query: string): Promise<OpenPage>;
}

/** Serves and opens `dist/page`. */
export async function openBuiltPage(
  options: BrowserOptions = { canvas: true },
): Promise<BuiltPage> {
  const server = await servePages({ '': join(root, 'dist/page') });
  const browser: Browser = await launchBrowser(options);
  return {
    open: async (query) => {
      const page = await browser.newPage();
      page.setDefaultTimeout(300_000); // so long that only what hangs reaches it
      await page.setViewport({ width: 1280, height: 800 });
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(`${server.origin}/${query}`);
      return { page, complaints };
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** Text of the first element that fits. */
export const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');

/** Waits until the page says that its run has ended, and gives what it says. */
export async function endOfRun(page: Page): Promise<string> {
  await page.waitForFunction(
    `/ in [0-9.]+ s|Cancelled/.test(document.querySelector('#message').textContent)
     || document.querySelector('#error').textContent !== ''`,
    { timeout: 100_000 },
  );
  return (await textOf(page, '#message')) + (await textOf(page, '#error'));
}

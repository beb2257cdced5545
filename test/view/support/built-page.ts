// The built page in headless Chrome, with everything noted that it complains about.

import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { type BrowserOptions, launchBrowser } from '../../../src/cli/browser.ts';
import { root } from '../../support/mars.ts';
import { servePages } from '../../support/page-server.ts';
import { patient } from '../../support/browsers.ts';

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
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
}

/** Serves and opens `dist/page`. */
export async function openBuiltPage(
  options: BrowserOptions = { canvas: true },
): Promise<BuiltPage> {
  const server = await servePages({ '': join(root, 'dist/page') });
  const browser: Browser = await launchBrowser({ ...patient, ...options });
  return {
    asked: server.asked,
    open: async (query) => {
      const page = await browser.newPage();
      page.setDefaultTimeout(patient.timeoutMs);
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

/**
 * Text of the first element that fits, once there is one. Found and read in one step: a run that ends draws its views
 * anew, and what was there a moment before may be gone.
 */
export async function textOf(page: Page, selector: string): Promise<string> {
  const found = await page.waitForFunction(
    `(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      return element && { text: element.textContent };
    })()`,
  );
  return ((await found.jsonValue()) as { text: string }).text;
}

/** Text of the first element that fits, once it contains this: for views that fill themselves after they are drawn. */
export async function textWith(page: Page, selector: string, part: string): Promise<string> {
  await page.waitForFunction(
    `document.querySelector(${JSON.stringify(selector)})?.textContent.includes(${JSON.stringify(part)})`,
  );
  return await textOf(page, selector);
}

/**
 * Waits until no run goes on, and gives what the page says then. The page is busy from the press of Run on: what it
 * said of an earlier run is never taken for the end of this one.
 */
export async function endOfRun(page: Page): Promise<string> {
  await page.waitForSelector('main[aria-busy="false"]');
  return (await textOf(page, '#message')) + (await textOf(page, '#error'));
}

/** Waits until every section of the stage that is shown has been drawn. */
export async function drawnStage(page: Page): Promise<void> {
  await page.waitForFunction(
    `!/Laying out …|Counting …|Loading …/.test(document.querySelector('.panel:not([hidden])').textContent)`,
  );
}

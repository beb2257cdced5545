// Every view of the built element, on a real run of the engine that it opens itself, in a page of headless Chromium.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'puppeteer';
import { launchBrowser } from '../../../src/cli/browser.ts';
import { noBrowser, describeUnless, patient } from '../../support/browsers.ts';
import { itLong } from '../../support/long.ts';
import { mars, root } from '../../support/mars.ts';
import { type PageServer, servePages } from '../../support/page-server.ts';

/** What each view draws, and what one reads there. */
const drawn: Readonly<Record<string, readonly [selector: string, words: RegExp]>> = {
  headline: ['.mars-headline dl', /Frames per second[\s\S]*Energy per frame/],
  layers: ['.mars-table tbody tr', /conv2[\s\S]*all layers/],
  timeline: ['canvas.mars-timeline-canvas', /stalled at ports/],
  energy: ['.mars-plot rect', /Energy per frame by layer and part/],
  array: ['.macro-array table', /mnist-cnn on mars: \d+ fillings of 4 cores/],
  'macro-op': ['.op-steps svg', /Kernel \d+ of conv2 at pixel/],
  sums: ['.mars-plot rect', /Sums on bit lines and the levels of the ADC/],
  sparsity: ['.mars-figure svg', /Weight groups of conv2/],
  network: ['.mars-graph', /conv2/],
  images: ['.mars-image-list .mars-pixels', /label 7/],
};
const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>test</title>
<script type="module" src="/element/define.js"></script></head>
<body><mars-chip images="1" loading="eager"></mars-chip></body></html>`;

const viewNames = Object.keys(drawn);
const elements = Array.from({ length: 20 }, (_, i) => ({
  view: viewNames[i % viewNames.length]!,
  images: 1 + (i % 2),
  adcBits: 3 + (i % 4),
}));
const many = html.replace(
  '<mars-chip images="1" loading="eager"></mars-chip>',
  elements
    .map(
      ({ view, images, adcBits }) =>
        `<mars-chip images="${images}" adc-bits="${adcBits}" view="${view}" loading="eager"></mars-chip>`,
    )
    .join('\n'),
);

describeUnless(noBrowser, 'the views of the element', () => {
  let server: PageServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const shadow = `document.querySelector('mars-chip').shadowRoot`;

  beforeAll(async () => {
    mars(['--version']); // builds what is stale
    server = await servePages(
      { '/element': join(root, 'dist/element') },
      { '/page.html': html, '/many.html': many, '/favicon.ico': '' },
    );
    browser = await launchBrowser(patient);
    page = await browser.newPage();
    page.setDefaultTimeout(patient.timeoutMs);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(`${server.origin}/page.html`);
    await page.waitForFunction(`document.querySelector('mars-chip').state === 'done'`);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it('are these', async () => {
    const names = await page.evaluate(
      `import('/element/index.js').then(({ viewNames }) => viewNames)`,
    );
    expect(names).toEqual(Object.keys(drawn));
  });

  describe.each(Object.entries(drawn))('%s', (name, [selector, words]) => {
    it('shows the run, without an error', async () => {
      await page.evaluate(`document.querySelector('mars-chip').view = '${name}'`);
      await page.waitForFunction(`${shadow}.querySelector('.view ${selector}') !== null`);
      await page.waitForFunction(`${words}.test(${shadow}.querySelector('.view').textContent)`);
      const [state, error, height] = (await page.evaluate(`[
        document.querySelector('mars-chip').state,
        ${shadow}.querySelector('.error').textContent,
        ${shadow}.querySelector('.view').clientHeight,
      ]`)) as [string, string, number];
      expect([state, error]).toEqual(['done', '']);
      expect(height).toBeGreaterThan(50);
      expect(problems).toEqual([]);
    });
  });

  itLong('stand twenty on a page, each with its own run, on one engine', async () => {
    const full = await browser.newPage();
    full.setDefaultTimeout(patient.timeoutMs);
    await full.goto(`${server.origin}/many.html`);
    await full.waitForFunction(
      `[...document.querySelectorAll('mars-chip')].every(({ state }) => state === 'done' || state === 'failed')`,
    );
    const shown = await full.evaluate(`[...document.querySelectorAll('mars-chip')].map((one) => ({
      view: one.view,
      images: one.result.report.images,
      adcBits: Math.log2(one.result.report.layers.find(({ adc }) => adc).adc.codes),
      state: one.state,
    }))`);

    expect(shown).toEqual(elements.map((one) => ({ ...one, state: 'done' })));
    expect(full.workers().filter((one) => /engine/.test(one.url()))).toHaveLength(1);
    await full.close();
  });
});

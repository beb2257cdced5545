// The static pages with elements in them, as built, on the real engine: under their own policy, and in a sandbox.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Frame, Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../../../src/cli/browser.ts';
import { describeUnless, noDrawing, patient } from '../../support/browsers.ts';
import { mars, root } from '../../support/mars.ts';
import { type PageServer, servePages } from '../../support/page-server.ts';
import { itLong } from '../../support/long.ts';

const texts: Record<string, string> = { '/favicon.ico': '' };
const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** Every element of a page, by what it is doing and says. */
const elements = `[...document.querySelectorAll('mars-chip')].map((chip) => ({
  state: chip.state, error: chip.shadowRoot.querySelector('.error').textContent,
}))`;

describeUnless(noDrawing, 'the pages', () => {
  let server: PageServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    mars(['--version']); // builds what is stale
    server = await servePages(
      { '/site': join(root, 'dist/page'), '/element': join(root, 'dist/element') },
      texts,
    );
    browser = await launchBrowser({ ...patient, canvas: true });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  beforeEach(async () => {
    problems.length = 0;
    page = await browser.newPage();
    page.setDefaultTimeout(patient.timeoutMs);
    await page.setViewport({ width: 1280, height: 800 });
    page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => problems.push(String(error)));
    // The engine's; the threads of WebAssembly are as many as the machine has processors.
    page.on('workercreated', (worker) => {
      if (!worker.url().includes('wasm-worker')) problems.push('worker');
    });
    await page.evaluateOnNewDocument(`
      globalThis.shifts = [];
      new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => [entry.value,
        ...entry.sources.map(({ node, previousRect, currentRect }) => [node?.nodeName, node?.className, previousRect.y, currentRect.y, previousRect.height, currentRect.height].join(' '))]))).observe({ type: 'layout-shift', buffered: true });
      addEventListener('securitypolicyviolation', (event) =>
        console.error('violation of ' + event.violatedDirective + ' by ' + event.blockedURI + ' ' + event.sourceFile));
    `);
  });
  afterEach(async () => {
    await page.close();
  });

  /** Waits until no element runs, and tells what they all came to. */
  const finished = async (frame: Page | Frame): Promise<readonly unknown[]> => {
    await frame.waitForFunction(
      `${elements}.every(({ state }) => !['waiting', 'running'].includes(state))`,
    );
    return (await frame.evaluate(elements)) as readonly unknown[];
  };
  const faults = async (): Promise<unknown> => {
    await page.evaluate(axe);
    const found = (await page.evaluate('axe.run()')) as {
      violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
    };
    return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  };
  const done = { state: 'done', error: '' };

  for (const name of ['paper.html', 'gallery.html'])
    itLong(
      `${name} gives all its results in one worker, without a fault that axe finds or a word in the console`,
      async () => {
        await page.goto(`${server.origin}/site/${name}`);
        await page.waitForFunction(`customElements.get('mars-chip') !== undefined`);
        const count = Number(await page.evaluate(`document.querySelectorAll('mars-chip').length`));
        expect(count).toBeGreaterThanOrEqual(5);
        const [first, ...rest] = (await page.evaluate(elements)) as { state: string }[];
        expect(['waiting', 'running', 'done']).toContain(first!.state);
        expect(rest.at(-1)!.state, 'far below: waits').toBe('waiting');
        await page.evaluate(
          `document.querySelectorAll('mars-chip').forEach((chip) => { chip.loading = 'eager'; })`,
        );

        expect(await finished(page)).toEqual(Array.from({ length: count }, () => done));

        expect(await page.evaluate('shifts'), 'shifts of the layout').toEqual([]);

        for (const scheme of ['light', 'dark']) {
          await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
          expect(await faults(), scheme).toEqual([]);
        }
        await page.setViewport({ width: 360, height: 740 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          360,
        );
        expect(problems).toEqual(['worker']);
      },
    );

  it('gallery.html shows the source of what it shows', async () => {
    await page.goto(`${server.origin}/site/gallery.html`);

    const pairs = (await page.evaluate(`[...document.querySelectorAll('article')].map((article) => {
      const chip = article.querySelector('mars-chip').cloneNode();
      chip.removeAttribute('heading-level');
      return [article.querySelector('code').textContent, chip.outerHTML];
    })`)) as [string, string][];

    expect(pairs).toHaveLength(6);
    for (const [shown, real] of pairs) expect(shown).toBe(real);
  });

  itLong('embed.html takes its settings from the address', async () => {
    const query = 'network=mnist-cnn&images=3&adc-bits=5&set=cores.count=2&set=noise.read=0';
    await page.goto(`${server.origin}/site/embed.html?${query}`);

    expect(await finished(page)).toEqual([done]);

    const settings = await page.evaluate(`document.querySelector('mars-chip').result.settings`);
    expect(settings).toMatchObject({
      images: 3,
      set: ['cores.count=2', 'noise.read=0', 'adc.bits=5'],
    });
    expect(await faults()).toEqual([]);
    expect(problems).toEqual(['worker']);
  });

  it('embed.html refuses a word that it does not know, by name', async () => {
    await page.goto(`${server.origin}/site/embed.html?images=3&colour=red`);
    await page.waitForFunction(`document.querySelector('.note').textContent !== ''`);

    expect(await page.$eval('.note', (note) => note.textContent)).toMatch(
      /^colour: "colour" is not a setting; known: network, resize, images/,
    );
    expect(await page.$('mars-chip')).toBeNull();
  });

  it('embed.html names the part of the chip that does not exist', async () => {
    await page.goto(`${server.origin}/site/embed.html?images=0&set=adc.bitz=5`);

    const [only] = (await finished(page)) as [{ state: string; error: string }];

    expect(only.state).toBe('failed');
    expect(only.error).toContain('adc.bitz');
    expect(only.error).not.toContain('bug');
  });

  itLong(
    'embed.html gives the same numbers in a sandboxed frame, where there is no worker',
    async () => {
      const query = 'network=mnist-cnn&images=4&adc-bits=4';
      await page.goto(`${server.origin}/site/embed.html?${query}`);
      await finished(page);
      const outputs = `[...document.querySelector('mars-chip').result.predictions.outputs]`;
      const expected = await page.evaluate(outputs);
      problems.length = 0;
      texts['/host'] =
        `<!doctype html><title>host</title><iframe title="chip" sandbox="allow-scripts" width="600" height="500" src="/site/embed.html?${query}"></iframe>`;

      await page.goto(`${server.origin}/host`);
      const frame = await page.waitForFrame((one) => one.url().includes('embed.html'));
      await frame.waitForFunction(`customElements.get('mars-chip') !== undefined`);

      expect(await finished(frame)).toEqual([done]);
      expect(await frame.evaluate('origin')).toBe('null');
      expect(await frame.evaluate(outputs)).toEqual(expected);
      expect(problems).toEqual([]);
    },
  );

  it('the element of the package works in a page that has no bundler, and ends its worker when it goes', async () => {
    texts['/plain'] =
      `<!doctype html><title>plain</title><meta http-equiv="Content-Security-Policy" content="default-src 'self'; base-uri 'none'; form-action 'none'"><script type="module" src="/element/define.js"></script><mars-chip images="3" view="array"></mars-chip>`;
    let ended = 0;
    page.on('workerdestroyed', (worker) => {
      if (!worker.url().includes('wasm-worker')) ended++;
    });
    await page.goto(`${server.origin}/plain`);
    await page.waitForFunction(`customElements.get('mars-chip') !== undefined`);

    expect(await finished(page)).toEqual([done]);

    expect(server.asked).toContain('/element/engine-worker.js');
    expect(server.asked).toContain('/element/data/mnist-cnn.safetensors.gz');
    expect(problems).toEqual(['worker']);

    await page.evaluate(`document.querySelector('mars-chip').remove()`);
    await expect.poll(() => ended, { timeout: patient.timeoutMs }).toBe(1);

    await page.evaluate(`document.body.append(document.createElement('mars-chip'))`);
    await page.evaluate(`document.querySelector('mars-chip').images = 10000`);
    await page.waitForFunction(`document.querySelector('mars-chip').state === 'running'`);
    await page.evaluate(`document.querySelector('mars-chip').cancel()`);
    await page.waitForFunction(`document.querySelector('mars-chip').state === 'cancelled'`);
    expect(problems).toEqual(['worker', 'worker']);
  });
});

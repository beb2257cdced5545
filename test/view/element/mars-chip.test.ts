// The built element in a page of headless Chromium, on an engine in memory whose runs the test ends by hand.

import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../../../src/cli/browser.ts';
import { mars as chip } from '../../../src/chips/index.ts';
import { builtinNetworks } from '../../../src/network/builtin/builtin-networks.ts';
import { estimate } from '../../../src/pipeline/estimate.ts';
import { everyNth } from '../../support/long.ts';
import { describeUnless, noBrowser, patient } from '../../support/browsers.ts';
import { mars, root } from '../../support/mars.ts';
import { type PageServer, servePages } from '../../support/page-server.ts';

/** A true report, of which the tests read what must be on show. */
const { report, timeline } = estimate({
  network: builtinNetworks['resnet20']!({ seed: 1 }),
  chip,
  weightBits: 8,
  activationBits: 8,
  prunedGroups: 0.5,
});

const html = (head: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>test</title>${head}</head><body>${body}</body></html>`;
const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'self'; base-uri 'none'; form-action 'none'">`;
const script = '<script type="module" src="/test.js"></script>';

/** The fake: `engines` has every engine that was opened, each with its runs. */
const module = `
import { createEnginePool, MarsChip, viewNames } from '/element/index.js';
const result = ${JSON.stringify({
  id: 1,
  report,
  timeline,
  predictions: {
    classes: 2,
    labels: [1, 0],
    outputs: [3, 9, 2, 8],
    exact: [3, 9, 8, 2],
    pixels: [0, 255],
    height: 1,
    width: 1,
    channels: 1,
  },
})};
const engines = [];
const open = () => {
  const engine = {
    device: undefined, runs: [], disposed: 0,
    dispose() { this.disposed++; },
    forget() {},
    run(settings, files, { signal, onProgress }) {
      const run = { settings, onProgress, files: Object.keys(files).filter((key) => files[key]) };
      this.runs.push(run);
      return new Promise((resolve, reject) => {
        run.finish = () => { engine.device = 'fake'; resolve({ ...result, settings }); };
        run.fail = (message) => reject(new Error(message));
        signal.addEventListener('abort', () => { run.aborted = true; reject(new Error('aborted')); });
      });
    },
  };
  engines.push(engine);
  return engine;
};
MarsChip.engines = createEnginePool(open, 200);
const events = [];
const listen = (element) => {
  for (const kind of ['progress', 'result', 'error'])
    element.addEventListener(kind, (event) => events.push({
      id: element.id, kind, bubbles: event.bubbles,
      detail: kind === 'result' ? event.detail.report.network
        : kind === 'error' ? { message: event.detail.message, is: event.detail.error instanceof Error }
        : event.detail,
    }));
};
document.querySelectorAll('mars-chip').forEach(listen);
const violations = [];
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));
Object.assign(globalThis, { engines, events, violations, listen, MarsChip, viewNames });
customElements.define('mars-chip', MarsChip);
`;

describeUnless(noBrowser, 'the element', () => {
  let server: PageServer;
  let browser: Browser;
  let page: Page;
  const texts: Record<string, string> = { '/test.js': module, '/favicon.ico': '' };
  const problems: string[] = [];

  /** Opens a page with this body. */
  const show = async (body: string, head: string = policy): Promise<void> => {
    texts['/page'] = html(head + script, body);
    await page.goto(`${server.origin}/page`);
    await page.waitForFunction('globalThis.engines !== undefined');
  };
  const ask = async <T>(expression: string): Promise<T> => (await page.evaluate(expression)) as T;
  const until = (expression: string): Promise<unknown> => page.waitForFunction(expression);
  const runs = 'engines.flatMap((engine) => engine.runs)';
  /** Text of a part of the first element. */
  const part = (name: string): Promise<string> =>
    ask(`document.querySelector('mars-chip').shadowRoot.querySelector('.${name}').textContent`);

  beforeAll(async () => {
    mars(['--version']); // builds what is stale
    server = await servePages(
      {
        '/element': join(root, 'dist/element'),
        '/axe': join(root, 'node_modules/axe-core'),
      },
      texts,
    );
    browser = await launchBrowser(patient);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  beforeEach(async () => {
    problems.length = 0;
    page = await browser.newPage();
    page.setDefaultTimeout(patient.timeoutMs);
    page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => problems.push(String(error)));
  });
  afterEach(async () => {
    const violations = await ask<string[]>('globalThis.violations ?? []');
    await page.close();
    expect(violations, 'violations of the policy').toEqual([]);
    expect(problems, 'console').toEqual([]);
  });

  it('asks for what its attributes say, and shows what came of it', async () => {
    await show(
      '<mars-chip id="a" network="resnet20" images="7" adc-bits="5" set="cores.count=2" seed="9"></mars-chip>',
    );
    await until(`${runs}.length === 1`);

    const settings = await ask<Record<string, unknown>>(`${runs}[0].settings`);
    expect(settings).toMatchObject({
      network: 'resnet20',
      images: 7,
      seed: 9,
      set: ['cores.count=2', 'adc.bits=5'],
    });
    expect(await part('heading')).toContain('resnet20 on mars, cores.count=2, adc.bits=5');
    expect(await part('button')).toBe('Cancel');

    await ask(`${runs}[0].finish()`);
    await until(`document.querySelector('mars-chip').state === 'done'`);

    const shown = await part('view');
    expect(shown).toContain(
      `Cycles per frame${report.performance.cyclesPerFrame.toLocaleString('en')}`,
    );
    expect(await part('button')).toBe('Run again');
    expect(await ask('document.querySelector("mars-chip").result.report.network')).toBe('resnet20');
  });

  it('reflects properties and attributes in each other', async () => {
    await show('<mars-chip id="a" network="x" images="0" adc-bits="4"></mars-chip>');

    const got = await ask(`(() => {
      const chip = document.getElementById('a');
      const read = [chip.network, chip.images, chip.adcBits, String(chip.weightBits), chip.seed, chip.view, chip.loading];
      chip.readNoise = 0.5; chip.prunedGroups = 0.25; chip.adcBits = undefined; chip.headingLevel = 4;
      return [read, chip.getAttribute('read-noise'), chip.getAttribute('pruned-groups'),
        chip.hasAttribute('adc-bits'), chip.getAttribute('heading-level'), String(chip.adcBits)];
    })()`);

    expect(got).toEqual([
      ['x', 0, 4, 'undefined', 1, 'headline', 'lazy'],
      '0.5',
      '0.25',
      false,
      '4',
      'undefined',
    ]);
  });

  it('forgets the error of a view once another is asked for, without another run', async () => {
    await show('<mars-chip id="a" images="0" view="macro-op"></mars-chip>');
    await until(`${runs}.length === 1`);
    await ask(`${runs}[0].finish()`);
    await until(`document.querySelector('mars-chip').state === 'failed'`);
    expect(await part('error')).toBe(
      'images: an estimate knows no inputs, and macro-op shows some; set images to 1 or more',
    );

    await ask(`document.getElementById('a').view = 'energy'`);
    await until(`document.querySelector('mars-chip').state === 'done'`);
    expect(await part('error')).toBe('');
    expect(await part('view')).toContain('Energy per frame by layer and part');

    await ask(`document.getElementById('a').view = 'nonsense'`);
    await until(`document.querySelector('mars-chip').state === 'failed'`);
    expect(await part('error')).toMatch(/^view: /);
    await ask(`document.getElementById('a').view = 'layers'`);
    await until(`document.querySelector('mars-chip').state === 'done'`);
    expect(await part('view')).toContain('all layers');
    expect(await ask(`${runs}.length`)).toBe(1);
  });

  it('runs once a view that there is not has been mended before the first run', async () => {
    await show('<mars-chip id="a" images="0" view="nonsense"></mars-chip>');
    await until(`document.querySelector('mars-chip').state === 'failed'`);
    await ask(`document.getElementById('a').view = 'headline'`);
    await until(`${runs}.length === 1`);
    expect(await part('error')).toBe('');
  });

  it('is as high as what it shows, with heading and caption of its own, or without heading and button', async () => {
    await show(
      '<mars-chip id="a" images="0" view="layers" heading="A figure" caption="What it says"></mars-chip>',
    );
    await until(`${runs}.length === 1`);
    await ask(`${runs}[0].finish()`);
    await until(`document.querySelector('mars-chip').state === 'done'`);

    expect(await part('heading')).toBe('A figure');
    expect(await part('caption')).toBe('What it says');
    const inside = `document.querySelector('mars-chip').shadowRoot.querySelector('[part=view]')`;
    expect(await ask(`${inside}.scrollHeight <= ${inside}.clientHeight`)).toBe(true);
    expect(await ask(`${inside}.querySelectorAll('tbody tr').length`)).toBe(report.layers.length);

    await ask(`document.getElementById('a').controls = 'none'`);
    await until(
      `document.querySelector('mars-chip').shadowRoot.querySelector('[part=button]').offsetParent === null`,
    );
    expect(await ask(`${runs}.length`)).toBe(1);
  });

  it('takes over properties that were set before it was defined', async () => {
    texts['/early.js'] = `const chip = document.querySelector('mars-chip'); chip.seed = 77;`;
    await show(
      '<mars-chip id="a" images="0"></mars-chip>',
      `${policy}<script type="module" src="/early.js"></script>`,
    );

    await until(`${runs}.length === 1`);

    expect(await ask(`${runs}[0].settings.seed`)).toBe(77);
    expect(await ask(`document.querySelector('mars-chip').getAttribute('seed')`)).toBe('77');
  });

  it('tells of progress, result and error, in events that do not bubble', async () => {
    await show('<mars-chip id="a" images="0"></mars-chip>');
    await until(`${runs}.length === 1`);

    await ask(`${runs}[0].onProgress({ stage: 'simulate', done: 3, total: 12 })`);
    expect(await part('step')).toBe('simulating the chip: 3 of 12');
    expect(
      await ask(`document.querySelector('mars-chip').shadowRoot.querySelector('progress').value`),
    ).toBe(0.25);
    await ask(`${runs}[0].finish()`);
    await until('events.length === 2');
    await ask(`document.getElementById('a').setAttribute('images', 'many')`);
    await until('events.length === 3');

    const message = 'images: must be a whole number from 0 to 10000000, not "many"';
    expect(await ask('events')).toEqual([
      {
        id: 'a',
        kind: 'progress',
        bubbles: false,
        detail: { stage: 'simulate', done: 3, total: 12 },
      },
      { id: 'a', kind: 'result', bubbles: false, detail: report.network },
      { id: 'a', kind: 'error', bubbles: false, detail: { message, is: true } },
    ]);
    expect(await part('error')).toBe(message);
    expect(await ask(`document.getElementById('a').shadowRoot.querySelector('.error').role`)).toBe(
      'alert',
    );
    expect(await part('view')).toBe('');
  });

  it.each([
    ['calibrate', 'calibrating activation ranges'],
    ['float', 'float reference'],
    ['simulate', 'simulating the chip'],
    ['exact', 'exact integers'],
  ])('says of stage %s that it is %s', async (stage, words) => {
    await show('<mars-chip id="a" images="0"></mars-chip>');
    await until(`${runs}.length === 1`);

    await ask(`${runs}[0].onProgress({ stage: '${stage}', done: 6, total: 12 })`);

    expect(await part('step')).toBe(`${words}: 6 of 12`);
  });

  it('says that an error of the engine is no fault of the person, and runs again on the button', async () => {
    await show('<mars-chip id="a" images="0"></mars-chip>');
    await until(`${runs}.length === 1`);
    await ask(`${runs}[0].fail('broken')`);
    await until('events.length === 1');
    expect(await part('error')).toBe('This is a bug in mars-cim: broken');

    await page.locator('>>> .button').click();
    await until(`${runs}.length === 2`);
    await ask(`${runs}[1].finish()`);
    await until(`document.getElementById('a').state === 'done'`);

    expect(await part('error')).toBe('');
  });

  it('makes one run of many changes, and none of a change of the view', async () => {
    await show('<mars-chip id="a" images="0"></mars-chip>');
    await until(`${runs}.length === 1`);

    await ask(
      `(() => { const a = document.getElementById('a'); a.seed = 2; a.adcBits = 5; a.cores = 2; a.seed = 3; })()`,
    );
    await until(`${runs}.length === 2`);
    expect(await ask(`[${runs}[0].aborted, ${runs}[1].settings.seed]`)).toEqual([true, 3]);
    await ask(`${runs}[1].finish()`);
    await until(`document.getElementById('a').state === 'done'`);

    await ask(`document.getElementById('a').view = 'layers'`);
    await until(`document.getElementById('a').shadowRoot.querySelector('table') !== null`);

    expect(await part('view')).toContain(report.layers[3]!.name);
    expect(await ask(`${runs}.length`)).toBe(2);
  });

  it('shares one engine among all elements, one run at a time, and ends it after the last has gone', async () => {
    await show(
      '<mars-chip id="a" images="0"></mars-chip><mars-chip id="b" images="0" seed="2"></mars-chip>',
    );
    await until(`${runs}.length === 1`);
    const states = `[...document.querySelectorAll('mars-chip')].map((chip) => chip.state)`;
    expect((await ask<string[]>(states)).toSorted()).toEqual(['running', 'waiting']);
    await ask(`${runs}[0].finish()`);
    await until(`${runs}.length === 2`);
    expect(await ask('engines.length')).toBe(1);

    await ask(
      `[...document.querySelectorAll('mars-chip')].find((chip) => chip.state === 'done').remove()`,
    );
    await page.evaluate(() => new Promise((resolve) => void setTimeout(resolve, 400)));
    expect(await ask('[MarsChip.engines.holders, engines[0].disposed]')).toEqual([1, 0]);

    await ask(`globalThis.b = document.querySelector('mars-chip'); b.remove()`);
    await until('engines[0].disposed === 1');
    expect(
      await ask('[MarsChip.engines.holders, MarsChip.engines.isOpen, engines[0].runs[1].aborted]'),
    ).toEqual([0, false, true]);
    expect(
      await ask(`[b.result === undefined, b.shadowRoot.querySelector('.view').childElementCount]`),
    ).toEqual([true, 0]);

    await ask('document.body.append(b)');
    await until('engines.length === 2 && engines[1].runs.length === 1');
  });

  it('goes on with its run when it is moved', async () => {
    await show('<mars-chip id="a" images="0"></mars-chip><div id="there"></div>');
    await until(`${runs}.length === 1`);

    await ask(`document.getElementById('there').append(document.getElementById('a'))`);
    await ask(`${runs}[0].finish()`);
    await until(`document.getElementById('a').state === 'done'`);

    expect(await ask(`${runs}.length`)).toBe(1);
  });

  it('waits until it is in view, unless it is eager', async () => {
    texts['/gap.css'] = '#gap { height: 5000px; }';
    await show(
      '<div id="gap"></div><mars-chip id="lazy" images="0"></mars-chip><mars-chip id="eager" images="0" seed="5" loading="eager"></mars-chip>',
      `${policy}<link rel="stylesheet" href="/gap.css">`,
    );
    await until(`${runs}.length === 1`);
    await ask(`${runs}[0].finish()`);
    await until(`document.getElementById('eager').state === 'done'`);
    await page.evaluate(() => new Promise((resolve) => void setTimeout(resolve, 300)));
    expect(
      await ask(`[${runs}.map((run) => run.settings.seed), document.getElementById('lazy').state]`),
    ).toEqual([[5], 'waiting']);

    await ask(`document.getElementById('lazy').scrollIntoView()`);
    await until(`${runs}.length === 2`);
    expect(await ask(`${runs}.at(-1).settings.seed`)).toBe(1);
  });

  it('waits while the page is hidden, even if it is eager, and lets a run that has begun go on', async () => {
    await page.evaluateOnNewDocument(`
      globalThis.seen = 'hidden';
      Object.defineProperty(document, 'visibilityState', { get: () => seen });
      globalThis.look = (state) => { seen = state; document.dispatchEvent(new Event('visibilitychange')); };
    `);
    await show('<mars-chip id="a" images="0" loading="eager"></mars-chip>');
    await page.evaluate(() => new Promise((resolve) => void setTimeout(resolve, 300)));
    expect(await ask(`[${runs}.length, document.getElementById('a').state]`)).toEqual([
      0,
      'waiting',
    ]);

    await ask(`look('visible')`);
    await until(`${runs}.length === 1`);
    await ask(`look('hidden')`);
    await ask(`${runs}[0].finish()`);
    await until(`document.getElementById('a').state === 'done'`);

    expect(await ask(`${runs}[0].aborted === true`)).toBe(false);
  });

  it('is cancelled by its button, also with the keyboard', async () => {
    await show('<mars-chip id="a" images="0"></mars-chip>');
    await until(`${runs}.length === 1`);

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until(`document.getElementById('a').state === 'cancelled'`);

    expect(await ask(`${runs}[0].aborted`)).toBe(true);
    expect(await part('status')).toBe('Cancelled.');
    expect(await ask('events')).toEqual([]);
  });

  it('keeps its size from the start to the result and an error', async () => {
    await show('<mars-chip id="a" images="0"></mars-chip>');
    await until(`${runs}.length === 1`);
    const height = 'document.getElementById("a").getBoundingClientRect().height';
    const sizes = [await ask<number>(height)];

    await ask(`${runs}[0].finish()`);
    await until(`document.getElementById('a').state === 'done'`);
    sizes.push(await ask<number>(height));
    await ask(`document.getElementById('a').images = -1`);
    await until(`document.getElementById('a').state === 'failed'`);
    sizes.push(await ask<number>(height));

    expect(sizes[0]).toBeGreaterThan(200);
    expect(new Set(sizes).size).toBe(1);
  });

  it('fetches images and network from where data and model point, and names an address that fails', async () => {
    texts['/files/test_batch.js'] = 'x';
    await show(
      '<mars-chip id="a" images="3" data="/files/test_batch.js" model="/files/test_batch.js"></mars-chip>',
    );
    await until(`${runs}.length === 1`);
    expect(await ask(`${runs}[0].files`)).toEqual(['network', 'images']);
    await ask(`${runs}[0].finish()`);
    await until(`document.getElementById('a').state === 'done'`);

    await ask(`document.getElementById('a').data = '/nothing/'`);
    await until('events.at(-1).kind === "error"');

    expect(await part('error')).toContain(`data: no images at ${server.origin}/nothing/`);
    problems.splice(0, problems.length, ...problems.filter((text) => !text.includes('404')));
  });

  it.each(everyNth(2, ['light', 'dark']))(
    'has no fault that axe finds in %s, in any view',
    async (scheme) => {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      texts['/scheme.js'] = `document.documentElement.style.colorScheme = 'light dark';`;
      await show(
        '<main><h1>Test</h1><mars-chip id="a" images="2"></mars-chip><mars-chip id="b" images="-1"></mars-chip></main>',
        `${policy}<script src="/scheme.js"></script><script src="/axe/axe.min.js"></script>`,
      );
      // These ask a real engine; the gallery and the page have them.
      const asking = ['array', 'network', 'macro-op', 'sums', 'sparsity'];
      const names = (await ask<string[]>('viewNames')).filter((name) => !asking.includes(name));
      expect(names.length).toBeGreaterThan(4);
      await until(`${runs}.length === 1`);
      const faults = async (): Promise<unknown[]> => {
        const { violations } = await ask<{
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        }>('axe.run()');
        return violations.map(({ id, nodes }) => [
          id,
          nodes.map((node) => `${node.html} ${node.failureSummary}`),
        ]);
      };
      expect(await faults(), 'while it runs').toEqual([]);
      await ask(`${runs}[0].finish()`);
      await until(`document.getElementById('a').state === 'done'`);

      for (const name of names) {
        await ask(`document.getElementById('a').view = '${name}'`);
        await until(
          `document.getElementById('a').shadowRoot.querySelector('.view').dataset.view === '${name}'`,
        );
        expect(await faults(), name).toEqual([]);
      }
    },
  );
});

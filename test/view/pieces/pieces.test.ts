// Every piece in headless Chrome, under a strict content security policy, from real reports.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../../../src/cli/browser.ts';
import { factNote, factText } from '../../../src/report/fact.ts';
import { headlineFacts } from '../../../src/report/headline-facts.ts';
import { describeUnless, noBrowser, patient } from '../../support/browsers.ts';
import { makePiecesData } from '../support/make-pieces-data.ts';
import type { PiecesData } from '../support/pieces-page/pieces-data.ts';
import { type PiecesServer, servePieces } from '../support/pieces-server.ts';

describeUnless(noBrowser, 'the pieces of the page', () => {
  let data: PiecesData;
  let server: PiecesServer;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  const downloads = mkdtempSync(join(tmpdir(), 'mars-saved-'));

  /** A page with the pieces that notes whatever goes wrong in it. */
  async function openPieces(query = '', width = 1280): Promise<Page> {
    const opened = await browser.newPage();
    opened.setDefaultTimeout(patient.timeoutMs);
    opened.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
    opened.on('pageerror', (error) => faults.push(String(error)));
    await opened.setViewport({ width, height: 800 });
    await opened.evaluateOnNewDocument(
      `globalThis.violations = []; addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));`,
    );
    await opened.goto(server.url + query);
    await opened.waitForSelector('[data-ready]');
    return opened;
  }

  /** Clicks a button of a section and gives the file that is saved. */
  async function saved(section: string, button: string): Promise<Buffer> {
    for (const file of readdirSync(downloads)) rmSync(join(downloads, file));
    await page.evaluate(
      `[...document.querySelectorAll('#${section} button')].find((one) => one.textContent === '${button}').click()`,
    );
    for (let tries = 0; tries < 100; tries++) {
      const file = readdirSync(downloads).find((name) => !name.endsWith('.crdownload'));
      if (file !== undefined && existsSync(join(downloads, file))) {
        const content = readFileSync(join(downloads, file));
        if (content.length > 0) return content;
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
    throw new Error(`nothing was saved by ${button} of ${section}`);
  }

  const texts = (selector: string): Promise<string[]> =>
    page.$$eval(selector, (all) => all.map((one) => one.textContent ?? ''));

  beforeAll(async () => {
    data = await makePiecesData();
    server = await servePieces(data);
    browser = await launchBrowser(patient);
    const session = await browser.target().createCDPSession();
    await session.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: downloads,
    });
    page = await openPieces();
  });

  afterAll(async () => {
    await browser.close();
    server.close();
    rmSync(downloads, { recursive: true, force: true });
  });

  it('show the numbers of the reports', async () => {
    const { small, large } = data;
    for (const [place, facts] of [
      ['#headline', headlineFacts(small.report)],
      ['#headline-large', headlineFacts(large.report, data.dense)],
    ] as const) {
      const shown = (await page.$$eval(`${place} dl > div`, (all) =>
        all.map((one) => [...one.children].map(({ textContent }) => textContent)),
      )) as string[][];
      const all = facts.flatMap((group) => group.facts);
      // The main ones come first.
      const ordered = [...all.filter((one) => one.isMain), ...all.filter((one) => !one.isMain)];
      const expected = ordered.map((fact) =>
        [
          `${fact.label.slice(0, 1).toUpperCase()}${fact.label.slice(1)}`,
          factText(fact),
          factNote(fact),
        ].filter((text) => text !== ''),
      );
      expect(shown).toEqual(expected);
    }
    expect(await texts('#layer-table tbody th')).toEqual(
      large.report.layers.map(({ name }) => name),
    );
  });

  it('sort the layer table by a click, and say so', async () => {
    const byCycles = data.large.report.layers
      .map(({ name, cycles }) => ({ name, cycles }))
      .sort((a, b) => b.cycles - a.cycles);
    const click = (): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll('#layer-table thead button')].find((one) => one.textContent === 'cycles').click()`,
      );
    const sorted = (): Promise<string[]> =>
      page.$$eval('#layer-table th[aria-sort]', (all) =>
        all.map((one) => one.getAttribute('aria-sort') ?? '').filter((sort) => sort !== 'none'),
      );

    await click();
    expect((await texts('#layer-table tbody th'))[0]).toBe(byCycles[0]!.name);
    expect(await sorted()).toEqual(['descending']);

    await click();
    expect((await texts('#layer-table tbody th'))[0]).toBe(byCycles.at(-1)!.name);
    expect(await sorted()).toEqual(['ascending']);

    const lines = (await saved('layer-table', 'CSV')).toString().trim().split('\r\n');
    expect(lines).toHaveLength(1 + byCycles.length);
    expect(lines[1]!.split(',')[0]).toBe(byCycles.at(-1)!.name);
  });

  it('tell the value of a bar under the pointer', async () => {
    await (await page.$('#energy'))!.scrollIntoView();
    const { name, energy } = data.large.report.layers[1]!;
    // The second row: the first is the image.
    const place = (await page.evaluate(`(() => {
      const rows = [...document.querySelectorAll('#energy svg.mars-plot rect')].filter((one) => Number(one.getAttribute('width')) > 100);
      const { x, y, height } = rows[0].getBoundingClientRect();
      return { x: x + 20, y: y + height / 2 };
    })()`)) as { x: number; y: number };
    await page.mouse.move(place.x, place.y);
    await page.waitForSelector('#energy [data-passing] text');

    const tip = (await texts('#energy [data-passing] text')).join(' ');
    expect(tip).toContain(name);
    expect(tip).toContain(`${Number((energy.macro / 1000).toPrecision(3))} nJ`);
  });

  it('save a picture that is well-formed and has its colours in it', async () => {
    const svg = (await saved('energy', 'SVG')).toString();
    const fault = await page.evaluate((text) => {
      const parsed = new (Reflect.get(globalThis, 'DOMParser'))().parseFromString(
        text,
        'image/svg+xml',
      );
      return parsed.querySelector('parsererror')?.textContent ?? parsed.documentElement.localName;
    }, svg);

    expect(fault).toBe('svg');
    expect(/var\(|light-dark|currentColor|style=|class=|<style/.exec(svg)?.[0]).toBe(undefined);
    // --mars-series-1 in light
    expect(svg.includes('fill="rgb(11, 98, 168)"')).toBe(true);
    expect(svg.includes('macros and ADCs')).toBe(true);
    for (const { name } of data.large.report.layers.slice(1))
      expect(svg.includes(`>${name}<`), name).toBe(true);
  });

  it('save a PNG of twice the size that has the bars where the picture has them', async () => {
    const png = await saved('energy', 'PNG');
    const found = (await page.evaluate(`(async () => {
      const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (c) => c.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
      canvas.drawImage(picture, 0, 0);
      const { data, width } = canvas.getImageData(0, 0, picture.width, picture.height);
      const svg = document.querySelector('#energy svg.mars-plot');
      const colorAt = (rect, dx) => {
        const [box, outer] = [rect.getBoundingClientRect(), svg.getBoundingClientRect()];
        const place = [box.x + dx - outer.x, box.y + box.height / 2 - outer.y].map((one) => Math.round(2 * one));
        const first = 4 * (place[1] * width + place[0]);
        return [...data.slice(first, first + 3)].join(', ');
      };
      const bars = [...svg.querySelectorAll('rect')].filter((one) => Number(one.getAttribute('width')) > 40);
      return {
        size: [picture.width, picture.height],
        wanted: [2 * svg.getAttribute('width'), 2 * svg.getAttribute('height')],
        colors: bars.map((bar) => [getComputedStyle(bar).fill, 'rgb(' + colorAt(bar, 20) + ')']),
        left: colorAt(bars[0], -4),
      };
    })()`)) as { size: number[]; wanted: number[]; colors: [string, string][]; left: string };

    expect(found.size).toEqual(found.wanted);
    expect(found.colors.length).toBeGreaterThan(20);
    expect(found.colors.map(([, painted]) => painted)).toEqual(
      found.colors.map(([drawn]) => drawn),
    );
    expect(found.left).toBe('255, 255, 255');
  });

  it('save the rows of a plot', async () => {
    const groups = (await saved('group-pattern', 'CSV')).toString().trim().split('\r\n');
    expect(groups).toHaveLength(1 + data.pattern.kept.length);
    expect(groups.filter((line) => line.endsWith(',1'))).toHaveLength(
      data.pattern.kept.filter((one) => one === 1).length,
    );

    const cycles = (await saved('cycles', 'CSV')).toString().trim().split('\r\n');
    expect(cycles).toHaveLength(1 + data.large.timeline.layers.length);
    expect(cycles[1]!.split(',').slice(0, 3)).toEqual([
      'conv1',
      '0',
      String(data.large.timeline.layers[0]!.cycles),
    ]);
  });

  it('save a trace that Perfetto opens, with the power of each layer', async () => {
    const trace = JSON.parse((await saved('timeline', 'Save trace for Perfetto')).toString()) as {
      otherData: { cyclesPerFrame: number };
      traceEvents: readonly { name: string }[];
    };

    expect(trace.otherData.cyclesPerFrame).toBe(data.large.timeline.cyclesPerFrame);
    expect(trace.traceEvents.filter(({ name }) => name === 'power')).toHaveLength(
      data.large.report.layers.filter(({ cycles }) => cycles > 0).length,
    );
  });

  it('tell a step of the timeline by keys, pointer and search', async () => {
    const steps = data.large.timeline.steps.filter(({ cycles }) => cycles > 0);
    const first = steps.filter(({ core }) => core === 0).sort((a, b) => a.start - b.start)[0]!;
    const readout = async (): Promise<string> => (await texts('#timeline .mars-readout'))[0]!;

    await page.focus('#timeline canvas');
    await page.keyboard.press('.');
    expect(await readout()).toContain(`${first.kind}, ${first.layer}; core 0`);

    const box = (await (await page.$('#timeline canvas'))!.boundingBox())!;
    await page.mouse.move(box.x + 90, box.y + 48);
    expect(await readout()).toMatch(/^conv1: .* of the frame$/);

    // A drag on the axis zooms to what it passes over: then the first layer is wide enough for its second half to be hit.
    await page.mouse.move(box.x + 88, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + 98, box.y + 10);
    await page.mouse.up();
    await page.mouse.move(box.x + 700, box.y + 48);
    expect(await readout()).toMatch(/^conv1: .* of the frame$/);
    await page.mouse.click(box.x + 700, box.y + 174);
    expect(await readout()).toMatch(/^compute, conv1; core 0; .* stalled$/);

    await page.type('#timeline input[type=search]', 'l4b2c2 load');
    const wanted = steps.filter(({ layer, kind }) => layer === 'l4b2c2' && kind === 'load').length;
    const status = async (): Promise<string> => (await texts('#timeline [role=status]'))[0]!;
    expect(await status()).toBe(`${wanted} steps`);
    await page.keyboard.press('Enter');
    expect(await status()).toBe(`1 of ${wanted} steps`);
    expect(await readout()).toContain('load, l4b2c2');
  });

  it('draw a timeline of 60,000 steps with no more boxes than the tracks have pixels', async () => {
    const { boxes, width } = (await page.evaluate(`(async () => {
      const { timeline } = piecesData.large;
      const steps = Array.from({ length: 60000 }, (_, i) => ({ ...timeline.steps[0],
        core: i % 4, kind: i % 8 < 4 ? 'load' : 'compute', start: Math.floor(i / 4) * 10, cycles: 9 }));
      const fillRect = CanvasRenderingContext2D.prototype.fillRect;
      let boxes = 0;
      CanvasRenderingContext2D.prototype.fillRect = function (...box) { boxes++; fillRect.apply(this, box); };
      pieces.timeline.update({ ...timeline, cyclesPerFrame: 150000, steps });
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      CanvasRenderingContext2D.prototype.fillRect = fillRect;
      pieces.timeline.update(timeline);
      return { boxes, width: document.querySelector('#timeline canvas').clientWidth };
    })()`)) as { boxes: number; width: number };

    // Four tracks of steps, two kinds in a pixel; beside them some layers and ticks.
    expect(boxes).toBeGreaterThan(4 * (width - 100));
    expect(boxes).toBeLessThan(4 * 2 * width + 200);
  });

  it('tell the index code of a group by arrow keys', async () => {
    const { kept } = data.pattern;
    const codes = data.pattern.blocks * data.pattern.positions;
    await page.evaluate(`document.querySelector('#group-pattern svg').focus()`);
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown'] as const)
      await page.keyboard.press(key);

    expect((await texts('#group-pattern text[data-passing]'))[0]).toBe(
      `tile 1, index code 1: block 0, position 1, ${kept[codes + 1] === 1 ? 'stored' : 'pruned'}`,
    );
  });

  it('page through images and show integer sums', async () => {
    const { predictions } = data;
    const sums = predictions.outputs.slice(0, predictions.classes);

    expect(await page.$$('#images .mars-image')).toHaveLength(2);
    expect((await texts('#images .mars-image .mars-number'))[0]!.replaceAll(',', '')).toBe(
      String(Math.max(...sums)),
    );
    expect((await texts('#images [role=status]'))[0]).toBe('1 to 2 of 3');
    await page.evaluate(
      `[...document.querySelectorAll('#images button')].find((one) => one.textContent === 'Next').click()`,
    );
    expect((await texts('#images [role=status]'))[0]).toBe('3 to 3 of 3');
  });

  it('choose provenance by evidence', async () => {
    const assumed = data.large.report.provenance.filter(({ evidence }) => evidence === 'assumed');
    await page.evaluate(
      `[...document.querySelectorAll('#provenance button')].find((one) => one.textContent.startsWith('assumed')).click()`,
    );

    expect(await texts('#provenance tbody th')).toEqual(assumed.map(({ parameter }) => parameter));
  });

  it.each(['light', 'dark'])('have no serious fault that axe finds (%s)', async (scheme) => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
    await page.evaluate(axe.source);
    const found = (await page.evaluate(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
    )) as string[];

    expect(found).toEqual([]);
  });

  it('draw themselves again at another width, and on a phone nothing sticks out', async () => {
    const phone = await openPieces('', 360);

    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(360);
    const narrow = await phone.$eval('#energy svg.mars-plot', (svg) => svg.getAttribute('width'));
    await phone.setViewport({ width: 900, height: 800 });
    await phone.waitForFunction(
      `document.querySelector('#energy svg.mars-plot').getAttribute('width') !== '${narrow}'`,
    );
    await phone.close();
  });

  it('look the same in a shadow root', async () => {
    const looks = (root: string): string => `(() => {
      const root = ${root};
      return [...root.querySelectorAll('[class^=mars-]')].map((one) => {
        const { color, backgroundColor, fontSize, display, width } = getComputedStyle(one);
        return [one.getAttribute('class'), color, backgroundColor, fontSize, display, width].join(' ');
      });
    })()`;
    const [light, shadow] = [await openPieces(), await openPieces('?shadow')];

    const inPage = (await light.evaluate(looks('document'))) as string[];
    const inShadow = await shadow.evaluate(
      looks(`document.querySelector('main > div').shadowRoot`),
    );

    expect(inPage.length).toBeGreaterThan(300);
    expect(inShadow).toEqual(inPage);
    await light.close();
    await shadow.close();
  });

  it('follow the colour scheme, the canvas too', async () => {
    const own = await openPieces();
    // A pixel of the canvas, by way of another one that is made to be read.
    const corner = `(() => {
      const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      copy.drawImage(document.querySelector('#timeline canvas'), 0, 0);
      return [...copy.getImageData(0, 0, 1, 1).data].slice(0, 3).join();
    })()`;
    const becomes = (color: string): Promise<unknown> =>
      own.waitForFunction(`${corner} === '${color}'`);

    await expect(becomes('255,255,255')).resolves.toBeDefined();
    await own.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await expect(becomes('20,24,29')).resolves.toBeDefined();
    await own.close();
  });

  it('show other data in place', async () => {
    const layers = data.small.report.layers.map(({ name }) => name);
    await page.evaluate(
      `pieces['layer-table'].update(piecesData.small.report); pieces.energy.update(piecesData.small.report)`,
    );

    // Sorted by cycles, as the person chose before.
    expect((await texts('#layer-table tbody th')).toSorted()).toEqual(layers.toSorted());
    const picture = await page.$eval('#energy svg.mars-plot', (svg) =>
      svg.getAttribute('aria-label'),
    );
    expect(picture).toContain('A frame of mnist-cnn takes');
    expect(picture).toContain('(simulated)');
    expect((await texts('#energy figcaption'))[0]).toContain('simulated');
  });

  it('can be taken away again', async () => {
    const left = await page.evaluate(`(() => {
      for (const piece of Object.values(pieces)) piece.destroy();
      return document.querySelectorAll('main svg, main canvas, main table').length;
    })()`);

    // The two headlines have no handle in the page, and none of these elements.
    expect(left).toBe(0);
  });

  it('broke no rule of the content security policy and wrote nothing to the console', async () => {
    expect(await page.evaluate('violations')).toEqual([]);
    expect(faults).toEqual([]);
  });
});

// The page is never empty, follows its address, and says what its figures are compared with and made of.

import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeUnless, noDrawing } from '../../support/browsers.ts';
import { mars } from '../../support/mars.ts';
import {
  type BuiltPage,
  drawnStage,
  endOfRun,
  openBuiltPage,
  textOf,
} from '../support/built-page.ts';
import { itLong } from '../../support/long.ts';

const stageNames = ['network', 'compress', 'map', 'simulate', 'timeline', 'report'];

/** Presses a button by its text, as a person finds it. */
const press = (page: Page, text: string): Promise<unknown> =>
  page.evaluate(
    `[...document.querySelectorAll('button')].find((one) => one.textContent === '${text}').click()`,
  );
const figure = (page: Page, number: number): Promise<string> =>
  textOf(page, `.strip-figures li:nth-child(${number})`);
/** Text that is cut off, or lies beyond the window where nothing scrolls: the first letters of each. */
const cutTexts = (page: Page): Promise<unknown> =>
  page.evaluate(`[...document.querySelectorAll('body *')].flatMap((one) => {
    const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    // The graph of the network is moved to what is chosen.
    if (!hasText || !one.checkVisibility() || one.closest('.mars-graph')) return [];
    const { overflowX, position } = getComputedStyle(one);
    const { right, left, width } = one.getBoundingClientRect();
    if (width <= 1 && position === 'absolute') return []; // for screen readers alone
    let place = one;
    while (place && !/auto|scroll/.test(getComputedStyle(place).overflowX)) place = place.parentElement;
    const isBeyond = !place && (right > innerWidth + 1 || left < -1);
    const isCut = /hidden|clip/.test(overflowX) && one.scrollWidth > one.clientWidth + 1;
    return isBeyond || isCut ? [one.textContent.slice(0, 40)] : [];
  })`);
const hasRun = (page: Page, start: string): Promise<unknown> =>
  page.waitForFunction(`document.querySelector('#message').textContent.startsWith('${start}')`);

describeUnless(noDrawing, 'the page on arrival', () => {
  let built: BuiltPage;
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  it('has every stage full without a press of Run, on a phone without scrolling sideways', async () => {
    const { page, complaints } = await built.open('');
    await hasRun(page, '20 images on ');
    for (const name of stageNames) {
      await page.click(`#tab-${name}`);
      await drawnStage(page);
      const text = await textOf(page, '.panel:not([hidden])');
      expect(text, name).not.toMatch(/Nothing|an estimate/);
      await page.waitForSelector(`#panel-${name} :is(svg, canvas)`);
    }
    expect(await figure(page, 1)).toMatch(/^Accuracy\d+\.\d\d %$/);
    await page.setViewport({ width: 390, height: 844 });
    for (const name of stageNames) {
      await page.evaluate(`document.querySelector('#tab-${name}').click()`);
      await drawnStage(page);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, name).toBeLessThanOrEqual(390);
      expect(await cutTexts(page), name).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('prints a report that is not cut off, on white, without controls', async () => {
    const { page } = await built.open('?images=1&view=report');
    await endOfRun(page);
    await drawnStage(page);
    await page.waitForSelector('#section-sources tbody tr');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    // A4 between margins of 14 mm, in CSS pixels.
    await page.setViewport({ width: 688, height: 1017 });
    await page.emulateMediaType('print');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(688);
    expect(await cutTexts(page)).toEqual([]);
    const cut =
      await page.evaluate(`[...document.querySelectorAll('.panel:not([hidden]) :is(.mars-table, svg)')]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > 688)
      .map((one) => one.closest('section').id)`);
    expect(cut).toEqual([]);
    const controls = await page.evaluate(`[...document.querySelectorAll(
      '[role=tab], input, select, summary, .mars-button, .section-link')]
      .filter((one) => one.checkVisibility()).map((one) => one.textContent)`);
    expect(controls).toEqual([]);
    const grounds = await page.evaluate(`[document.documentElement, document.body]
      .map((one) => getComputedStyle(one))
      .map(({ backgroundColor, colorScheme }) => backgroundColor + ' ' + colorScheme)`);
    expect(grounds).toEqual(['rgba(0, 0, 0, 0) light', 'rgba(0, 0, 0, 0) light']);
    await page.close();
  });

  it('runs a preset with one press, compares it with the run before and with a pinned one, and goes back at once', async () => {
    const { page } = await built.open('?images=3');
    await endOfRun(page);
    const before = await figure(page, 3);
    await press(page, 'Pin');

    await press(page, 'A 4-bit ADC');
    await hasRun(page, '200 images on ');
    expect(new URL(page.url()).search).toBe('?images=200&set=adc.bits%3D4&view=report');
    expect(await figure(page, 3)).toMatch(/▼ 0\.\d+ × before▼ 0\.\d+ × pinned$/);
    expect(await textOf(page, '.changes')).toContain('ADC bits: 4');

    await page.goBack();
    await hasRun(page, '3 images on ');
    expect(await textOf(page, '#message')).toMatch(/ before\.$/);
    expect((await figure(page, 3)).startsWith(before)).toBe(true);
    expect(
      await page.$eval('[name="adc.bits"]', (field) => (field as { value: string }).value),
    ).toBe('6');
    await page.reload();
    expect(await endOfRun(page)).toMatch(/^3 images on .* in [\d.]+\ss/);
    await page.close();
  });

  it('runs what is asked for in place of a run that goes on, and not twice what runs', async () => {
    const { page } = await built.open('?images=5000&set=noise.read=0.2');
    await page.waitForFunction(`document.querySelector('#so-far').textContent.includes('right')`);
    await page.$eval('[name=images]', (field) => Object.assign(field, { value: '4' }));
    await page.click('[type=submit]');
    await page.click('[type=submit]');
    expect(await endOfRun(page)).toMatch(/^4 images on /);
    expect(new URL(page.url()).search).toContain('images=4');
    expect(await page.$eval('main', (main) => main.ariaBusy)).toBe('false');

    await page.$eval('[name=images]', (field) => Object.assign(field, { value: '5000' }));
    await page.click('[type=submit]');
    await page.waitForFunction(`document.querySelector('#so-far').textContent.includes('right')`);
    await page.click('[type=submit]'); // a run that began anew would have nothing so far
    expect(await textOf(page, '#so-far')).not.toBe('');
    await page.locator('::-p-text(Cancel)').click();
    expect(await endOfRun(page)).toContain('Cancelled');
    await page.close();
  });

  it('marks figures of other settings than the form has, and puts a default back', async () => {
    const { page } = await built.open('?images=0&view=simulate');
    await endOfRun(page);
    expect(await textOf(page, '.strip-stale')).toBe('');
    await page.type('[name="noise.read"]', '.5');
    expect(await textOf(page, '.strip-stale')).toBe('Settings have changed. Run to update.');
    await page.click('[aria-label="Reset Read noise"]');
    expect(await textOf(page, '.strip-stale')).toBe('');
    await page.close();
  });

  itLong('explains a figure as the command line does', async () => {
    const { page, complaints } = await built.open('?images=0');
    await endOfRun(page);
    await page.click('.strip-figures li:nth-child(2) button');
    await page.waitForSelector('dialog table');
    const [formula, worked] = await page.$$eval('dialog code', (all) =>
      all.map((one) => one.textContent),
    );
    const { stdout } = mars(['explain', 'performance.framesPerSecond']);
    expect(stdout).toContain(formula);
    expect(stdout).toContain(worked);

    await page.click('dialog .explain-link');
    await page.waitForFunction(
      `document.querySelector('dialog h2').textContent === 'performance.cyclesPerFrame'
        && document.querySelector('dialog table')`,
    );
    await page.keyboard.press('Escape');
    await page.waitForFunction(`document.querySelector('dialog') === null`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  itLong(
    'steps through a macro-op by keys, the same one that is marked in the macro array',
    async () => {
      const { page, complaints } = await built.open('?images=1&view=simulate');
      await endOfRun(page);
      await drawnStage(page);
      await page.waitForSelector('.op-steps');
      const said = (): Promise<string> => textOf(page, '.op-steps-text');
      const [, pixel] = /at pixel (\(\d+, \d+\))/.exec(await said())!;
      await page.focus('.op-steps [aria-label="next step"]');
      await page.keyboard.press('ArrowRight');
      expect(await said()).toMatch(
        /^Phase 1 of 4: bits 0 to 1 of each input\. \d+ of 16 word lines/,
      );
      await page.keyboard.press('End');
      const [, sum] = /The partial sum is (−?[\d,]+)/.exec(await said())!;

      await press(page, 'Show in the macro array');
      await page.waitForSelector('.macro-op');
      expect(await textOf(page, '.macro-op h3')).toContain(`at pixel ${pixel}`);
      const first = '.macro-op-kernels tbody tr td, .macro-op-kernels tr:nth-child(1) td';
      expect(await textOf(page, first)).toBe(sum);
      await press(page, 'Step through it');
      expect(new URL(page.url()).searchParams.get('view')).toBe('simulate');
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('compares the newest two runs as bars and as a table', async () => {
    const { page } = await built.open('?images=0');
    await endOfRun(page);
    await page.evaluate(`document.querySelector('[name="adc.bits"]').value = '4'`);
    await page.click('[type=submit]');
    await page.waitForFunction(`document.querySelectorAll('.mars-compare-key li').length === 2
      && document.querySelector('.mars-compare-key').textContent.includes('adc.bits=4')`);
    const cycles = await page.$$eval('.mars-compare-group:last-child .mars-compare-value', (all) =>
      all.map((one) => one.textContent),
    );
    expect(cycles.slice(-2)).toEqual(['3,405', '3,405']);
    expect(await textOf(page, '.mars-compare')).toContain('≠ 4 bits');
    await page.close();
  });
});

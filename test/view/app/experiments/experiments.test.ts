// The stage Experiments in headless Chrome: a plan gives what `mars sweep` gives, results of a folder are drawn, and a dot opens
// its run.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { ElementHandle, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PlanFile, planText } from '../../../../src/experiment/plan.ts';
import { readRows } from '../../../../src/experiment/result-file.ts';
import { describeUnless, noDrawing } from '../../../support/browsers.ts';
import { itLong } from '../../../support/long.ts';
import { emptyFolder, mars } from '../../../support/mars.ts';
import { type BuiltPage, endOfRun, openBuiltPage, textOf } from '../../support/built-page.ts';
import { dropFiles } from '../../support/drop-files.ts';
import { saved } from '../../support/saved-file.ts';

/** Two noisy chips for each of two ADCs, and points that do not fit. */
const plan: PlanFile = {
  version: 1,
  base: { images: 8, set: ['noise.read=0.2'] },
  axes: [{ grid: { 'adc.bits': '3,6' } }, { grid: { 'featureMap.bankBytes': [8, 65_536] } }],
  chips: 2,
  baseline: { 'adc.bits': 6 },
};
const tables = ['results.ndjson', 'results.csv', 'statistics.csv'] as const;

describeUnless(noDrawing, 'the stage Experiments', () => {
  let built: BuiltPage;
  const cwd = emptyFolder();
  const out = (name: string): string => join(cwd, 'out', name);

  beforeAll(async () => {
    writeFileSync(join(cwd, 'plan.json'), planText(plan));
    const words = ['sweep', 'plan.json', '--backend', 'wasm', '--threads', '2', '--out', 'out'];
    const { code, stderr } = mars(words, cwd); // builds the page if it is stale
    expect(code, stderr).toBe(0);
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  const open = async (query: string): Promise<Page> => {
    const { page } = await built.open(query);
    await endOfRun(page);
    await page.waitForSelector('#plan-text');
    return page;
  };
  const give = async (page: Page, ...files: readonly string[]): Promise<void> => {
    const input = await page.$('input[type=file]');
    await (input as ElementHandle<never>).uploadFile(...files);
  };
  const press = (page: Page, text: string): Promise<unknown> =>
    page.evaluate(
      `[...document.querySelectorAll('#panel-experiments button')].find((one) => one.textContent === ${JSON.stringify(text)}).click()`,
    );
  const said = '#panel-experiments .status-line';
  const saying = async (page: Page, text: RegExp): Promise<string> => {
    await page.waitForFunction(`${text}.test(document.querySelector('${said}').textContent)`);
    return await textOf(page, said);
  };

  /** Moves the pointer to the first dot until the plot says what it is; a plot that is drawn anew has other elements. */
  const hoverDot = async (page: Page): Promise<string> => {
    for (;;) {
      const found = await page.waitForFunction(`(() => {
        const dot = document.querySelector('#panel-experiments svg circle');
        dot?.scrollIntoView({ block: 'center' });
        const box = dot?.getBoundingClientRect();
        return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      })()`);
      const { x, y } = (await found.jsonValue()) as { readonly x: number; readonly y: number };
      await page.mouse.move(x, y - 1);
      await page.mouse.move(x, y);
      const tip = await page.evaluate(
        `document.querySelector('#panel-experiments svg [data-passing]')?.textContent ?? ''`,
      );
      if (/adc\.bits \d/.test(String(tip))) return String(tip);
      await new Promise((wait) => setTimeout(wait, 100));
    }
  };

  itLong(
    'runs a plan.json to the bytes of the command line’s results, and a dot opens its run',
    async () => {
      const page = await open('?images=2&view=experiments');
      await give(page, join(cwd, 'plan.json'));
      await saying(page, /Plan opened/);
      expect(await textOf(page, '.plan-count')).toBe(
        '8 points, 64 images in all. Base: the plan’s own settings.',
      );
      await press(page, 'Run the plan');
      expect(await saying(page, /^Done/)).toBe('Done: 8 points, 4 failed.');

      for (const name of tables)
        expect(await saved(page, name, name), name).toBe(readFileSync(out(name), 'utf8'));
      expect(await textOf(page, '.failures')).toContain('featureMap.bankBytes=8: mnist-cnn: conv1');

      const rows = readRows(readFileSync(out('results.ndjson'), 'utf8'), 'rows');
      const tip = await hoverDot(page);
      const bits = /adc\.bits (\d)/.exec(tip)![1];
      await page.mouse.down();
      await page.mouse.up();
      await page.waitForFunction(`location.search.includes('adc.bits%3D${bits}')`);
      await page.waitForFunction(
        `/^8 images .* in [0-9.]+\\ss/.test(document.querySelector('#message').textContent)`,
      );

      const address = new URL(page.url()).searchParams;
      expect(address.getAll('set').toSorted()).toEqual([
        `adc.bits=${bits}`,
        'featureMap.bankBytes=65536',
        'noise.read=0.2',
      ]);
      expect(address.get('chip-seed')).toBe('1');
      const row = rows.find(
        ({ coordinates, settings, figures }) =>
          figures && String(coordinates['adc.bits']) === bits && settings['chipSeed'] === 1,
      )!;
      const report = JSON.parse(await saved(page, 'report.json', 'report.json')) as {
        readonly accuracy: { readonly top1: number };
        readonly energy: { readonly perFrame: { readonly total: number } };
      };
      expect(report.accuracy.top1).toBe(row.figures!.accuracy);
      expect(report.energy.perFrame.total).toBe(row.figures!.energyPerFrame);
      // The results are still there.
      await page.click('#tab-experiments');
      await page.waitForFunction(
        `document.querySelectorAll('#panel-experiments tbody tr').length > 3`,
      );
      await page.close();
    },
  );

  it('draws the results of a folder, and says when version or plan are others', async () => {
    const page = await open('?images=0&view=experiments');
    const remarks = (): Promise<string> => textOf(page, '.remarks');
    await dropFiles(page, join(cwd, 'out')); // the folder as it is, README.md included
    expect(await saying(page, /opened/)).toBe('8 results opened.');
    expect(await remarks()).toBe('');
    expect(await textOf(page, '#error')).toBe('');
    expect(await page.$eval('#field-plot-y', (select) => select.value)).toBe('accuracy');
    expect(await saved(page, 'results.ndjson', 'results.ndjson')).toBe(
      readFileSync(out('results.ndjson'), 'utf8'),
    );

    const old = join(cwd, 'results.ndjson');
    const text = readFileSync(out('results.ndjson'), 'utf8');
    writeFileSync(old, text.replaceAll(/"mars":"[^"]*"/g, '"mars":"0.1.7"'));
    await give(page, old);
    await page.waitForFunction(`document.querySelector('.remarks').textContent.includes('0.1.7')`);

    await press(page, 'Column offset');
    await give(page, out('results.csv'));
    await page.waitForFunction(
      `document.querySelector('.remarks').textContent.includes('8 results of 8 are of another plan')`,
    );
    for (const kind of ['heatmap', 'pareto', 'tornado', 'curves']) {
      await page.select('#field-plot-kind', kind);
      expect(await page.$('#panel-experiments figure svg'), kind).not.toBeNull();
    }
    const damaged = join(cwd, 'points.ndjson');
    writeFileSync(damaged, text.slice(0, 300));
    await give(page, damaged);
    await page.waitForFunction(
      `document.querySelector('#error').textContent.includes('points.ndjson, line 1')`,
    );
    await page.close();
  });

  it('estimates without images, and then draws no accuracy', async () => {
    const page = await open('?images=0&view=sweep');
    await press(page, 'Cores × macros');
    await press(page, 'Run the plan');
    expect(await saying(page, /^Done/)).toBe('Done: 12 points.');
    const offered = await page.$$eval('#field-plot-y option', (all) =>
      all.map(({ value }) => value),
    );

    expect(offered).toContain('framesPerSecond');
    expect(offered.filter((name) => /accuracy|agreement/i.test(name))).toEqual([]);
    expect(await textOf(page, '#panel-experiments figcaption')).toMatch(
      /^frames per second against/,
    );
    await page.close();
  });

  it('says what of a plan is wrong, and runs none of it', async () => {
    const page = await open('?images=0&view=experiments');
    const error = '.plan .status-error';
    const set = (field: string, value: string): Promise<unknown> =>
      page.evaluate(`{
        const input = document.querySelector('${field}');
        input.value = ${JSON.stringify(value)};
        input.dispatchEvent(new Event('change'));
      }`);
    await set('#field-values-1', '6..3');
    expect(await textOf(page, error)).toContain('the range 6..3 has no values');
    await set('#field-values-1', '3..4');
    expect(await textOf(page, error)).toBe('');
    await set('#field-plan-chips', '0');
    expect(await textOf(page, '#field-plan-chips-error')).toContain(
      'must be a whole number from 1',
    );
    await set('#plan-text', '{"version": 1, "axes": [{"grid": {"adc.bit": [3]}}]}');
    await press(page, 'Run the plan');
    expect(await saying(page, /adc/)).toContain('the chip has no value "adc.bit"');
    await set('#plan-text', '{"version": 1, "axis": []}');
    expect(await textOf(page, error)).toContain('has no field "axis"');
    await page.close();
  });

  itLong('stops when asked, and goes on from there', async () => {
    const page = await open('?images=200&view=experiments');
    await press(page, 'Read noise');
    await press(page, 'Run the plan');
    await saying(page, /^[12] of 9 points/);
    await press(page, 'Cancel');
    await saying(page, /^Cancelled/);
    const rows = (): Promise<number> =>
      page.$$eval('#panel-experiments tbody tr', (all) => all.length);
    const before = await rows();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(9);
    await press(page, 'Run the plan');
    await saying(page, /^Done: 9 points/);
    await page.waitForFunction(
      `document.querySelectorAll('#panel-experiments tbody tr').length === 9`,
    );
    await page.close();
  });

  itLong('has no fault that axe finds, light or dark, and fits a phone', async () => {
    const page = await open('?images=0&view=experiments');
    await give(page, out('plan.json'), out('results.ndjson'));
    await saying(page, /opened/);
    await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
    await page.evaluate(axe.source);
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      const faults = await page.evaluate(
        "axe.run('#panel-experiments').then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((one) => one.html) })))",
      );
      expect(faults, value).toEqual([]);
    }
    await page.setViewport({ width: 390, height: 800 });
    await page.waitForFunction('document.documentElement.scrollWidth <= innerWidth');
    await page.close();
  });
});

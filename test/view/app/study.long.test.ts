// A whole study in the built page: by keyboard alone, along a layer, and with the numbers of the command line in every view.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { energyParts } from '../../../src/report/energy.ts';
import { factText } from '../../../src/report/fact.ts';
import { headlineFacts } from '../../../src/report/headline-facts.ts';
import type { Report } from '../../../src/report/report.ts';
import { cellText } from '../../../src/view/pieces/figure/figure-data.ts';
import { energyData } from '../../../src/view/pieces/plots/energy-data.ts';
import { compareRows } from '../../../src/view/pieces/tables/compare-rows.ts';
import { layerColumns } from '../../../src/view/pieces/tables/layer-columns.ts';
import { describeUnless, noDrawing } from '../../support/browsers.ts';
import { emptyFolder, mars } from '../../support/mars.ts';
import {
  type BuiltPage,
  drawnStage,
  endOfRun,
  openBuiltPage,
  textOf,
} from '../support/built-page.ts';

/** Presses Tab, with or without Shift, until what fits the selector has the focus. */
async function tabTo(page: Page, selector: string, isBack = false): Promise<void> {
  for (let presses = 0; presses < 200; presses++) {
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    if (isBack) await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    if (isBack) await page.keyboard.up('Shift');
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

/** Texts of the cells of a table, row by row. */
const cellsOf = (page: Page, selector: string): Promise<string[][]> =>
  page.$$eval(selector, (rows) =>
    rows.map((row) =>
      [...(row as unknown as { cells: { textContent: string }[] }).cells].map(
        ({ textContent }) => textContent,
      ),
    ),
  );

describeUnless(noDrawing, 'a study in the page', () => {
  let built: BuiltPage;
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  it('is done with the keyboard alone: arrive, change the ADC, run, step through a macro-op, ask a figure, compare', async () => {
    const { page, complaints } = await built.open('?images=3&view=network');
    await endOfRun(page);
    await tabTo(page, '#tab-network');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    expect(await textOf(page, '[role=tab][aria-selected=true]')).toBe('Simulate');

    await tabTo(page, '[name="adc.bits"]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await textOf(page, '.strip-stale')).toContain('Run to update');
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      `document.querySelector('.strip-stale').textContent === '' && /▼ .* before/.test(document.querySelector('.strip-figures').textContent)`,
    );
    expect(new URL(page.url()).search).toContain('adc.bits%3D4');

    await drawnStage(page);
    await page.waitForSelector('.op-steps-text');
    const first = await textOf(page, '.op-steps-text');
    await tabTo(page, '.op-steps input[type=range]');
    await page.keyboard.press('ArrowRight');
    expect(await textOf(page, '.op-steps-text')).not.toBe(first);

    await tabTo(page, '#tab-simulate', true);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('#section-runs .mars-compare th:nth-child(3)');
    await tabTo(page, '#section-layers tbody .mars-ask');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open] table');
    expect(await textOf(page, 'dialog h2')).toMatch(/^layers\.\w+\./);
    await page.keyboard.press('Escape');
    await page.waitForFunction(`document.querySelector('dialog') === null`);

    // Of the run before, which is explained from its own report.
    await tabTo(page, '#section-runs .mars-ask');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open] .explain-value');
    expect(await textOf(page, 'dialog h2')).toBe('accuracy.top1');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('follows a layer from the graph to timeline and table, and back', async () => {
    const { page, complaints } = await built.open('?network=resnet20&images=0&view=network');
    await endOfRun(page);
    await page.waitForSelector('.mars-graph [data-layer="image"]');
    expect(await page.$$eval('.mars-graph-line.is-adds', (all) => all.length)).toBe(9);
    await page.evaluate(`document.querySelector('.mars-graph [data-layer="image"]').focus()`);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const name = await textOf(page, '.graph-details h3');
    expect(
      await page.$eval('.mars-graph [aria-pressed=true]', (card) =>
        card.getAttribute('data-layer'),
      ),
    ).toBe(name);

    const go = (text: string): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll('.panel:not([hidden]) button')].find((one) => one.textContent.startsWith('${text}')).click()`,
      );
    await go('Timeline of');
    await page.waitForFunction(
      `document.querySelector('.mars-timeline input[type=search]')?.value === '${name}'`,
    );
    expect(await textOf(page, '.mars-readout')).toContain(name);
    await go(`${name} in the network`);
    await page.waitForSelector('#panel-network:not([hidden])');
    await go('Row of the layer table');
    await page.waitForSelector('#section-layers .mars-chosen');
    expect(await textOf(page, '#section-layers .mars-chosen th')).toBe(name);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows in every view what the command line reports for the same job', async () => {
    const cwd = emptyFolder();
    const { code, stderr } = mars(['run', '--images', '4', '--set', 'adc.bits=5'], cwd);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(readFileSync(join(cwd, 'out/report.json'), 'utf8')) as Report;
    const { page, complaints } = await built.open('?images=4&set=adc.bits%3D5&view=report');
    await endOfRun(page);
    await drawnStage(page);

    // Who simulated, and in how much memory, differs by machine.
    const facts = headlineFacts(report)
      .filter(({ title }) => title !== 'run')
      .flatMap((group) => group.facts);
    const shown = new Map(
      await page.$$eval('#section-headline dt', (all) =>
        all.map((one): [string, string] => [
          (one.textContent ?? '').toLowerCase(),
          one.nextElementSibling?.textContent ?? '',
        ]),
      ),
    );
    for (const fact of facts)
      if (fact.label !== 'computed')
        expect(shown.get(fact.label.toLowerCase()), fact.label).toBe(factText(fact));

    const columns = layerColumns(report).filter(({ label }) => label !== 'path');
    const rows = await cellsOf(page, '#section-layers .mars-table-frame tbody tr');
    expect(rows.map((row) => row.slice(0, columns.length))).toEqual(
      report.layers.map((layer) =>
        columns.map((column) => column.text?.(layer) ?? cellText(column.value(layer))),
      ),
    );
    const [total] = await cellsOf(page, '#section-layers .mars-total');
    expect(total!.slice(0, columns.length)).toEqual(
      columns.map((column, i) => (i === 0 ? 'all layers' : (column.total?.text ?? ''))),
    );
    const added = rows.reduce((sum, row) => sum + Number(row[columns.length - 2]), 0);
    expect(added).toBeCloseTo(report.energy.perFrame.total / 1000, 1);

    await page.click('#section-energy summary');
    await page.waitForSelector('#section-energy td');
    expect(await cellsOf(page, '#section-energy tbody tr')).toEqual(
      energyData(report).table.rows.map((row) => row.map(cellText)),
    );
    const compared = await cellsOf(page, '#section-runs .mars-compare tbody tr');
    // The newest run stands last, with its ratio to the one before.
    for (const [i, { label, cells }] of compareRows([report]).entries()) {
      expect(compared[i]![0]).toBe(label);
      const text = compared[i]!.at(-1)!.replace('≠ ', '');
      expect(text.startsWith(cells[0]!.text), `${label}: ${text}`).toBe(true);
    }
    // A bar for each part of each layer, and in the table a figure for each, and one for their sum.
    expect(await page.$$eval('#section-energy [data-path]', (all) => all.length)).toBe(
      (2 * energyParts.length + 1) * report.layers.length,
    );
    expect(complaints).toEqual([]);
    await page.close();
  });
});

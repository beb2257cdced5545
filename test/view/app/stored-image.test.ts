// A stored image in the form: what it has settled is out of use while it is chosen.

import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeUnless, noDrawing } from '../../support/browsers.ts';
import { emptyFolder, mars } from '../../support/mars.ts';
import { type BuiltPage, endOfRun, openBuiltPage } from '../support/built-page.ts';

const settled = [
  'weight-bits',
  'activation-bits',
  'pruned-groups',
  'density-profile',
  'index-coding',
];

/** Which of these settings cannot be set. */
const outOfUse = async (page: Page): Promise<readonly string[]> =>
  (await page.evaluate(
    `${JSON.stringify(settled)}.filter((name) => document.querySelector('#field-' + name).disabled)`,
  )) as readonly string[];

const choose = (page: Page, field: string, value: string): Promise<unknown> =>
  page.evaluate(`{
    const input = document.querySelector('#field-${field}');
    input.value = '${value}';
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }`);

const noteOf = (page: Page): Promise<unknown> =>
  page.evaluate(`document.querySelector('#stored-note').textContent`);

describeUnless(noDrawing, 'the form, given a stored image', () => {
  let built: BuiltPage;
  const folder = emptyFolder();
  beforeAll(async () => {
    const made = mars(['map', '--pruned-groups', '0.8', '--image', 'pruned.bin'], folder);
    expect(made.code, made.stderr).toBe(0);
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  it('takes what compresses out of use, and gives it back with another network', async () => {
    const { page } = await built.open('?images=0');
    const input = await page.$('input[type=file]');
    expect(await outOfUse(page)).toEqual([]);
    expect(await noteOf(page)).toBe('');

    await (input as ElementHandle<never>).uploadFile(join(folder, 'pruned.bin'));
    await page.waitForFunction(`document.querySelector('#field-network').value === 'pruned.bin'`);

    expect(await outOfUse(page)).toEqual(settled);
    expect(await noteOf(page)).toMatch(/^pruned\.bin is a stored image, .* are fixed\./);
    await page.click('[type=submit]');
    expect(await endOfRun(page)).not.toContain('cannot be given');

    await choose(page, 'network', 'mnist-cnn');
    expect(await outOfUse(page)).toEqual([]);
    expect(await noteOf(page)).toBe('');
    await page.close();
  });

  it('leaves in use what was set before, which the run refuses', async () => {
    const { page } = await built.open('?images=0&weight-bits=4');
    const input = await page.$('input[type=file]');
    await (input as ElementHandle<never>).uploadFile(join(folder, 'pruned.bin'));
    await page.waitForFunction(`document.querySelector('#field-network').value === 'pruned.bin'`);
    expect(await outOfUse(page)).toEqual(settled.filter((name) => name !== 'weight-bits'));

    await page.click('[type=submit]');
    await page.waitForFunction(
      `document.querySelector('#field-weight-bits-error').textContent.includes('stored image pruned.bin')`,
    );

    await choose(page, 'weight-bits', '');
    expect(await outOfUse(page)).toEqual(settled);
    await page.close();
  });
});

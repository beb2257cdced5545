// The page in a window as wide as a phone.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { stages } from '../../../src/view/app/stages.ts';
import { describeUnless, noDrawing } from '../../support/browsers.ts';
import { mars } from '../../support/mars.ts';
import { type BuiltPage, drawnStage, endOfRun, openBuiltPage } from '../support/built-page.ts';

/** Terms with a comma or stop behind them that stands on another line than the end of the term. */
const separated = `[...document.querySelectorAll('.panel:not([hidden]) .lead .term-box')].flatMap((box) => {
  const sign = [...box.childNodes].find((node) => node.nodeType === 3 && node.data !== '');
  if (!sign) return [];
  const range = document.createRange();
  range.selectNode(sign);
  const { bottom } = range.getBoundingClientRect();
  const term = box.querySelector('.term').getBoundingClientRect();
  return bottom > term.top && bottom < term.bottom + 4 ? [] : [box.textContent];
})`;

describeUnless(noDrawing, 'the page in a window of 390 pixels', () => {
  let built: BuiltPage;
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  it('is no wider than the window in any stage, and no line begins with a comma', async () => {
    const { page } = await built.open('?images=2&view=network');
    await endOfRun(page);
    await page.setViewport({ width: 390, height: 844 });

    const wrong: unknown[] = [];
    for (const { name } of stages) {
      await page.click(`#tab-${name}`);
      await drawnStage(page);
      const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
      if (width > 390) wrong.push([name, width]);
      const terms = (await page.evaluate(separated)) as readonly string[];
      for (const term of terms) wrong.push([name, term]);
    }

    expect(wrong).toEqual([]);
    await page.close();
  });

  it('fades what goes on to the right, until it is scrolled to its end', async () => {
    const { page } = await built.open('?images=2&view=sums');
    await endOfRun(page);
    await page.setViewport({ width: 390, height: 844 });
    await drawnStage(page);

    const fades = async (left: string): Promise<unknown> =>
      await page.evaluate(`(async () => {
        const picture = document.querySelector('.panel:not([hidden]) .op-steps-picture');
        picture.scrollLeft = ${left};
        for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
        // How far the faded part, two root ems wide, lies outside.
        const [width] = getComputedStyle(picture).maskSize.split(' ');
        return width === '100%';
      })()`);

    expect(await fades('0')).toBe(true);
    expect(await fades('picture.scrollWidth')).toBe(false);
    await page.close();
  });

  it('writes the sizes of layers with ×', async () => {
    const { page } = await built.open('?images=2&view=sums');
    await endOfRun(page);
    await drawnStage(page);

    const layers = await page.$$eval('.panel:not([hidden]) select option', (options) =>
      options.map(({ textContent }) => textContent),
    );
    expect(layers).toContain('conv2 (14 × 14 × 16 to 14 × 14 × 32)');
    await page.close();
  });
});

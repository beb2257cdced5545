// A file that the page saves.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { emptyFolder } from '../../support/mars.ts';

/** Presses a button by its text and gives the file that it saves. */
export async function saved(page: Page, button: string, file: string): Promise<string> {
  const folder = emptyFolder();
  const session = await page.createCDPSession();
  await session.send('Browser.setDownloadBehavior', {
    behavior: 'allow',
    downloadPath: folder,
    eventsEnabled: true,
  });
  const done = new Promise<void>((resolve) => {
    session.on('Browser.downloadProgress', ({ state }) => {
      if (state === 'completed') resolve();
    });
  });
  // Found and pressed in one step: a run that ends meanwhile replaces the buttons.
  await page.waitForFunction(`(() => {
    const button = [...document.querySelectorAll('button')].find(
      (one) => one.textContent === ${JSON.stringify(button)} && one.checkVisibility(),
    );
    button?.click();
    return button !== undefined;
  })()`);
  await done;
  return readFileSync(join(folder, file), 'utf8');
}

/** A report without what differs between adapters that only check. */
export const portable = (report: string): string =>
  report
    .replace(/^ {2}"backendChoice": ".*",$/m, '')
    .replace(/^ {2}"(adapter|peakMemory)": .*$/gm, '')
    .replace(/^ {4}"adapter": .*$/m, '');

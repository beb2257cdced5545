// Files and folders of this machine, dropped on a page as a person drops them.

import type { Page } from 'puppeteer';

/** Drops files and folders, named by their paths, in the middle of the window. */
export async function dropFiles(page: Page, ...paths: readonly string[]): Promise<void> {
  const session = await page.createCDPSession();
  const { width, height } = page.viewport() ?? { width: 0, height: 0 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
  await session.detach();
}

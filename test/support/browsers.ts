// Which tests of pages can run here, and why the others are skipped.

import { describe } from 'vitest';
import { findBrowser } from '../../src/cli/browser.ts';

const suite = describe;
const found = findBrowser();

/** Why no page can be opened, or null. */
export const noBrowser: string | null = found === null ? 'no Chrome or Chromium' : null;

/** Why no page can draw to a WebGPU canvas, or null. */
export const noDrawing: string | null =
  found === null || found.kind === 'packaged'
    ? 'no Chrome or Chromium that draws to a WebGPU canvas'
    : null;

/** A suite that is skipped where there is a reason to, with the reason in its name and so in the closing lines. */
export function describeUnless(why: string | null, title: string, body: () => void): void {
  suite.skipIf(why !== null)(why === null ? title : `${title} (${why})`, body);
}

/** For browsers of tests, on machines with much other work: so long that only what hangs reaches it. */
export const patient = { timeoutMs: 300_000 };

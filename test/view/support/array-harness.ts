// Builds the page of page/array-page.ts into an empty folder, serves it under a strict content policy, opens it.

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import sirv from 'sirv';
import { build } from 'vite';
import { launchBrowser } from '../../../src/cli/browser.ts';
import { emptyFolder, root } from '../../support/mars.ts';

/** A browser with the page served to it. */
export interface ArrayHarness {
  readonly browser: Browser;
  readonly address: string;
  close(): Promise<void>;
}

const html = `<!doctype html><html lang="en"><head><meta charset="utf-8" />
<meta name="viewport" content="width=device-width" /><title>macro array</title>
<link rel="icon" href="data:," /><link rel="stylesheet" href="./page.css" /></head><body>
<main></main><script type="module" src="./page.js"></script></body></html>`;

const css = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 8px; }`;

/** What the page may load: nothing inline. */
const policy = "default-src 'self'; img-src 'self' data:";

/** Builds, serves, starts a browser that draws. */
export async function openArrayHarness(): Promise<ArrayHarness> {
  const folder = emptyFolder();
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      outDir: folder,
      minify: false,
      target: 'es2022',
      lib: {
        entry: resolve(root, 'test/view/support/page/array-page.ts'),
        formats: ['es'],
        fileName: () => 'page.js',
      },
    },
  });
  writeFileSync(join(folder, 'index.html'), html);
  writeFileSync(join(folder, 'page.css'), css);
  const server = await serve(folder);
  const browser = await launchBrowser({ canvas: true });
  const { port } = server.address() as AddressInfo;
  return {
    browser,
    address: `http://localhost:${port}/`,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** Opens the page in a window of a size; `faults` collects what goes wrong in it. */
export async function openPage(
  { browser, address }: ArrayHarness,
  { width, height, dark = true }: { width: number; height: number; dark?: boolean },
): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') faults.push(message.text());
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.goto(address);
  await page.waitForFunction('globalThis.arrayPage !== undefined');
  return { page, faults };
}

async function serve(folder: string): Promise<Server> {
  const files = sirv(folder, { dev: true });
  const model = readFileSync(join(root, 'models/mnist-cnn.safetensors'));
  const server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', policy);
    if (request.url === '/model') response.end(model);
    else
      files(request, response, () => {
        response.statusCode = 404;
        response.end();
      });
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  return server;
}

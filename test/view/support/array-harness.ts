// Builds the page of page/array-page.ts into an empty folder, serves it under a strict content policy, opens it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { servePages } from '../../support/page-server.ts';
import { build } from 'vite';
import { launchBrowser } from '../../../src/cli/browser.ts';
import { emptyFolder, root } from '../../support/mars.ts';
import { patient } from '../../support/browsers.ts';

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
const policy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

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
        entry: resolve(root, 'test/view/support/array-page/array-page.ts'),
        formats: ['es'],
        fileName: () => 'page.js',
      },
    },
  });
  writeFileSync(join(folder, 'index.html'), html);
  writeFileSync(join(folder, 'page.css'), css);
  const model = readFileSync(join(root, 'models/mnist-cnn.safetensors'));
  const headers = { 'Content-Security-Policy': policy };
  const server = await servePages({ '': folder }, { '/model': model }, headers);
  const browser = await launchBrowser({ ...patient, canvas: true });
  return {
    browser,
    address: `${server.origin}/`,
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
  page.setDefaultTimeout(patient.timeoutMs);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // Zod asks once whether it may compile code, and goes on without.
    const isZod = message.text().includes("'default-src' is used as a fallback");
    if (!isZod && ['error', 'warn'].includes(message.type())) faults.push(message.text());
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.evaluateOnNewDocument(countGpuWork);
  await page.goto(address);
  await page.waitForFunction('globalThis.arrayPage !== undefined');
  return { page, faults };
}

/** Counts live buffers and submits of a page, apart from what its code says of them. */
const countGpuWork = `{
  const counted = { buffers: 0, submits: 0 };
  globalThis.gpuWork = counted;
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (...all) {
    counted.buffers++;
    return createBuffer.apply(this, all);
  };
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    counted.buffers--;
    return destroy.apply(this);
  };
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (...all) {
    counted.submits++;
    return submit.apply(this, all);
  };
}`;

/** What an element looks like: red, green, blue, alpha of every pixel. */
export async function pixelsOf(page: Page, selector: string): Promise<Picture> {
  const element = await page.waitForSelector(selector);
  if (!element) throw new Error(`there is no ${selector}`);
  const png = await element.screenshot({ encoding: 'base64' });
  const [width, height, data] = (await page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${png}'), (one) => one.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let text = '';
    for (let i = 0; i < data.length; i += 8192)
      text += String.fromCharCode(...data.subarray(i, i + 8192));
    return [bitmap.width, bitmap.height, btoa(text)];
  })()`)) as [number, number, string];
  return { width, height, data: Buffer.from(data, 'base64') };
}

/** Pixels, four bytes each. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

#!/usr/bin/env node
// Makes docs/density.png from docs/density.csv (series,density,accuracy), as the page draws such a curve.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { build } from 'vite';
import { launchChrome } from './serve-page.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const rows = readFileSync(here('docs/density.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','))
  .map(([series, density, accuracy]) => ({
    series,
    density: Number(density),
    accuracy: Number(accuracy),
  }));
const folder = mkdtempSync(join(tmpdir(), 'mars-density-'));
await build({
  root: here('tools/density-page'),
  configFile: false,
  logLevel: 'error',
  base: './',
  build: { outDir: folder, emptyOutDir: true, cssTarget: 'chrome123' },
});
const server = createServer(sirv(folder));
await new Promise((resolve) => server.listen(0, 'localhost', resolve));
const browser = await launchChrome();
const page = await browser.newPage();
await page.setViewport({ width: 800, height: 600, deviceScaleFactor: 1.5 });
await page.evaluateOnNewDocument((given) => Object.assign(globalThis, { rows: given }), rows);
await page.goto(`http://localhost:${server.address().port}/`);
await (await page.waitForSelector('svg')).screenshot({ path: here('docs/density.png') });
await browser.close();
server.close();
rmSync(folder, { recursive: true });

#!/usr/bin/env node
// Makes docs/report.png: the report of `npm start` as a terminal shows it, drawn by headless Chrome.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchChrome } from './serve-page.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const { stdout } = spawnSync(process.execPath, [here('bin/mars.js'), 'run'], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1' },
});
const styles = { 1: 'font-weight:700;color:#fff', 2: 'color:#8b949e' };
const html = stdout
  .replaceAll('&', '&amp;')
  .replaceAll('<', '&lt;')
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
  .replaceAll(/\u001B\[(\d+)m/g, (_, code) =>
    styles[code] ? `<span style="${styles[code]}">` : '</span>',
  );
const browser = await launchChrome();
const page = await browser.newPage();
await page.setViewport({ width: 1400, height: 600, deviceScaleFactor: 1.5 });
await page.setContent(
  `<pre style="display:inline-block;margin:0;padding:20px;background:#0d1117;color:#c9d1d9;font:14px/1.4 monospace"><span style="color:#8b949e">$ npm start</span>\n\n${html}</pre>`,
);
mkdirSync(here('docs'), { recursive: true });
await (await page.$('pre')).screenshot({ path: here('docs/report.png') });
await browser.close();

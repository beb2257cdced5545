#!/usr/bin/env node
// How large is the built page, how soon is it full, and does it stay smooth while it simulates? Prints and keeps
// JSON. Run `npm run build` first, then `node bench/page-speed.mjs`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openPage } from '../tools/serve-page.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const loads = 10;

/** Bytes of the page's files, packed, by what needs them. */
function sizes() {
  const packed = readdirSync(here('dist/page/assets')).map((name) => ({
    name,
    bytes: gzipSync(readFileSync(here(`dist/page/assets/${name}`)), { level: 9 }).length,
  }));
  const html = readFileSync(here('dist/page/index.html'), 'utf8');
  const sum = (fits) =>
    packed.filter(({ name }) => fits(name)).reduce((total, { bytes }) => total + bytes, 0);
  const trains = (name) => /^(ort|train|training)/.test(name);
  return {
    firstLoad: sum((name) => html.includes(name)),
    worker: sum((name) => name.startsWith('engine-worker')),
    allButTraining: sum((name) => !trains(name)),
    training: sum(trains),
  };
}

/** What a person waits for on arrival, by what shows that it is there. */
const arrivals = {
  form: `document.querySelector('[type=submit]')`,
  estimate: `document.querySelector('.strip-subject')?.textContent.includes(' on mars')`,
  simulation: `document.querySelector('main[aria-busy="false"]')`,
};

/** Milliseconds from the request to each of them, as they are drawn. */
async function arrive(page, open) {
  await open(page);
  return await page.evaluate(`new Promise((resolve) => {
    const times = {};
    const look = () => {
      ${Object.entries(arrivals)
        .map(([name, found]) => `if (${found}) times.${name} ??= performance.now();`)
        .join(' ')}
      if (times.simulation) resolve(times);
      else requestAnimationFrame(look);
    };
    look();
  })`);
}

/** Times between animation frames while images are simulated, ms. */
async function framesWhileRunning(page, url) {
  await page.goto(url);
  await page.waitForFunction(`document.querySelector('#so-far')?.textContent.includes('right')`, {
    timeout: 120_000,
  });
  return await page.evaluate(`new Promise((resolve) => {
    const times = [];
    let last = performance.now();
    const frame = (now) => {
      times.push(now - last);
      last = now;
      const busy = document.querySelector('progress').classList.contains('is-busy');
      if (busy && times.length < 600) requestAnimationFrame(frame);
      else resolve(times.slice(1));
    };
    requestAnimationFrame(frame);
  })`);
}

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];
const rounded = (value) => Number(value.toFixed(1));

/** Of many loads, each by what is waited for. */
const arrivalOf = (times) =>
  Object.fromEntries(
    Object.keys(arrivals).map((name) => {
      const all = times.map((one) => one[name]);
      return [name, { median: rounded(quantile(all, 0.5)), most: rounded(quantile(all, 1)) }];
    }),
  );

const { url, browser, close } = await openPage();
const [cold, warm] = [[], []];
for (let load = 0; load < loads; load++) {
  // Nothing is cached in a new context; what was loaded is, when it is loaded again.
  const context = await browser.createBrowserContext();
  const visitor = await context.newPage();
  cold.push(await arrive(visitor, () => visitor.goto(url, { waitUntil: 'load' })));
  warm.push(await arrive(visitor, () => visitor.reload({ waitUntil: 'load' })));
  await context.close();
}
const page = await browser.newPage();
const frames = await framesWhileRunning(page, `${url}?network=mnist-cnn&images=10000`);
const result = {
  date: new Date().toISOString().slice(0, 10),
  processor: `${cpus().length} x ${cpus()[0]?.model.trim()}`,
  browser: await browser.version(),
  gzippedBytes: sizes(),
  arrivalMs: { loads, cold: arrivalOf(cold), warm: arrivalOf(warm) },
  framesWhileSimulatingMs: {
    frames: frames.length,
    median: rounded(quantile(frames, 0.5)),
    p95: rounded(quantile(frames, 0.95)),
    most: rounded(quantile(frames, 1)),
  },
};
await close();
const text = `${JSON.stringify(result, null, 2)}\n`;
writeFileSync(here(`bench/results/${result.date}-page-speed.json`), text);
process.stdout.write(text);

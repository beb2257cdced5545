#!/usr/bin/env node
// Makes docs/page-*.png: views of the built page (`npm run build` first), drawn by headless Chrome on a software adapter.
import { fileURLToPath } from 'node:url';
import { openPage } from './serve-page.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** File, address, colour scheme, and what is done before the picture is taken. */
const pictures = [
  {
    file: 'docs/page-macro-array.png',
    query: '?network=vgg16&images=0&density-profile=1.1&view=array',
    scheme: 'dark',
    height: 860,
  },
  {
    file: 'docs/page-macro-op.png',
    query: '?network=mnist-cnn&images=100&set=adc.bits=4&view=steps',
    scheme: 'light',
    height: 1100,
  },
  {
    file: 'docs/page-timeline.png',
    query: '?network=resnet18&images=0&density-profile=0.5&view=timeline',
    scheme: 'light',
    height: 760,
  },
];

// A WebGPU canvas on SwiftShader wants the compositor on Vulkan too.
const { url, browser, close } = await openPage([
  '--enable-features=Vulkan',
  '--use-angle=vulkan',
  '--use-vulkan=swiftshader',
]);
for (const { file, query, scheme, height } of pictures) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(`${url}${query}`);
  await page.waitForFunction(
    `/ in [0-9.]+\\ss/.test(document.querySelector('#message').textContent)`,
  );
  await page.waitForSelector('.panel:not([hidden]) :is(canvas, table)');
  await settle();
  await page.screenshot({ path: here(file) });
  await page.close();
  console.log(file);
}
await close();

/** Pictures on a software adapter take their time. */
async function settle() {
  await new Promise((resolve) => setTimeout(resolve, 4000));
}

#!/usr/bin/env node
// How long do large networks take on pictures of 224x224, and how much memory: dropped on the page in headless Chrome, and in Node? Prints
// and keeps JSON. `npm run build` first, then `node bench/large-networks.mjs FOLDER`, with the ONNX files of others in FOLDER/trained and
// pictures in FOLDER/imagenet-samples; `--images N` (4).
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openPage } from '../tools/serve-page.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const options = { images: { type: 'string', default: '4' } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const images = Number(values.images);
const [data] = positionals;
if (data === undefined) throw new Error('usage: node bench/large-networks.mjs FOLDER [--images N]');

/** Name, file if it is of one, and what pixels mean to it. */
const networks = [
  { name: 'MobileNetV2', file: 'mobilenetv2-imagenet-float.onnx', norm: 'imagenet' },
  { name: 'SqueezeNet 1.0', file: 'squeezenet1.0-imagenet.onnx', norm: 'caffe' },
  { name: 'ResNet-50, seeded weights', network: 'resnet50-224', norm: '' },
];

/** A folder with the network and its pictures. */
function folderFor({ file }) {
  const folder = mkdtempSync(join(tmpdir(), 'mars-large-'));
  const samples = join(data, 'imagenet-samples');
  mkdirSync(join(folder, 'pictures'));
  const names = readdirSync(samples).filter((name) => name.endsWith('.jpg'));
  for (const name of names) cpSync(join(samples, name), join(folder, 'pictures', name));
  if (file) cpSync(join(data, 'trained', file), join(folder, file));
  return folder;
}

/** Processes of a browser, itself among them. */
function processesOf(browser) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const parent = /^PPid:\s+(\d+)/m.exec(textOf(name, 'status'))?.[1];
    parents.set(Number(name), Number(parent));
  }
  const found = [browser.process().pid];
  for (const one of found)
    for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found;
}

/** A file of a process; empty once it has ended. */
function textOf(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

const mebibytes = (id, file, key) =>
  Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(textOf(id, file))?.[1] ?? 0) / 1024;

/** Ticks of 10 ms that a process has computed. */
function ticksOf(id) {
  const fields = textOf(id, 'stat')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

const cpuSecondsOf = (browser) =>
  processesOf(browser).reduce((sum, id) => sum + ticksOf(id), 0) / 100;

const largest = (values) => values.reduce((most, value) => Math.max(most, value), 0);

/** The most memory that processes of one type had at once. */
const peakOf = (browser, type) =>
  largest(
    processesOf(browser)
      .filter((id) => textOf(id, 'cmdline').includes(`--type=${type}`))
      .map((id) => mebibytes(id, 'status', 'VmHWM')),
  );

/** Sets a control of the form, as a person does. */
const setField = (page, name, value) =>
  page.evaluate(`{
    const input = document.querySelector('[name="${name}"]');
    input.value = '${value}';
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }`);

/** Times between animation frames from now on, ms. */
const watchFrames = `{
  globalThis.gaps = [];
  let last = performance.now();
  const frame = (now) => {
    globalThis.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}`;

/** Drops the files on a page of a new browser, runs, and measures. */
async function inChrome(network, folder) {
  const { url, browser, close } = await openPage();
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.goto(`${url}?images=0&view=report`);
  await page.waitForSelector('main[aria-busy="false"]');
  let together = 0;
  const timer = setInterval(() => {
    const sum = processesOf(browser).reduce(
      (all, id) => all + mebibytes(id, 'smaps_rollup', 'Pss'),
      0,
    );
    together = Math.max(together, sum);
  }, 500);
  await page.evaluate(watchFrames);
  const session = await page.createCDPSession();
  const names = ['pictures', ...(network.file ? [network.file] : [])];
  const files = names.map((name) => join(folder, name));
  for (const type of ['dragEnter', 'dragOver', 'drop'])
    await session.send('Input.dispatchDragEvent', {
      type,
      x: 400,
      y: 300,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  for (const name of names)
    await page.waitForFunction(
      `document.querySelector('#given-files')?.textContent.includes('${name}')`,
    );
  if (network.network) await setField(page, 'network', network.network);
  await setField(page, 'images', `${images}`);
  await setField(page, 'resize', '256');
  await setField(page, 'input-norm', network.norm);
  const before = cpuSecondsOf(browser);
  await page.click('[type=submit]');
  await page.waitForSelector('main[aria-busy="false"]');
  const message = await page.$eval('#message', (line) => line.textContent);
  const gaps = await page.evaluate('gaps');
  clearInterval(timer);
  const result = {
    message,
    seconds: Number(/in ([\d.]+) s/.exec(message)?.[1]),
    cpuSeconds: Number((cpuSecondsOf(browser) - before).toFixed(1)),
    rendererMiB: Math.round(peakOf(browser, 'renderer')),
    allProcessesMiB: Math.round(together),
    frames: gaps.length,
    medianFrameMs: Number([...gaps].sort((a, b) => a - b)[gaps.length >> 1].toFixed(1)),
    longestFrameMs: Number(largest(gaps).toFixed(1)),
  };
  await close();
  return result;
}

/** Runs the same job in Node. */
function inNode({ file, network, norm }, folder) {
  const args = ['run', '--network', file ?? network, '--dataset', 'pictures', '--resize', '256'];
  if (norm) args.push('--input-norm', norm);
  args.push('--images', `${images}`);
  const mars = [process.execPath, here('bin/mars.js'), ...args];
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', 'took %e %U %S %M', ...mars], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const [, wall, user, system, memory] = /took (\S+) (\S+) (\S+) (\d+)/.exec(stderr);
  const report = JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8'));
  return {
    command: `mars ${args.join(' ')}`,
    seconds: Number(wall),
    cpuSeconds: Number((Number(user) + Number(system)).toFixed(1)),
    processMiB: Math.round(Number(memory) / 1024),
    right: report.accuracy.top1,
    cyclesPerFrame: report.performance.cyclesPerFrame,
  };
}

const rows = [];
for (const network of networks) {
  const folder = folderFor(network);
  try {
    rows.push({
      network: network.name,
      chrome: await inChrome(network, folder),
      node: inNode(network, folder),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const result = {
  date: new Date().toISOString().slice(0, 10),
  processor: `${cpus().length} x ${cpus()[0]?.model.trim()}`,
  node: process.version,
  images,
  rows,
};
const text = `${JSON.stringify(result, null, 2)}\n`;
writeFileSync(here(`bench/results/${result.date}-large-networks.json`), text);
process.stdout.write(text);

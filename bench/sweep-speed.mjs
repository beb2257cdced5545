#!/usr/bin/env node
// How much do two worker processes gain, what does a sweep cost beside bare estimates, and how long does it take to collect
// 10,000 results? Prints a line per figure and keeps JSON. Run it on a machine that does nothing else: `npm run build` first, then
// `node bench/sweep-speed.mjs` (about 10 minutes on two cores); `workers`, `overhead` or `collect` asks one question.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { estimate } from '../dist/lib/index.js';
import { mars as marsChip, setChipValues } from '../dist/lib/chips.js';
import { builtinNetworks, readNetworkFile } from '../dist/lib/networks.js';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mars-sweep-speed-'));
const repetitions = 3;

/** Seconds of a command of `mars`. */
function secondsOf(words) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [here('bin/mars.js'), ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve((performance.now() - start) / 1000);
      else reject(new Error(`mars ${words.join(' ')} ended with ${code}: ${said}`));
    });
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rounded = (value) => Number(value.toPrecision(3));
const outNamed = (name) => join(folder, name);

/** Runs `measure` a few times, each in a fresh folder; gives the median. */
async function medianOf(name, measure) {
  const times = [];
  for (let i = 0; i < repetitions; i++) {
    const out = outNamed(`${name}-${i}`);
    times.push(await measure(out));
    rmSync(out, { recursive: true, force: true });
  }
  return median(times);
}

/** Eight noisy chips on 3,000 digits, each process on one thread: what each process does once should not weigh. */
const noisy = ['sweep', '--images', '3000', '--backend', 'wasm', '--threads', '1'];
const points = ['--vary', 'noise.read=0.05..0.4:0.05'];

async function workers() {
  const one = await medianOf('one', (out) => secondsOf([...noisy, ...points, '--out', out]));
  const two = await medianOf('two', (out) =>
    secondsOf([...noisy, ...points, '--workers', '2', '--out', out]),
  );
  // What the machine gives to two processes that have nothing to do with each other: its own bound.
  const apart = await medianOf('apart', async (out) => {
    const times = await Promise.all(
      ['a', 'b'].map((name) => secondsOf([...noisy, ...points, '--out', `${out}-${name}`])),
    );
    for (const name of ['a', 'b']) rmSync(`${out}-${name}`, { recursive: true, force: true });
    return times.toSorted((a, b) => b - a)[0];
  });
  return {
    'one process, s': rounded(one),
    'two workers, s': rounded(two),
    'two workers, times one process': rounded(one / two),
    'two sweeps apart, times one (what the machine gives)': rounded((2 * one) / apart),
  };
}

/** Values of 1,000 estimate points of the network that comes trained. */
const axes = {
  'adc.bits': [3, 4, 5, 6, 7],
  'cores.count': range(1, 10),
  'cores.macros': range(1, 20),
};

function range(from, to) {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function vary(given) {
  return Object.entries(given).flatMap(([path, values]) => [
    '--vary',
    `${path}=${values.join(',')}`,
  ]);
}

/** Every combination of the axes, as `path=value`. */
function combinations(given) {
  let found = [[]];
  for (const [path, values] of Object.entries(given))
    found = found.flatMap((before) => values.map((value) => [...before, `${path}=${value}`]));
  return found;
}

/** Seconds of one estimate after the other, each from the network on: nothing is shared. */
function bareSeconds(network, given) {
  const { prunedGroups = 0 } = network.origin;
  const start = performance.now();
  for (const set of combinations(given))
    estimate({
      network,
      chip: setChipValues(marsChip, set),
      weightBits: 8,
      activationBits: 8,
      prunedGroups,
    });
  return (performance.now() - start) / 1000;
}

async function overhead() {
  const start = await medianOf('start', () => secondsOf(['--version']));
  const facts = { 'start of a process, s': rounded(start) };
  const digits = readNetworkFile(readFileSync(here('models/mnist-cnn.safetensors')), 'mnist-cnn');
  const large = { 'adc.bits': range(3, 8), 'cores.count': [2, 4, 8] };
  for (const [name, network, given] of [
    ['mnist-cnn', digits, axes],
    ['vgg16', builtinNetworks.vgg16({ seed: 1 }), large],
  ]) {
    const count = combinations(given).length;
    const bare = median(range(1, repetitions).map(() => bareSeconds(network, given)));
    const sweep = await medianOf(`overhead-${name}`, (out) =>
      secondsOf(['sweep', '--network', name, '--images', '0', ...vary(given), '--out', out]),
    );
    facts[`${count} bare estimates of ${name}, s`] = rounded(bare);
    facts[`a sweep of ${count} points of ${name}, s`] = rounded(sweep);
    facts[`sweep over bare, ${name}`] = rounded(sweep / bare);
  }
  return facts;
}

async function collect() {
  const out = outNamed('collect');
  const files = 10_000;
  const sweep = await secondsOf(['sweep', '--images', '0', '--chips', String(files), '--out', out]);
  const found = readdirSync(join(out, 'points')).length;
  if (found !== files) throw new Error(`${found} files, not ${files}`);
  const times = [];
  for (let i = 0; i < repetitions; i++) times.push(await secondsOf(['sweep', '--collect', out]));
  return {
    [`a sweep of ${files} chip instances without images, s`]: rounded(sweep),
    [`collecting ${files} files, s`]: rounded(median(times)),
  };
}

const questions = { workers, overhead, collect };
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(questions, name));
if (unknown !== undefined) {
  process.stderr.write(
    `sweep-speed: no question is called "${unknown}"; known: ${Object.keys(questions).join(', ')}\n`,
  );
  process.exit(2);
}
const result = {
  date: new Date().toISOString(),
  machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} processors`,
  node: process.version,
};
try {
  // Builds what is stale, so that no measurement does.
  await secondsOf(['--version']);
  for (const [name, ask] of Object.entries(questions)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    result[name] = await ask();
    for (const [what, value] of Object.entries(result[name]))
      process.stdout.write(`${what}: ${value}\n`);
  }
  const name = ['sweep-speed', ...asked].join('-');
  const file = here(`bench/results/${result.date.slice(0, 10)}-${name}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`Written: ${file}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

#!/usr/bin/env node
// Makes a clone ready to run: packages and the built command line; with the argument `test` also the fastest WebGPU adapter
// in software, and a browser. Runs before `npm start` and `npm test`, and does nothing, quickly, when nothing is missing.
// MARS_SETUP_NO_APT=1 forbids it to install system packages. All output goes to stderr.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptHasChromium, aptInstall, canApt, mesaNeedsBackports } from './apt.mjs';
import { takeLock } from './setup-lock.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const stateFile = at('node_modules', '.cache', 'mars-setup.json');
const second = 1000;

/** What is missing or out of date, as sentences: [] when a command can run at once. */
export function whatIsStale() {
  return [modulesAreStale(), buildIsStale()].filter((reason) => reason !== null);
}

/** Why `npm ci` is needed, or null. npm writes node_modules/.package-lock.json last, so it tells what is complete. */
function modulesAreStale() {
  if (!existsSync(at('package-lock.json'))) return null;
  if (!existsSync(at('node_modules', '.package-lock.json')))
    return 'node_modules is missing or incomplete';
  const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(
    readFileSync(at('node_modules', '.package-lock.json'), 'utf8'),
  ).packages;
  for (const [path, { version, optional, peer }] of Object.entries(wanted)) {
    const has = present[path]?.version;
    // Optional packages may be absent: many are for other systems.
    if (path === '' || has === version || (has === undefined && (optional || peer))) continue;
    return `${path} is ${has ?? 'absent'}, package-lock.json wants ${version}`;
  }
  return null;
}

/** Why a build is needed, or null. */
function buildIsStale() {
  if (!existsSync(at('dist', 'cli.js'))) return 'dist/cli.js is missing';
  const built = statSync(at('dist', 'cli.js')).mtimeMs;
  const pages = ['index.html', 'gallery.html', 'embed.html', 'paper.html'];
  const settings = ['vite.config.ts', 'tsconfig.types.json', 'package.json'];
  const sources = ['src', 'shaders', 'models', ...pages, ...settings].filter((name) =>
    existsSync(at(name)),
  );
  const newer = sources.map((name) => newerThan(at(name), built)).find((path) => path !== null);
  return newer === undefined ? null : `${newer.slice(root.length + 1)} is newer than dist/cli.js`;
}

/** The first file or folder at or under `path` that changed after `time`; a folder changes when a file in it goes. */
function newerThan(path, time) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (stat.mtimeMs > time) return path;
  if (!stat.isDirectory()) return null;
  for (const name of readdirSync(path)) {
    const found = newerThan(join(path, name), time);
    if (found !== null) return found;
  }
  return null;
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Ends setup with a message for a person: what, what to do. */
function fail(what, todo) {
  say(`${what}; ${todo}`);
  process.exit(1);
}

function npm(args, minutes) {
  const script = process.env.npm_execpath ?? '';
  const viaNode = /^npm(-cli)?\.c?js$/.test(basename(script));
  const [command, first] = viaNode ? [process.execPath, [script]] : ['npm', []];
  const { status } = spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    timeout: minutes * 60 * second,
    killSignal: 'SIGKILL',
    env: { ...process.env, MARS_SETUP_RUNNING: '1' },
    shell: !viaNode && process.platform === 'win32',
  });
  return status === 0;
}

function installAndBuild() {
  const modules = modulesAreStale();
  if (modules !== null) {
    say(`npm ci, because ${modules} (about half a minute)`);
    // A production setting in the environment would leave out the build tools.
    const done = npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], 15);
    if (!done) fail('npm ci failed', 'see its output above; it needs the npm registry');
  }
  const build = buildIsStale();
  if (build === null) return;
  say(`npm run build, because ${build}`);
  if (!npm(['run', '--silent', 'build'], 5)) fail('the build failed', 'see its output above');
}

/** Asks the built command line which adapter it takes: {adapter: {kind, description, driver}, fasterAdapter}. */
function probeAdapter() {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [at('dist', 'cli.js'), 'info', '--json'],
    {
      encoding: 'utf8',
      timeout: 120 * second,
      killSignal: 'SIGKILL',
      env: { ...process.env, MARS_SETUP_RUNNING: '1' },
    },
  );
  try {
    const { adapter, fasterAdapter } = JSON.parse(stdout);
    return {
      adapter: { kind: adapter.kind, description: adapter.description, driver: adapter.driver },
      fasterAdapter,
    };
  } catch {
    const reason = error?.message ?? (stderr.trim().split('\n')[0] || 'no answer');
    return { adapter: { kind: 'none', description: reason, driver: '' }, fasterAdapter: null };
  }
}

/** Everything that the choice of an adapter depends on, as a hash; reads only names and times. */
function adapterKey() {
  const stamp = (path) => `${path} ${statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? '-'}`;
  const names = (path) => (existsSync(path) ? readdirSync(path).join() : '-');
  const icd = ['/usr/share', '/usr/local/share', '/etc'].map((folder) =>
    join(folder, 'vulkan', 'icd.d'),
  );
  const facts = [
    ...icd.flatMap((folder) => [stamp(folder), names(folder)]),
    names('/dev/dri'),
    ['/dev/nvidia0', '/dev/dxg'].map((path) => existsSync(path)).join(),
    ...['webgpu', '@sparticuz/chromium'].map((name) =>
      stamp(at('node_modules', name, 'package.json')),
    ),
    stamp(at('dist', 'cli.js')),
    ...['MARS_ADAPTER', 'VK_DRIVER_FILES', 'VK_ICD_FILENAMES'].map(
      (name) => process.env[name] ?? '-',
    ),
    process.version,
  ];
  return createHash('sha256').update(facts.join('\n')).digest('hex');
}

function readState() {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8'));
  } catch {
    return {}; // none yet, or cut short: ask again
  }
}

function writeState(state) {
  try {
    mkdirSync(dirname(stateFile), { recursive: true });
    writeFileSync(stateFile, `${JSON.stringify(state, null, 2)}\n`);
  } catch (error) {
    say(
      `${stateFile} cannot be written (${error.code}), so setup looks for everything again next time`,
    );
  }
}

/**
 * Names the adapter, for tests after having installed lavapipe where that helps and is possible; returns the new state.
 * Without a GPU the simulator runs in WebAssembly, and a software adapter only checks its first images.
 */
function settleAdapter(state, isForTests) {
  const known = state.key === adapterKey() ? state : { ...state, probe: probeAdapter() };
  const settled = isForTests && needsLavapipe(known) ? installLavapipe(known) : known;
  const { adapter, fasterAdapter } = settled.probe;
  if (adapter.kind === 'none') say(`no WebGPU adapter in Node (${adapter.description})`);
  else say(`WebGPU adapter: ${[adapter.description, adapter.driver].filter(Boolean).join(', ')}`);
  if (isForTests && fasterAdapter !== null) say(`for a faster one: ${fasterAdapter}`);
  return { ...settled, key: adapter.kind === 'none' ? null : adapterKey() };
}

function needsLavapipe({ probe, aptFailedAt }) {
  const isSlow =
    ['swiftshader', 'none'].includes(probe.adapter.kind) && process.env.MARS_ADAPTER === undefined;
  return isSlow && canApt() && wasLongAgo(aptFailedAt);
}

function installLavapipe(state) {
  say(
    'installing lavapipe (Mesa) with apt, because it is 5 to 30 times faster than SwiftShader (about 15 s;',
  );
  say('  MARS_SETUP_NO_APT=1 forbids this)');
  const problem = aptInstall(['mesa-vulkan-drivers', 'libvulkan1'], {
    backports: mesaNeedsBackports(),
  });
  if (problem !== null) say(`lavapipe could not be installed (${problem}); going on without it`);
  const probe = problem === null ? probeAdapter() : state.probe;
  return {
    ...state,
    probe,
    aptFailedAt: probe.adapter.kind === 'lavapipe' ? undefined : Date.now(),
  };
}

/** Where apt did not help, trying again once a day is enough. */
function wasLongAgo(time = 0) {
  return Date.now() - time > 24 * 3600 * second;
}

/** Makes sure that page tests find a browser that draws; returns the new state. Order as in src/cli/browser.ts. */
function settleBrowser(state) {
  const drawing = drawingBrowser();
  if (drawing !== null) {
    say(`browser for page tests: ${drawing}`);
    return state;
  }
  if (canApt() && aptHasChromium() && wasLongAgo(state.browserFailedAt)) {
    say('installing chromium with apt, for the page tests (about a minute;');
    say('  MARS_SETUP_NO_APT=1 forbids this)');
    const problem = aptInstall(['chromium']);
    const installed = problem === null ? drawingBrowser() : null;
    if (installed !== null) {
      say(`browser for page tests: ${installed}`);
      return { ...state, browserFailedAt: undefined };
    }
    say(`chromium could not be installed (${problem ?? 'it is not where it should be'})`);
    sayWithoutBrowser();
    return { ...state, browserFailedAt: Date.now() };
  }
  sayWithoutBrowser();
  return state;
}

/** An installed browser, or puppeteer's own, as a person would call it; null when there is none. */
function drawingBrowser() {
  const settings = at('.puppeteerrc.cjs');
  const require = createRequire(import.meta.url);
  delete require.cache[settings]; // what it finds may just have been installed
  const { executablePath } = require(settings);
  if (executablePath !== undefined) return executablePath;
  const cache = process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), '.cache', 'puppeteer');
  return existsSync(join(cache, 'chrome')) ? 'the Chrome in the cache of puppeteer' : null;
}

function sayWithoutBrowser() {
  const packaged = at('node_modules', '@sparticuz', 'chromium', 'bin', 'chromium.br');
  const hasPackaged =
    process.platform === 'linux' && process.arch === 'x64' && existsSync(packaged);
  say(
    hasPackaged
      ? 'the only browser is the Chromium in the npm package @sparticuz/chromium, which cannot draw: tests of what is drawn will be skipped'
      : 'no browser: page tests will be skipped',
  );
  say('  for all page tests: npx puppeteer browsers install chrome, or install Chrome or Chromium');
}

function main(argument) {
  if (argument !== undefined && argument !== 'test')
    fail(`unknown argument "${argument}"`, 'the only one is "test"');
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node ${process.version} is too old`, 'install Node 20.19 or newer');
  if (whatIsStale().length > 0 || readState().key !== adapterKey())
    takeLock(realpathSync(root), say);
  installAndBuild();
  const before = readState();
  const settled = settleAdapter(before, argument === 'test');
  const after = argument === 'test' ? settleBrowser(settled) : settled;
  if (JSON.stringify(after) !== JSON.stringify(before)) writeState(after);
}

if (
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
) {
  main(process.argv[2]);
}

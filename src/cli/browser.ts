// Finds a Chrome or Chromium and starts it through puppeteer with WebGPU on: an installed one, else puppeteer's own,
// else the one in the npm package @sparticuz/chromium. Used by page tests and by commands that need a page.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, LaunchOptions, PuppeteerNode } from 'puppeteer';
import { CimError } from '../core/errors.ts';
import { variable } from './environment.ts';
import { reasonOf } from './files.ts';
import { installationOf, installCommand } from './install-advice.ts';
import { packageRoot } from './package-root.ts';
import {
  findPackagedChromium,
  packagedExecutablePath,
  unpackChromium,
} from './packaged-chromium.ts';
import { hasGpuDevice } from './vulkan-drivers.ts';

/** A browser on this machine. */
export interface BrowserChoice {
  /** `packaged`: from npm's @sparticuz/chromium, unpacked when it is launched. */
  readonly kind: 'environment' | 'installed' | 'puppeteer' | 'packaged';
  readonly executablePath: string;
}

/** Settings of {@link launchBrowser}. */
export interface BrowserOptions {
  /** Default: {@link findBrowser}. */
  readonly browser?: BrowserChoice;
  /**
   * Whether pages draw to a WebGPU canvas (default false): needs more flags on software adapters, and the packaged
   * Chromium cannot do it at all.
   */
  readonly canvas?: boolean;
  /** Limit of the start, and of every single puppeteer call later, in milliseconds. Default 60 000. */
  readonly timeoutMs?: number;
  /** Further command-line flags. */
  readonly args?: readonly string[];
}

const closeLimitMs = 10_000;

const snapPath = '/snap/bin/chromium';

const installedPaths: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
    '/usr/bin/microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const root = process.env[variable] ?? 'C:\\Program Files';
    return [
      join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ];
  }),
};

/** The browser that {@link launchBrowser} takes, or null when there is none. Starts nothing. */
export function findBrowser(): BrowserChoice | null {
  for (const name of ['PUPPETEER_EXECUTABLE_PATH', 'CHROME_PATH']) {
    const path = process.env[name];
    if (path !== undefined && path !== '') return { kind: 'environment', executablePath: path };
  }
  const installed = installedPaths[process.platform]?.find(isBrowserThere);
  if (installed !== undefined) return { kind: 'installed', executablePath: installed };
  const downloaded = puppeteerPath();
  if (downloaded !== null) return { kind: 'puppeteer', executablePath: downloaded };
  const packaged = findPackagedChromium();
  return packaged === null
    ? null
    : { kind: 'packaged', executablePath: packagedExecutablePath(packaged) };
}

/** Whether a browser is at `path`. On Ubuntu a script may be, which only asks for a snap that is not installed. */
export function isBrowserThere(path: string): boolean {
  if (!existsSync(path)) return false;
  const isScript = statSync(path).size < 64 * 1024;
  return !isScript || existsSync(snapPath) || !readFileSync(path, 'utf8').includes(snapPath);
}

/**
 * Starts a headless browser with WebGPU on. `close()` of the result also removes the browser's profile folder, and
 * kills a browser that does not close in time.
 * @throws {CimError} (environment) when there is no browser, it does not start, or the package `puppeteer` is missing
 * @example
 * const browser = await launchBrowser();
 * const page = await browser.newPage();
 * await browser.close();
 */
export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const puppeteer = await importPuppeteer();
  const choice = options.browser ?? findBrowser();
  if (choice === null) throw missingBrowser();
  if (choice.kind === 'packaged' && options.canvas === true) throw noCanvas();
  const profile = await makeProfile();
  try {
    return withCleanUp(
      await start(puppeteer, await launchSettings(choice, profile, options)),
      profile,
    );
  } catch (cause) {
    await rm(profile, { recursive: true, force: true });
    throw new CimError('environment', {
      what: `the browser does not start: ${firstLine(cause)}`,
      where: choice.executablePath,
      todo: 'try it by hand, or set PUPPETEER_EXECUTABLE_PATH to another Chrome or Chromium',
      cause,
    });
  }
}

async function launchSettings(
  choice: BrowserChoice,
  profile: string,
  { canvas = false, timeoutMs = 60_000, args = [] }: BrowserOptions,
): Promise<LaunchOptions> {
  const isPackaged = choice.kind === 'packaged'; // a headless shell, which knows only the old headless mode
  const packaged = isPackaged ? await packagedBrowser() : undefined;
  return {
    executablePath: packaged?.executablePath ?? choice.executablePath,
    headless: isPackaged ? 'shell' : true,
    userDataDir: profile,
    timeout: timeoutMs,
    protocolTimeout: timeoutMs,
    env: packaged?.env ?? process.env,
    args: [...flags(canvas), ...args],
  };
}

async function start(puppeteer: PuppeteerNode, settings: LaunchOptions): Promise<Browser> {
  const unboxed: LaunchOptions = { ...settings, args: [...(settings.args ?? []), '--no-sandbox'] };
  // Chromium refuses to sandbox for root.
  if (process.getuid?.() === 0) return await puppeteer.launch(unboxed);
  try {
    return await puppeteer.launch(settings);
  } catch (error) {
    // Containers and some distributions forbid the sandbox's user namespaces; only our own pages are opened here.
    if (!/sandbox/i.test(String(error))) throw error;
    return await puppeteer.launch(unboxed);
  }
}

function flags(canvas: boolean): string[] {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking'];
  const more = ['--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu'];
  if (process.platform !== 'linux') return [...quiet, ...more];
  if (hasGpuDevice())
    return [...quiet, ...more, '--enable-features=Vulkan', '--ignore-gpu-blocklist'];
  // On SwiftShader a WebGPU canvas ends the GPU process unless the compositor is on Vulkan too.
  const drawing = ['--enable-features=Vulkan', '--use-angle=vulkan', '--use-vulkan=swiftshader'];
  return [...quiet, ...more, ...(canvas ? drawing : [])];
}

/** Gives the browser a `close()` that has a limit and takes the profile folder with it. */
function withCleanUp(browser: Browser, profile: string): Browser {
  const removeNow = (): void => rmSync(profile, { recursive: true, force: true });
  process.once('exit', removeNow);
  const close = browser.close.bind(browser);
  browser.close = async (): Promise<void> => {
    const timer = setTimeout(() => browser.process()?.kill('SIGKILL'), closeLimitMs);
    try {
      await close();
    } finally {
      clearTimeout(timer);
      process.off('exit', removeNow);
      // Helper processes may write a last file while the folder goes.
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  };
  return browser;
}

async function makeProfile(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'mars-browser-'));
  } catch (cause) {
    throw new CimError('environment', {
      what: `the browser's profile cannot be written (${reasonOf(cause)})`,
      where: tmpdir(),
      todo: 'make room there, or set TMPDIR to another folder',
      cause,
    });
  }
}

/** The packaged browser, unpacked where there is room, and what it needs around it. */
async function packagedBrowser(): Promise<{
  readonly executablePath: string;
  readonly env: NodeJS.ProcessEnv;
}> {
  const source = findPackagedChromium();
  if (source === null) throw missingBrowser();
  const { executablePath, libraryPath, fontsPath } = await unpackChromium(source);
  const before = process.env['LD_LIBRARY_PATH'];
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: fontsPath };
  const libraries = before === undefined ? libraryPath : `${libraryPath}:${before}`;
  return { executablePath, env: { ...process.env, ...fonts, LD_LIBRARY_PATH: libraries } };
}

/** The newest Chrome that `npx puppeteer browsers install chrome` has put into puppeteer's cache. */
function puppeteerPath(): string | null {
  const root = join(
    variable('PUPPETEER_CACHE_DIR') ?? join(homedir(), '.cache', 'puppeteer'),
    'chrome',
  );
  const builds = existsSync(root)
    ? readdirSync(root).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    : [];
  const app = join(
    'Google Chrome for Testing.app',
    'Contents',
    'MacOS',
    'Google Chrome for Testing',
  );
  const inside = [
    join('chrome-linux64', 'chrome'),
    join('chrome-mac-arm64', app),
    join('chrome-mac-x64', app),
    join('chrome-win64', 'chrome.exe'),
  ];
  const paths = builds.flatMap((build) => inside.map((path) => join(root, build, path)));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Either of its packages: `puppeteer-core` drives a browser, `puppeteer` also downloads one when it is installed. */
async function importPuppeteer(): Promise<PuppeteerNode> {
  try {
    return (await import('puppeteer')).default;
  } catch (cause) {
    // A name that the compiler cannot follow: it is not among our dependencies.
    const core: string = 'puppeteer-core';
    const loaded = await import(core).catch(() => undefined);
    if (loaded !== undefined) return (loaded as { readonly default: PuppeteerNode }).default;
    throw new CimError('environment', {
      what: 'the npm package "puppeteer" (drives the browser) is not installed or does not load',
      where: firstLine(cause),
      todo: puppeteerAdvice(findBrowser() !== null),
      cause,
    });
  }
}

/** How to get puppeteer. Installing it downloads a Chrome, which is needed only where there is no browser. */
export function puppeteerAdvice(hasBrowser: boolean, root: string = packageRoot): string {
  if (installationOf(root) === 'clone') return 'run: npm ci';
  return hasBrowser
    ? `run: ${installCommand('puppeteer-core', root)}`
    : `run: ${installCommand('puppeteer', root)} (downloads a Chrome as well)`;
}

function missingBrowser(): CimError {
  return new CimError('environment', {
    what: 'no Chrome or Chromium was found',
    where: `${process.platform} ${process.arch}`,
    todo: 'install Chrome or Chromium, or run: npx puppeteer browsers install chrome; one elsewhere is named by PUPPETEER_EXECUTABLE_PATH',
  });
}

function noCanvas(): CimError {
  return new CimError('environment', {
    what: 'the Chromium of @sparticuz/chromium computes on WebGPU but cannot draw to a WebGPU canvas',
    todo: 'install Chrome or Chromium, or run: npx puppeteer browsers install chrome',
  });
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n').find((line) => line.trim() !== '') ?? 'no reason given';
}

// The packed package in pages of others, who configure nothing: a Vite app in development and as built, a page without a
// bundler, and behind a server that moves modules and answers with its start page where there is no file.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build, createServer, type InlineConfig, preview } from 'vite';
import { findBrowser, launchBrowser } from '../src/cli/browser.ts';
import { type PackedPackage, unpackPackage } from './support/packed-package.ts';
import { servePages } from './support/page-server.ts';
import { patient } from './support/browsers.ts';

const page = (script: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>stranger</title><link rel="icon" href="data:,">
  ${script}</head><body><mars-chip network="mnist-cnn" images="3"></mars-chip></body></html>`;
const chip = `document.querySelector('mars-chip')`;

describe.skipIf(findBrowser() === null)('the element of the packed package', () => {
  let stranger: PackedPackage;
  let browser: Browser;
  let tab: Page;
  let complaints: string[] = [];
  let workers = 0;
  const config = (): InlineConfig => ({
    root: stranger.project,
    configFile: false,
    logLevel: 'error',
  });

  beforeAll(async () => {
    stranger = unpackPackage();
    stranger.write('index.html', page('<script type="module" src="/main.js"></script>'));
    stranger.write('main.js', `import 'mars-cim/element/define';\n`);
    browser = await launchBrowser(patient);
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    complaints = [];
    workers = 0;
    tab = await browser.newPage();
    tab.setDefaultTimeout(patient.timeoutMs);
    tab.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
    });
    tab.on('pageerror', (error) => complaints.push(String(error)));
    // The engine's; the threads of WebAssembly are as many as the machine has processors.
    tab.on('workercreated', (worker) => {
      if (!worker.url().includes('wasm-worker')) workers++;
    });
  });
  afterEach(async () => {
    await tab.close();
  });

  /** Opens a page and waits for its element; gives what came of it. */
  const outcome = async (url: string): Promise<unknown> => {
    await tab.goto(url);
    await tab.waitForFunction(`['done', 'failed', 'cancelled'].includes(${chip}.state)`);
    return await tab.evaluate(
      `({ state: ${chip}.state, error: ${chip}.shadowRoot.querySelector('.error').textContent,
          images: ${chip}.result?.report.images })`,
    );
  };
  const done = { state: 'done', error: '', images: 3 };

  it('computes in a worker in a Vite app under development', async () => {
    const server = await createServer({ ...config(), server: { host: '127.0.0.1', port: 0 } });
    try {
      await server.listen();
      expect(await outcome(server.resolvedUrls!.local[0]!)).toEqual(done);
      // Vite has moved the modules: what is tested here is what comes of that.
      const modules = (await tab.evaluate(
        `performance.getEntriesByType('resource').map(({ name }) => name)`,
      )) as string[];
      expect(modules.filter((name) => name.includes('/.vite/deps/')).length).toBeGreaterThan(0);
      expect({ workers, complaints }).toEqual({ workers: 1, complaints: [] });
    } finally {
      await server.close();
    }
  });

  it('computes in a worker in a Vite app that was built', async () => {
    await build(config());
    const server = await preview({ ...config(), preview: { host: '127.0.0.1', port: 0 } });
    try {
      expect(await outcome(server.resolvedUrls!.local[0]!)).toEqual(done);
      expect({ workers, complaints }).toEqual({ workers: 1, complaints: [] });
    } finally {
      await server.close();
    }
  });

  it('computes in a worker in a page without a bundler', async () => {
    const folder = join(stranger.folder, 'dist/element');
    const index = page('<script type="module" src="/chip/define.js"></script>');
    const server = await servePages({ '/chip': folder }, { '/': index });
    try {
      expect(await outcome(`${server.origin}/`)).toEqual(done);
      expect({ workers, complaints }).toEqual({ workers: 1, complaints: [] });
    } finally {
      server.close();
    }
  });

  describe('behind a server that moves modules and answers with its start page where there is no file', () => {
    const moved = '/node_modules/.vite/deps';
    const start = page(`<script type="module" src="${moved}/define.js"></script>`);
    const serve = (folders: Readonly<Record<string, string>>) => {
      const folder = join(stranger.folder, 'dist/element');
      const modules = readdirSync(folder).filter(
        (name) => name.endsWith('.js') && name !== 'engine-worker.js',
      );
      const files = modules.map(
        (name) => [`${moved}/${name}`, readFileSync(join(folder, name), 'utf8')] as const,
      );
      return servePages(folders, Object.fromEntries(files), {}, start);
    };

    it('computes in a worker where the package is served too', async () => {
      const server = await serve({ '/node_modules/mars-cim': stranger.folder });
      try {
        expect(await outcome(`${server.origin}/`)).toEqual(done);
        expect(server.asked).toContain('/node_modules/mars-cim/dist/element/engine-worker.js');
      } finally {
        server.close();
      }
    });

    it('says that it got a page for a file, and what to do', async () => {
      const server = await serve({});
      try {
        const { state, error } = (await outcome(`${server.origin}/`)) as Record<string, string>;
        expect(state).toBe('failed');
        expect(error).toContain(
          `${moved}/data/mnist-cnn.safetensors.gz: cannot be fetched: the server answers with a page (HTML)`,
        );
        expect(error).toContain('set MarsChip.dataUrl to its address before the first run');
      } finally {
        server.close();
      }
    });
  });
});

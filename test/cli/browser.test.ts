import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { spawnSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type BrowserChoice,
  findBrowser,
  isBrowserThere,
  launchBrowser,
} from '../../src/cli/browser.ts';
import { findPackagedChromium, packagedExecutablePath } from '../../src/cli/packaged-chromium.ts';

describe('the browser', () => {
  let temporary = '';

  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'mars-test-'));
    vi.stubEnv('TMPDIR', temporary);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(temporary, { recursive: true, force: true });
  });

  it('is the one that PUPPETEER_EXECUTABLE_PATH names', () => {
    vi.stubEnv('PUPPETEER_EXECUTABLE_PATH', process.execPath);

    expect(findBrowser()).toEqual({ kind: 'environment', executablePath: process.execPath });
  });

  it('is not the script that only asks for a snap', () => {
    const stub = join(temporary, 'chromium-browser');
    writeFileSync(stub, '#!/bin/sh\nexec /snap/bin/chromium "$@"\n');
    const settings = `process.stdout.write(String(require('./.puppeteerrc.cjs').executablePath))`;
    const { stdout } = spawnSync(process.execPath, ['-e', settings], {
      encoding: 'utf8',
      env: { ...process.env, PUPPETEER_EXECUTABLE_PATH: stub },
    });
    const hasSnap = existsSync('/snap/bin/chromium');

    expect([isBrowserThere(stub), stdout === stub]).toEqual([hasSnap, hasSnap]);
    writeFileSync(stub, '#!/bin/sh\nexec /opt/chromium "$@"\n');
    expect([isBrowserThere(stub), isBrowserThere(temporary + '/none')]).toEqual([true, false]);
  });

  it(
    'has WebGPU, and leaves no profile folder when it is closed',
    { timeout: 300_000 },
    async ({ skip }) => {
      const browser = findBrowser();
      if (browser === null) return skip('no browser on this machine');

      expect(await adapterOf(browser)).toMatch(/\w/);
      expect(profiles(temporary)).toEqual([]);
    },
  );

  it(
    'can be the one in the npm package, which needs nothing of the system',
    { timeout: 300_000 },
    async ({ skip }) => {
      const source = findPackagedChromium();
      if (source === null) return skip('@sparticuz/chromium has no binaries for this system');
      const browser = { kind: 'packaged', executablePath: packagedExecutablePath(source) } as const;

      expect(await adapterOf(browser)).toBe('google swiftshader');
      await expect(launchBrowser({ browser, canvas: true })).rejects.toThrow(
        'cannot draw to a WebGPU canvas',
      );
    },
  );

  it('that does not start is an error that names it, and leaves no profile folder', async () => {
    const browser = { kind: 'environment', executablePath: '/nowhere/chrome' } as const;

    const launching = launchBrowser({ browser });

    await expect(launching).rejects.toThrow(expect.objectContaining({ kind: 'environment' }));
    await expect(launching).rejects.toThrow(
      /^\/nowhere\/chrome: the browser does not start: .*; try it by hand, or set/,
    );
    expect(profiles(temporary)).toEqual([]);
  });
});

describe('.puppeteerrc.cjs', () => {
  it('never downloads a browser while npm installs', () => {
    expect(createRequire(import.meta.url)('../../.puppeteerrc.cjs')).toMatchObject({
      skipDownload: true,
    });
  });

  it('looks for the same browsers as we do', () => {
    const paths = (file: string): string[] =>
      readFileSync(file, 'utf8').match(/'\/(usr|snap|Applications)\/[^']+'/g) ?? [];

    expect(paths('.puppeteerrc.cjs').length).toBeGreaterThan(5);
    expect(paths('.puppeteerrc.cjs')).toEqual(paths('src/cli/browser.ts'));
  });
});

function profiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('mars-browser-'));
}

/** Opens a page of our own (WebGPU needs a secure origin: localhost is one) and asks it for its adapter. */
async function adapterOf(choice: BrowserChoice): Promise<string> {
  const server = createServer((_, response) => response.end('<!doctype html><title>test</title>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser({ browser: choice });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const ask = `navigator.gpu.requestAdapter().then(async (adapter) => {
      await adapter.requestDevice();
      return adapter.info.vendor + ' ' + adapter.info.architecture;
    })`;
    return String(await page.evaluate(ask));
  } finally {
    await browser.close();
    server.close();
  }
}
